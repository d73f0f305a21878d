//! Taking a justification back: the question, and doing it.

use domain::read_model::JustificationView;
use leptos::prelude::*;

use super::{back_field, back_of, step_page};
use crate::api::{ApiError, ErrorMessage, list_justifications, withdraw_justification};
use crate::page::{Notice, Outcome, Page};
use crate::preferences::language;
use crate::query::{GAPS, SAVE_JUSTIFICATION_PATH, WITHDRAW_PATH};
use crate::values::Values;
use crate::views::{Failure, Step, confirm_button, justified_period};

/// The form of the step.
const FORM: &str = "retiro";
/// As far back as a list may look: a justification that is listed anywhere is found.
const HOURS: &str = "720";

/// Asks whether it is meant.
pub async fn ask(values: Values, failure: Option<ApiError>) -> Page {
    let language = language();
    let texts = language.justified();
    let id = values.get("id").unwrap_or_default();
    let back = back_of(&values, GAPS.path);
    let list = list_justifications(None, None, Some(HOURS.to_owned())).await;
    let one = list.ok().and_then(|list| list.justificaciones.into_iter().find(|one| one.id.to_string() == id));
    let subject = one.map(|one| {
        let period = justified_period(language, &one);
        view! { <p class="strong">{one.ubicacion_nombre} ", " {period.to_string()}</p> }
    });
    let message =
        failure.map(|error| view! { <Failure title=texts.failed().to_owned() message=ErrorMessage::from(&error)/> });
    let body = view! {
        {subject}
        <p>{texts.withdraw_question()}</p>
        <form id=FORM method="post" action=WITHDRAW_PATH data-accion="retirar_justificacion">
            <input type="hidden" name="id" value=id/>
            {back_field(&back)}
        </form>
        {message}
    }
    .into_any();
    let title = texts.withdraw_title();
    let confirm = Some(confirm_button(FORM, texts.withdraw()));
    step_page(GAPS.path, Step { title, back, leave: language.action().cancel(), body, confirm })
}

/// Takes it back, and offers to undo that.
pub async fn withdraw(values: Values) -> Outcome {
    match withdraw_justification(values.get("id")).await {
        Ok(answer) => Outcome::Done { path: back_of(&values, GAPS.path), notice: undoable(answer.justificacion) },
        Err(error) => Outcome::Page(ask(values, Some(error)).await),
    }
}

fn undoable(one: JustificationView) -> Notice {
    let language = language();
    let text = language.justified().withdrawn(&one.ubicacion_nombre, justified_period(language, &one));
    let undo = [
        ("clase", one.clase.to_string()),
        ("etl_tipo", one.etl_tipo.to_string()),
        ("tienda", one.ubicacion_id.to_string()),
        ("fecha_desde", one.fecha_desde.to_string()),
        ("hora_desde", one.hora_desde),
        ("fecha_hasta", one.fecha_hasta.to_string()),
        ("hora_hasta", one.hora_hasta),
        ("motivo", one.motivo.to_string()),
        ("nota", one.nota.unwrap_or_default()),
        ("deshacer", "1".to_owned()),
    ];
    let undo = undo.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Notice { text, undo, undo_path: SAVE_JUSTIFICATION_PATH.to_owned(), batch: None }
}
