//! Why a gap stays.

use domain::justification::Reason;
use domain::read_model::GapView;
use leptos::prelude::*;

use super::Failure;
use super::dialog_frame::DialogFrame;
use super::gap_row::{period_of, windows_of};
use crate::api::{ApiError, Told};
use crate::i18n::{kind_name, reason_name};
use crate::preferences::language;

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The name of a reason; empty where none is chosen.
    pub reason: String,
    /// More about it.
    pub note: String,
}

/// Names store, type, period and number of windows, and asks for reason and note.
#[component]
pub fn JustifyDialog(
    /// The gap in question; None while there is no question.
    chosen: Signal<Option<GapView>>,
    /// Whether the answer is on its way.
    is_working: Signal<bool>,
    /// Why it could not be done.
    failure: Signal<Option<ApiError>>,
    /// Do it.
    confirm: Callback<(GapView, Written)>,
    /// Leave it.
    close: Callback<()>,
) -> impl IntoView {
    let language = language();
    let texts = language.justify();
    let (reason, note) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move || {
        if chosen.read().is_none() {
            reason.set(String::new());
            note.set(String::new());
        }
    });
    let submit = Callback::new(move |()| {
        if let Some(gap) = chosen.get_untracked() {
            confirm.run((gap, Written { reason: reason.get_untracked(), note: note.get_untracked() }));
        }
    });
    let message =
        move || failure.get().map(|error| view! { <Failure title=texts.failed().to_owned() told=Told::from(&error)/> });
    let reasons = Reason::ALL.iter().map(move |reason| {
        view! { <option value=reason.as_str()>{reason_name(language, *reason)}</option> }
    });
    view! {
        <DialogFrame
            identifier="justificar-titulo"
            title=texts.title()
            is_open=Signal::derive(move || chosen.read().is_some())
            is_working
            confirm_label=texts.confirm()
            working_label=texts.working()
            confirm=submit
            close
        >
            <p>{texts.question()}</p>
            {move || chosen.get().map(|gap| facts(&gap))}
            <label class="field">
                <span class="field-label">{texts.reason()}</span>
                <select
                    class="select"
                    name="motivo"
                    required
                    prop:value=move || reason.get()
                    on:change=move |event| reason.set(event_target_value(&event))
                >
                    <option value="">{texts.choose()}</option>
                    {reasons.collect_view()}
                </select>
            </label>
            <label class="field">
                <span class="field-label">{texts.note()}</span>
                <textarea
                    class="input"
                    name="nota"
                    rows="2"
                    required=move || reason.get() == Reason::Other.as_str()
                    prop:value=move || note.get()
                    on:input=move |event| note.set(event_target_value(&event))
                ></textarea>
                <span class="muted">{texts.note_hint()}</span>
            </label>
            {message}
        </DialogFrame>
    }
    .into_any()
}

fn facts(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.recover();
    view! {
        <dl class="facts">
            <dt>{texts.store()}</dt>
            <dd class="strong">{gap.ubicacion_nombre.clone()}</dd>
            <dt>{texts.kind()}</dt>
            <dd>{kind_name(language, gap.etl_tipo)}</dd>
            <dt>{texts.period()}</dt>
            <dd>{period_of(language, gap).to_string()}</dd>
            <dt>{language.plan().windows()}</dt>
            <dd>{windows_of(language, gap)}</dd>
        </dl>
    }
    .into_any()
}
