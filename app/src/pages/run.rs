//! `/actividad/{id}`: everything known of one run.

use axum::http::StatusCode;
use domain::problem::ProblemCode;
use domain::read_model::{RunDetail, RunView};
use domain::{EtlKind, RunState};
use engine::{RunLogLine, Topic};
use leptos::prelude::*;

use crate::api::{read_run, read_run_log};
use crate::format::{period, whole};
use crate::i18n::{kind_name, state_name};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{RECOVER_PATH, RUNS, run_href};
use crate::values::Values;
use crate::views::{
    Empty, Pill, RunError, RunFacts, RunPhaseTimes, Section, may_operate_store, run_log, runs_of_same, runs_table,
};

/// Also after its end it may change: another attempt at its window may come.
const TOPICS: &[Topic] = &[Topic::Runs];

/// How often the page of a run in progress is shown anew.
const LOG_SECONDS: u32 = 2;

/// The page of a run.
pub async fn run_page(values: Values) -> Page {
    let texts = language().run();
    let run = match read_run(values.get("id")).await {
        // A run that is not there is no failure of the page.
        Err(error) if matches!(error.0.codigo, ProblemCode::NotFound | ProblemCode::InvalidParameter) => {
            return Page::new(RUNS.path, texts.missing_title(), &[], missing()).with_status(StatusCode::NOT_FOUND);
        }
        answer => answer,
    };
    let log = match &run {
        Ok(detail) => read_run_log(&detail.ejecucion).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let is_running = run.as_ref().is_ok_and(|detail| detail.ejecucion.estado == RunState::Running);
    let title = run.as_ref().map_or_else(|_| texts.title().to_owned(), |detail| title(&detail.ejecucion));
    let content = view! {
        <nav class="way-back" aria-label=texts.back()><a class="link" href=RUNS.path>"← " {texts.back()}</a></nav>
        {part(texts.part(), run, None, |detail| found(detail, &log))}
    };
    let page = Page::new(RUNS.path, title, TOPICS, content);
    // The steps of a running run send no event, so its page is requested at an interval.
    Page { every_seconds: is_running.then_some(LOG_SECONDS), ..page }
}

fn window(run: &RunView) -> String {
    period(language(), (run.fecha_desde, run.hora_desde.as_str()), (run.fecha_hasta, run.hora_hasta.as_str()))
        .to_string()
}

fn title(run: &RunView) -> String {
    format!("{} · {}", run.ubicacion_nombre, window(run))
}

fn found(detail: RunDetail, log: &[RunLogLine]) -> AnyView {
    let texts = language().run();
    let run = detail.ejecucion.clone();
    let error = run.error_tipo.map(|class| {
        let (run, links) = (run.clone(), detail.enlaces.clone());
        view! { <Section title=texts.error()><RunError run class links/></Section> }
    });
    let phases = detail.fases.clone();
    let now = detail.generado_en;
    let others = others(&detail);
    let (neighbours, again) = (neighbours(&detail), run_again(&run));
    view! {
        {head(&run)}
        {neighbours}
        {again}
        {error}
        {log_section(log, run.estado)}
        <Section title=texts.phases()><RunPhaseTimes phases/></Section>
        <Section title=texts.facts()><RunFacts detail now/></Section>
        <Section title=texts.others() is_flush=true>{others}</Section>
    }
    .into_any()
}

/// What it has done so far; nothing of a run that ended a while ago.
fn log_section(log: &[RunLogLine], state: RunState) -> Option<AnyView> {
    let texts = language().run_log();
    let hint = (state == RunState::Running).then(|| view! { <p class="muted">{texts.hint()}</p> });
    let lines = (!log.is_empty()).then(|| run_log(log))?;
    Some(view! { <Section title=texts.title()>{hint} {lines}</Section> }.into_any())
}

/// Store and state, and beneath them kind and window.
fn head(run: &RunView) -> AnyView {
    let language = language();
    view! {
        <div class="page-header">
            <h1 class="title-row">
                {run.ubicacion_nombre.clone()} " "
                <Pill
                    tone=run.estado
                    label=state_name(language, run.estado)
                    is_busy=run.estado == RunState::Running
                />
            </h1>
            <p class="muted">{kind_name(language, run.etl_tipo)} " · " {window(run)}</p>
        </div>
    }
    .into_any()
}

/// The ways to the run of the same time before this one, and to the one after it.
fn neighbours(detail: &RunDetail) -> Option<AnyView> {
    let texts = language().run();
    let own = detail.ejecucion.id;
    // Identifiers of later runs are greater.
    let before = detail.otros_intentos.iter().filter(|run| run.id < own).max_by_key(|run| run.id);
    let after = detail.otros_intentos.iter().filter(|run| run.id > own).min_by_key(|run| run.id);
    let link = |run: &RunView, label: &'static str, id: &'static str| {
        let state = state_name(language(), run.estado);
        view! {
            <a class="link" id=id href=run_href(run.id)>{label}</a>
            " "
            <Pill tone=run.estado label=state/>
        }
    };
    let before = before.map(|run| view! { <p>{link(run, texts.before(), "intento-anterior")}</p> });
    let after = after.map(|run| view! { <p>{link(run, texts.after(), "intento-siguiente")}</p> });
    (before.is_some() || after.is_some())
        .then(|| view! { <nav class="run-neighbours" aria-label=texts.neighbours()>{before} {after}</nav> }.into_any())
}

/// Has the same time extracted again, after the sealed preview; for who may recover, and sales of one day that have ended.
fn run_again(run: &RunView) -> Option<AnyView> {
    let texts = language().run();
    let is_offered = may_operate_store(&run.ubicacion_id)
        && run.etl_tipo == EtlKind::Sales
        && run.estado.is_final()
        && run.fecha_desde == run.fecha_hasta;
    let cell = format!("{}|{}|{}|{}", run.ubicacion_id, run.fecha_desde, run.hora_desde, run.hora_hasta);
    is_offered.then(|| {
        view! {
            <form class="run-again" method="post" action=RECOVER_PATH data-dialogo="">
                <input type="hidden" name="volver" value=run_href(run.id)/>
                <input type="hidden" name="celda" value=cell/>
                <input type="hidden" name="repetir" value="1"/>
                <button class="button" id="repetir-ejecucion" type="submit" name="que" value="celdas" aria-haspopup="dialog">
                    {texts.again()}
                </button>
                <span class="muted">{texts.again_hint()}</span>
            </form>
        }
        .into_any()
    })
}

fn others(detail: &RunDetail) -> AnyView {
    let language = language();
    let texts = language.run();
    if detail.otros_intentos.is_empty() {
        return view! { <Empty title=texts.others_none() hint=texts.others_none_text()/> }.into_any();
    }
    let (shown, total) = (detail.otros_intentos.len() as u64, detail.otros_intentos_total);
    let more = (total > shown).then(|| {
        let text = texts.others_more(whole(language, shown), whole(language, total));
        view! { <p class="section-foot"><a class="link" href=runs_of_same(&detail.ejecucion)>{text}</a></p> }
    });
    view! { {runs_table(detail.otros_intentos.clone(), detail.generado_en)} {more} }.into_any()
}

/// In the place of a run that is not there.
fn missing() -> AnyView {
    let texts = language().run();
    view! {
        <section class="empty empty-page">
            <p class="empty-code">"404"</p>
            <h1>{texts.missing_title()}</h1>
            <p>{texts.missing_text()}</p>
            <p class="empty-actions"><a class="button button-primary" href=RUNS.path>{texts.missing_back()}</a></p>
        </section>
    }
    .into_any()
}
