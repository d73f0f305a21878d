//! From "recover this" to a plan that runs: the sealed preview, and its start.

mod asked;

use domain::read_model::PlanPreview;
use leptos::prelude::*;

use asked::Asked;

use super::{back_of, step_page};
use crate::api::{ApiError, ErrorMessage, plan_recovery, start_plan};
use crate::page::{Notice, Outcome, Page};
use crate::preferences::language;
use crate::query::{GAPS, RECOVER_PATH, START_PATH};
use crate::values::Values;
use crate::views::{Failure, Step, confirm_button, plan_facts};

/// The name of the box for extracting again what is loaded.
const REPEAT: &str = "repetir";
/// The name of the box for asking only closed stores.
const OUTSIDE_HOURS: &str = "fuera_de_horario";
/// The form that has the question.
const QUESTION: &str = "pregunta";
/// The form that starts the plan.
const START: &str = "iniciar";

/// Shows exactly what would run.
pub async fn look(values: Values) -> Outcome {
    Outcome::Page(preview_page(values, None).await)
}

/// Starts what was shown; where that is no longer what would run, shows what is.
pub async fn start(values: Values) -> Outcome {
    let texts = language().recover();
    match start_plan(values.get("hash")).await {
        Ok(plan) => {
            let text = match plan.ventanas {
                1 => texts.queued_one().to_owned(),
                count => texts.queued(count),
            };
            let notice = Notice { text, batch: plan.lote_id, ..Notice::default() };
            Outcome::Done { path: back_of(&values, GAPS.path), notice }
        }
        Err(error) => Outcome::Page(preview_page(values, Some(error)).await),
    }
}

async fn preview_page(values: Values, failure: Option<ApiError>) -> Page {
    let asked = Asked::of(&values).await;
    let preview = match &asked {
        Ok(asked) => plan(asked, &values).await,
        Err(error) => Err(error.clone()),
    };
    let (preview, failure) = match (preview, failure) {
        (Ok(preview), failure) => (Some(preview), failure),
        (Err(error), None) => (None, Some(error)),
        (Err(_), failure) => (None, failure),
    };
    let title = asked.as_ref().map_or(language().recover().title(), |asked| asked.title(language()));
    let body = body(&values, asked.as_ref().ok(), preview.as_ref(), failure.as_ref());
    let runnable = preview.as_ref().filter(|preview| preview.ventanas > 0);
    let confirm = Some(start_button(&values, asked.as_ref().ok(), runnable));
    let back = back_of(&values, GAPS.path);
    step_page(GAPS.path, Step { title, back, leave: language().action().cancel(), body, confirm })
}

async fn plan(asked: &Asked, values: &Values) -> Result<PlanPreview, ApiError> {
    let kind = Some(domain::EtlKind::Sales.to_string());
    let (stores, periods, days) = asked.request();
    let (repeat, outside) = (values.is_set(REPEAT), values.is_set(OUTSIDE_HOURS));
    let pending = asked.is_of_pending();
    plan_recovery(kind, stores, Some(periods), days, Some(repeat), Some(outside), Some(pending)).await
}

fn body(values: &Values, asked: Option<&Asked>, preview: Option<&PlanPreview>, failure: Option<&ApiError>) -> AnyView {
    let texts = language().recover();
    let plan_texts = language().plan();
    let is_repeat = values.is_set(REPEAT);
    let message =
        failure.map(|error| view! { <Failure title=texts.failed().to_owned() message=ErrorMessage::from(error)/> });
    let hint = if is_repeat { plan_texts.repeat_hint() } else { texts.safe() };
    view! {
        {asked.map(Asked::facts)}
        <form id=QUESTION method="post" action=RECOVER_PATH data-al-cambiar="">
            {asked::hidden(values, asked)}
            {asked.map(|asked| asked.fields(values))}
            {choice(OUTSIDE_HOURS, plan_texts.outside_hours(), values)}
            {choice(REPEAT, plan_texts.repeat(), values)}
            <button class="button only-without-script" type="submit">{plan_texts.calculate()}</button>
        </form>
        {plan_facts(preview, asked.and_then(Asked::worth))}
        <p class="muted">{hint}</p>
        {message}
    }
    .into_any()
}

fn choice(name: &'static str, label: &'static str, values: &Values) -> AnyView {
    view! {
        <label class="choice">
            <input type="checkbox" id=format!("opcion-{name}") name=name value="1" checked=values.is_set(name)/>
            {label}
        </label>
    }
    .into_any()
}

/// Starts exactly what is shown, where there is anything to start. The question goes along: should the answer be another by then, it is asked again.
fn start_button(values: &Values, asked: Option<&Asked>, preview: Option<&PlanPreview>) -> AnyView {
    let label = language().recover().confirm();
    let Some(preview) = preview else {
        return view! { <button class="button button-primary" id="paso-hacer" type="button" disabled>{label}</button> }
            .into_any();
    };
    let options = [REPEAT, OUTSIDE_HOURS]
        .map(|name| values.is_set(name).then(|| view! { <input type="hidden" name=name value="1"/> }));
    let branch = match &preview.tiendas[..] {
        [only] => Some(only.ubicacion_id.to_string()),
        _ => None,
    };
    view! {
        <form
            id=START
            method="post"
            action=START_PATH
            data-accion="recuperar_gap"
            data-accion-etl-tipo=domain::EtlKind::Sales.to_string()
            data-accion-ubicacion-id=branch
        >
            <input type="hidden" name="hash" value=preview.hash.to_string()/>
            {asked::hidden(values, asked)}
            {asked::days(values)}
            {options}
        </form>
        {confirm_button(START, label)}
    }
    .into_any()
}
