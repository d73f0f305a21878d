//! Why a gap stays.

use domain::gap::GapClass;
use domain::justification::Reason;
use domain::read_model::GapView;
use leptos::prelude::*;

use super::{back_of, done, step_page};
use crate::api::{ApiError, ErrorMessage, justify_gap, list_gaps};
use crate::i18n::reason_name;
use crate::page::{Outcome, Page};
use crate::preferences::language;
use crate::query::{GAPS, SAVE_JUSTIFICATION_PATH};
use crate::values::Values;
use crate::views::{Failure, Step, confirm_button, gap_facts, windows_of};

/// The form of the step.
const FORM: &str = "justificacion";
/// What a form says of the gap.
const SUBJECT: [&str; 7] = ["clase", "etl_tipo", "tienda", "fecha_desde", "hora_desde", "fecha_hasta", "hora_hasta"];

/// Asks for reason and note.
pub async fn ask(values: Values) -> Outcome {
    Outcome::Page(page(&values, None).await)
}

/// Keeps them. One that was taken back can be kept again as it was.
pub async fn save(values: Values) -> Outcome {
    let texts = language().justify();
    let get = |name| values.get(name);
    let answer = justify_gap(
        get("clase"),
        get("etl_tipo"),
        get("tienda"),
        get("fecha_desde"),
        get("hora_desde"),
        get("fecha_hasta"),
        get("hora_hasta"),
        get("motivo"),
        get("nota"),
    )
    .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Outcome::Page(page(&values, Some(error)).await),
    };
    let windows = get("ventanas").and_then(|count| count.parse::<u32>().ok()).unwrap_or_default();
    let is_of_numbers = get("clase").as_deref() == Some(GapClass::Sequence.as_str());
    let text = match (answer.ya_estaba, windows) {
        _ if values.is_set("deshacer") => language().justified().undone().to_owned(),
        (true, _) => texts.already().to_owned(),
        (false, _) if is_of_numbers => texts.done_numbers().to_owned(),
        (false, 1) => texts.done_one().to_owned(),
        (false, count) => texts.done(count),
    };
    done(back_of(&values, GAPS.path), text)
}

/// The step: of the gap that a row names, or of the one that the form before it was about.
async fn page(values: &Values, failure: Option<ApiError>) -> Page {
    let query = values.query(GAPS);
    let get = |name| query.get(name);
    let one = values.get("uno").unwrap_or_default();
    let (kind, branch) = (get("etl_tipo").filter(|_| failure.is_none()), get("ubicacion_id"));
    let gap = match list_gaps(kind, branch, get("max_horas"), None, None).await {
        Ok(list) => Ok(list.gaps.into_iter().find(|gap| gap.id == one)),
        Err(error) => Err(error),
    };
    let texts = language().justify();
    let (gap, failure) = match (gap, failure) {
        (Ok(gap), failure) => (gap, failure),
        (Err(error), None) => (None, Some(error)),
        (Err(_), failure) => (None, failure),
    };
    let message = failure
        .as_ref()
        .map(|error| view! { <Failure title=texts.failed().to_owned() message=ErrorMessage::from(error)/> });
    let gone = (gap.is_none() && failure.is_none()).then(|| view! { <p>{texts.gone()}</p> });
    let confirm = gap.is_some().then(|| confirm_button(FORM, texts.confirm()));
    let body = view! {
        {gap.map(|gap| form(&gap, values))}
        {gone}
        {message}
    }
    .into_any();
    let back = back_of(values, GAPS.path);
    step_page(GAPS.path, Step { title: texts.title(), back, leave: language().action().cancel(), body, confirm })
}

fn form(gap: &GapView, values: &Values) -> AnyView {
    let language = language();
    let texts = language.justify();
    let subject = [
        gap.clase.to_string(),
        gap.etl_tipo.to_string(),
        gap.ubicacion_id.to_string(),
        gap.fecha_desde.to_string(),
        gap.hora_desde.clone(),
        gap.fecha_hasta.to_string(),
        gap.hora_hasta.clone(),
    ];
    let subject = SUBJECT.into_iter().zip(subject);
    let rest = [
        ("ventanas", gap.ventanas.to_string()),
        ("uno", gap.id.clone()),
        ("volver", back_of(values, GAPS.path)),
        ("max_horas", values.get("max_horas").unwrap_or_default()),
    ];
    let hidden = subject.chain(rest).map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <p>{texts.question()}</p>
        {facts(gap)}
        <form
            class="step-form"
            id=FORM
            method="post"
            action=SAVE_JUSTIFICATION_PATH
            data-accion="justificar_gap"
            data-accion-etl-tipo=gap.etl_tipo.to_string()
        >
            {hidden.collect_view()}
            {reason_fields(values)}
        </form>
    }
    .into_any()
}

/// The fields of reason and note, as they were filled in.
pub(super) fn reason_fields(values: &Values) -> AnyView {
    let language = language();
    let texts = language.justify();
    let chosen = values.get("motivo").unwrap_or_default();
    let reasons = Reason::ALL.iter().map(|reason| {
        let is_chosen = reason.as_str() == chosen;
        view! { <option value=reason.as_str() selected=is_chosen>{reason_name(language, *reason)}</option> }
    });
    view! {
        <label class="field">
            <span class="field-label">{texts.reason()}</span>
            <select class="select" id="campo-motivo" name="motivo" required>
                <option value="">{texts.choose()}</option>
                {reasons.collect_view()}
            </select>
        </label>
        <label class="field">
            <span class="field-label">{texts.note()}</span>
            <textarea class="input" id="campo-nota" name="nota" rows="2">{values.get("nota")}</textarea>
            <span class="muted">{texts.note_hint()}</span>
        </label>
    }
    .into_any()
}

fn facts(gap: &GapView) -> AnyView {
    let language = language();
    gap_facts(gap, vec![(language.plan().windows(), windows_of(language, gap))])
}
