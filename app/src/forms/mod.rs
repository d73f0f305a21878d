//! One file an action: what a form says becomes the next step, or is done and leads to a page. All of them work without scripts;
//! where there are scripts, the same steps are shown in a dialog.

mod calendars;
mod cell;
mod chosen_cells;
mod confirm;
mod justify;
mod justify_selection;
mod notices;
mod plans;
mod reconcile;
mod recover;
mod saved_views;
mod trial;
mod withdraw;

use std::pin::Pin;

use domain::own_page::is_own_page;
use leptos::prelude::*;

use crate::page::{Notice, Outcome, Page, came_from};
use crate::pages::Maker;
use crate::query::{
    CALENDAR_PATH, CANCEL_PATH, CELL_PATH, CONFIRM_PATH, DELETE_VIEW_PATH, HOLIDAY_PATH, JUSTIFY_PATH,
    JUSTIFY_SELECTION_PATH, NOTICE_TRIAL_PATH, PAUSE_PATH, RECONCILE_PATH, RECOVER_PATH, RESUME_PATH,
    SAVE_JUSTIFICATION_PATH, SAVE_SELECTION_PATH, SAVE_VIEW_PATH, START_PATH, TRIAL_PATH, WITHDRAW_PATH,
};
use crate::values::Values;

/// Something that is being done.
pub type Doing = Pin<Box<dyn Future<Output = Outcome> + Send>>;
/// Does what a form says.
pub type Doer = fn(Values) -> Doing;

/// Every form by the address that it is sent to.
pub const FORMS: [(&str, Doer); 18] = [
    (RECOVER_PATH, |values| Box::pin(recover::look(values))),
    (START_PATH, |values| Box::pin(recover::start(values))),
    (JUSTIFY_PATH, |values| Box::pin(justify::ask(values))),
    (SAVE_JUSTIFICATION_PATH, |values| Box::pin(justify::save(values))),
    (JUSTIFY_SELECTION_PATH, |values| Box::pin(justify_selection::look(values))),
    (SAVE_SELECTION_PATH, |values| Box::pin(justify_selection::save(values))),
    (WITHDRAW_PATH, |values| Box::pin(withdraw::withdraw(values))),
    (CONFIRM_PATH, |values| Box::pin(confirm::confirm(values))),
    (PAUSE_PATH, |values| Box::pin(plans::pause(values))),
    (RESUME_PATH, |values| Box::pin(plans::resume(values))),
    (CANCEL_PATH, |values| Box::pin(plans::cancel(values))),
    (RECONCILE_PATH, |values| Box::pin(reconcile::reconcile_day(values))),
    (CALENDAR_PATH, |values| Box::pin(calendars::calendar(values))),
    (HOLIDAY_PATH, |values| Box::pin(calendars::holiday(values))),
    (TRIAL_PATH, |_| Box::pin(trial::fail())),
    (SAVE_VIEW_PATH, |values| Box::pin(saved_views::save(values))),
    (DELETE_VIEW_PATH, |values| Box::pin(saved_views::delete(values))),
    (NOTICE_TRIAL_PATH, |values| Box::pin(notices::send_trial(values))),
];

/// First steps that have an address, because a link leads to them.
pub const STEPS: [(&str, Maker); 4] = [
    (CELL_PATH, |values| Box::pin(cell::look(values))),
    (CANCEL_PATH, |values| Box::pin(plans::ask(values))),
    (WITHDRAW_PATH, |values| Box::pin(withdraw::ask(values, None))),
    (CONFIRM_PATH, |values| Box::pin(confirm::ask(values, None))),
];

/// Done: the page to see next, and what to say there.
fn done(path: impl Into<String>, text: impl Into<String>) -> Outcome {
    Outcome::Done { path: path.into(), notice: Notice { text: text.into(), ..Notice::default() } }
}

/// A step as a page of its own; it changes with nothing but what its form says.
fn step_page(section: &'static str, step: crate::views::Step) -> Page {
    Page::new(section, step.title, &[], crate::views::step(step))
}

/// Where to go on: where a form says, else where somebody comes from, else where it belongs. Steps are nowhere to go on.
fn back_of(values: &Values, otherwise: &str) -> String {
    let is_step = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        FORMS.iter().any(|(step, _)| *step == path) || STEPS.iter().any(|(step, _)| *step == path)
    };
    let wanted = values.get("volver").or_else(came_from).filter(|path| is_own_page(path) && !is_step(path));
    wanted.unwrap_or_else(|| otherwise.to_owned())
}

/// The field that says where to go on.
fn back_field(back: &str) -> AnyView {
    view! { <input type="hidden" name="volver" value=back.to_owned()/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_pages_of_ours_only() {
        let back = |path: &str| back_of(&Values::new([("volver".to_owned(), path.to_owned())]), "/pendientes");
        assert_eq!(back("/pendientes?ubicacion_id=t1"), "/pendientes?ubicacion_id=t1");
        let foreign = ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example/x", "/\n/evil"];
        for path in foreign.into_iter().chain(["/pendientes/recuperar?x=1", ""]) {
            assert_eq!(back(path), "/pendientes", "{path}");
        }
    }
}
