//! `/actividad/{id}`: everything known of one run.

use axum::http::StatusCode;
use domain::problem::ProblemCode;
use domain::read_model::{RunDetail, RunView};
use engine::Topic;
use leptos::prelude::*;

use crate::api::read_run;
use crate::format::{period, whole};
use crate::i18n::{kind_name, state_name};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::RUNS;
use crate::values::Values;
use crate::views::{Empty, Pill, RunError, RunFacts, RunPhaseTimes, Section, runs_of_same, runs_table};

/// Also after its end it may change: another attempt at its window may come.
const TOPICS: &[Topic] = &[Topic::Runs];

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
    let title = run.as_ref().map_or_else(|_| texts.title().to_owned(), |detail| title(&detail.ejecucion));
    let content = view! {
        <nav class="way-back" aria-label=texts.back()><a class="link" href=RUNS.path>"← " {texts.back()}</a></nav>
        {part(texts.part(), run, None, found)}
    };
    Page::new(RUNS.path, title, TOPICS, content)
}

fn window(run: &RunView) -> String {
    period(language(), (run.fecha_desde, run.hora_desde.as_str()), (run.fecha_hasta, run.hora_hasta.as_str()))
        .to_string()
}

fn title(run: &RunView) -> String {
    format!("{} · {}", run.ubicacion_nombre, window(run))
}

fn found(detail: RunDetail) -> AnyView {
    let texts = language().run();
    let run = detail.ejecucion.clone();
    let error = run.error_tipo.map(|class| {
        let (run, links) = (run.clone(), detail.enlaces.clone());
        view! { <Section title=texts.error()><RunError run class links/></Section> }
    });
    let phases = detail.fases.clone();
    let now = detail.generado_en;
    let others = others(&detail);
    view! {
        {head(&run)}
        {error}
        <Section title=texts.phases()><RunPhaseTimes phases/></Section>
        <Section title=texts.facts()><RunFacts detail now/></Section>
        <Section title=texts.others() is_flush=true>{others}</Section>
    }
    .into_any()
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
                    is_busy=run.estado == domain::RunState::Running
                />
            </h1>
            <p class="muted">{kind_name(language, run.etl_tipo)} " · " {window(run)}</p>
        </div>
    }
    .into_any()
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
