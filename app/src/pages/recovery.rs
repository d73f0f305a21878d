//! From "recover this" to a plan that runs: preview, confirmation, start.

use domain::plan::PlanHash;
use domain::problem::ProblemCode;
use domain::read_model::PlanPreview;
use leptos::prelude::*;

use crate::api::{ApiError, plan_recovery, start_plan};
use crate::components::{Asked, RecoverDialog, Toasts};
use crate::live::{Live, Topic};
use crate::preferences::language;
use crate::sentry::UserAction;

/// The confirmation, and what it sets in motion.
#[component]
pub fn Recovery(
    /// What somebody wants recovered; None where nobody does.
    asked: RwSignal<Option<Asked>>,
    /// It runs.
    started: Callback<()>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let toasts = expect_context::<Toasts>();
    let texts = language().recover();
    let failure = RwSignal::new(None::<ApiError>);
    let preview = RwSignal::new(None::<PlanPreview>);
    let outside_hours = RwSignal::new(false);

    let look = Action::new(move |(wanted, only_closed): &(Asked, bool)| {
        let (wanted, only_closed) = (wanted.clone(), *only_closed);
        async move {
            let (periods, days) = (wanted.periods(), wanted.days());
            let kind = Some(domain::EtlKind::Sales.to_string());
            let answer = plan_recovery(kind, None, Some(periods), days, None, Some(only_closed)).await;
            // An answer to an earlier question is not shown under a later one.
            let is_asked = asked.with_untracked(|asked| asked.as_ref() == Some(&wanted));
            if !is_asked || outside_hours.get_untracked() != only_closed {
                return;
            }
            match answer {
                Ok(plan) => preview.set(Some(plan)),
                Err(error) => failure.set(Some(error)),
            }
        }
    });
    Effect::new(move || {
        preview.set(None);
        if let Some(wanted) = asked.get() {
            failure.set(None);
            look.dispatch((wanted, outside_hours.get()));
        }
    });

    let start = Action::new(move |hash: &PlanHash| {
        let hash = hash.to_string();
        async move {
            failure.set(None);
            let mut attributes = vec![("etl_tipo", domain::EtlKind::Sales.to_string())];
            let branch = asked.with_untracked(|asked| asked.as_ref().and_then(Asked::branch).map(ToString::to_string));
            attributes.extend(branch.map(|branch| ("ubicacion_id", branch)));
            let action = UserAction::start("recuperar_gap", &attributes);
            match action.around(start_plan(Some(hash))).await {
                Ok(plan) => {
                    asked.set(None);
                    started.run(());
                    toasts.say(match plan.ventanas {
                        1 => texts.queued_one().to_owned(),
                        count => texts.queued(count),
                    });
                }
                Err(error) => {
                    let has_changed = error.0.codigo == ProblemCode::PlanChanged;
                    failure.set(Some(error));
                    if let (true, Some(wanted)) = (has_changed, asked.get_untracked()) {
                        preview.set(None);
                        look.dispatch((wanted, outside_hours.get_untracked()));
                    }
                }
            }
            // Also after a failure: what is shown may be what is out of date.
            live.changed(Topic::Gaps);
            live.changed(Topic::Progress);
        }
    });

    view! {
        <RecoverDialog
            chosen=asked.into()
            preview=preview.into()
            is_loading=look.pending().into()
            outside_hours
            is_working=start.pending().into()
            failure=failure.into()
            confirm=Callback::new(move |hash| {
                start.dispatch(hash);
            })
            close=Callback::new(move |()| {
                failure.set(None);
                asked.set(None);
            })
        />
    }
}
