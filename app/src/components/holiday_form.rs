//! A day of all stores as a form: what it would change, and the change itself.

use domain::calendar::CLOSED;
use domain::read_model::CalendarPreview;
use leptos::prelude::*;

use super::{Failure, PreviewOfCalendar, Toasts};
use crate::api::{ApiError, Told, change_holiday, preview_holiday};
use crate::live::{Live, Topic};
use crate::preferences::language;
use crate::sentry::UserAction;

/// What is written, in the order of the fields: the day, its hours, and why.
type Written = [RwSignal<String>; 3];

/// The form.
#[component]
pub fn HolidayForm(
    /// The day that is proposed.
    today: String,
    /// What to do once it is saved.
    saved: Callback<()>,
) -> impl IntoView {
    let (live, toasts) = (expect_context::<Live>(), expect_context::<Toasts>());
    let texts = language().calendars();
    let written: Written = [today, CLOSED.to_owned(), String::new()].map(RwSignal::new);
    let [day, hours, why] = written;
    let outcome = RwSignal::new(None::<Result<CalendarPreview, ApiError>>);
    let is_looked_at = move || matches!(outcome.get(), Some(Ok(_)));
    let submit = Action::new(move |(): &()| async move {
        let [day, hours, why] = written.map(|field| Some(field.get_untracked()));
        if !matches!(outcome.get_untracked(), Some(Ok(_))) {
            outcome.set(Some(preview_holiday(day, hours, why).await));
            return;
        }
        let action = UserAction::start("guardar_feriado", &[]);
        match action.around(change_holiday(day, hours, why)).await {
            Ok(answer) => {
                toasts.say(answer.mensaje);
                live.changed(Topic::Gaps);
                outcome.set(None);
                saved.run(());
            }
            Err(error) => outcome.set(Some(Err(error))),
        }
    });
    let field = move |label: &'static str, name: &'static str, kind: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input
                    class="input"
                    type=kind
                    name=name
                    required=name != "nota"
                    prop:value=move || value.get()
                    on:input=move |event| {
                        value.set(event_target_value(&event));
                        // What was looked at is not what is written any more.
                        outcome.set(None);
                    }
                />
            </label>
        }
    };
    let shown = move || {
        outcome.get().map(|outcome| match outcome {
            Ok(preview) => view! { <PreviewOfCalendar preview/> }.into_any(),
            Err(error) => view! { <Failure title=texts.failed().to_owned() told=Told::from(&error)/> }.into_any(),
        })
    };
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                submit.dispatch(());
            }
        >
            <h2>{texts.one_day()}</h2>
            <p class="muted">{texts.one_day_intro()} " " {texts.hours_hint()}</p>
            <div class="form-grid">
                {field(texts.day(), "fecha", "date", day)}
                {field(texts.hours(), "horario", "text", hours)}
                {field(texts.why(), "nota", "text", why)}
            </div>
            {shown}
            <button class="button needs-script" type="submit" disabled=move || submit.pending().get()>
                {move || if is_looked_at() { texts.save() } else { texts.look() }}
            </button>
        </form>
    }
    .into_any()
}
