//! What can be done to a plan in progress, and the question before one is cancelled.

use axum::http::StatusCode;
use domain::plan::PlanHash;
use leptos::prelude::*;

use super::{back_field, back_of, done, step_page};
use crate::api::{ApiError, ErrorMessage, cancel_plan, pause_plan, resume_plan};
use crate::page::{Outcome, Page};
use crate::pages::plans_page;
use crate::preferences::language;
use crate::query::{CANCEL_PATH, PLANS_PATH};
use crate::values::Values;
use crate::views::{Failure, Step, confirm_button};

/// The form of the step.
const FORM: &str = "cancelacion";

/// Holds a plan.
pub async fn pause(values: Values) -> Outcome {
    let answer = pause_plan(values.get("hash"), None).await;
    outcome(&values, answer.map(|_| language().plan().paused_notice())).await
}

/// Lets a plan go on.
pub async fn resume(values: Values) -> Outcome {
    let answer = resume_plan(values.get("hash"), None).await;
    outcome(&values, answer.map(|_| language().plan().resumed())).await
}

/// Takes back what waits of a plan.
pub async fn cancel(values: Values) -> Outcome {
    let answer = cancel_plan(values.get("hash"), None).await;
    outcome(&values, answer.map(|_| language().plan().cancelled_notice())).await
}

/// Leads back; what could not be done is shown above the list of plans.
async fn outcome(values: &Values, answer: Result<&'static str, ApiError>) -> Outcome {
    let error = match answer {
        Ok(text) => return done(back_of(values, PLANS_PATH), text),
        Err(error) => error,
    };
    let page = plans_page().await;
    let title = language().plan().failed().to_owned();
    let failure = view! { <Failure title message=ErrorMessage::from(&error)/> };
    let status = StatusCode::from_u16(error.0.codigo.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content = view! { {failure} {page.content} }.into_any();
    Outcome::Page(Page { content, status, ..page })
}

/// Names the plan and what cancelling means, and asks.
pub async fn ask(values: Values) -> Page {
    let texts = language().plan();
    let hash = values.get("hash").unwrap_or_default();
    let short: String = hash.chars().take(PlanHash::SHORT_DIGITS).collect();
    let back = back_of(&values, PLANS_PATH);
    let body = view! {
        <p>{texts.cancel_text()}</p>
        <p>{texts.hash()} " " <code>{short}</code></p>
        <form id=FORM method="post" action=CANCEL_PATH data-accion="cancelar_plan">
            <input type="hidden" name="hash" value=hash/>
            {back_field(&back)}
        </form>
    }
    .into_any();
    let title = texts.cancel_title();
    let confirm = Some(confirm_button(FORM, texts.cancel_confirm()));
    step_page(PLANS_PATH, Step { title, back, leave: texts.cancel_keep(), body, confirm })
}
