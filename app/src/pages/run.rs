//! `/ejecuciones/{id}`: everything known of one run.

use domain::problem::ProblemCode;
use domain::read_model::{RunDetail, RunView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::{ApiError, read_run};
use crate::components::{
    Empty, PageTitle, Part, Pill, RunError, RunFacts, RunPhaseTimes, RunsTable, Section, Skeleton, runs_of_same,
};
use crate::format::{period, whole};
use crate::i18n::{kind_name, state_name};
use crate::live::{Live, Now, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::RUNS;

/// The page of a run.
#[component]
pub fn RunPage() -> impl IntoView {
    let texts = language().run();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let run = Loading::new(move || id.get(), ask);
    // Also after its end: another attempt at its window may come.
    expect_context::<Live>().refetch(Topic::Runs, run);

    view! {
        <PageTitle title=texts.title()/>
        <nav class="way-back" aria-label=texts.back()><a class="link" href=RUNS.path>"← " {texts.back()}</a></nav>
        <Part loading=run name=texts.part() skeleton=Skeleton::Table show=show/>
    }
    .into_any()
}

/// A run that is not there is no failure of the page: it has its own view, and the page its status.
async fn ask(id: String) -> Result<Option<RunDetail>, ApiError> {
    match read_run(Some(id)).await {
        Err(error) if matches!(error.0.codigo, ProblemCode::NotFound | ProblemCode::InvalidParameter) => {
            #[cfg(feature = "ssr")]
            if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
                response.set_status(axum::http::StatusCode::NOT_FOUND);
            }
            Ok(None)
        }
        answer => answer.map(Some),
    }
}

fn show(found: Memo<Option<RunDetail>>) -> AnyView {
    let is_there = Memo::new(move |_| found.read().is_some());
    let view = move || match (is_there.get(), found.get_untracked()) {
        (true, Some(first)) => {
            let latest =
                move |before: Option<&RunDetail>| found.get().unwrap_or_else(|| before.unwrap_or(&first).clone());
            view! { <Found detail=Memo::new(latest)/> }.into_any()
        }
        _ => view! { <Missing/> }.into_any(),
    };
    view.into_any()
}

#[component]
fn Found(detail: Memo<RunDetail>) -> impl IntoView {
    let texts = language().run();
    let now = Now::from_answer(move || detail.read().generado_en);
    let run = Memo::new(move |_| detail.with(|detail| detail.ejecucion.clone()));
    // What a refetch leaves as it was is not drawn again.
    let facts = Memo::new_with_compare(move |_| detail.get(), differs);
    let phases = Memo::new(move |_| detail.with(|detail| detail.fases.clone()));
    let error = Memo::new(move |_| {
        detail.with(|detail| Some((detail.ejecucion.clone(), detail.ejecucion.error_tipo?, detail.enlaces.clone())))
    });
    view! {
        {move || head(&run.read())}
        {move || {
            error.get().map(|(run, class, links)| view! {
                <Section title=texts.error()><RunError run class links/></Section>
            })
        }}
        <Section title=texts.phases()>{move || view! { <RunPhaseTimes phases=phases.get()/> }}</Section>
        <Section title=texts.facts()>{move || view! { <RunFacts detail=facts.get() now/> }}</Section>
        <Section title=texts.others() is_flush=true><Others detail now/></Section>
    }
    .into_any()
}

/// Whether anything of the facts is another.
fn differs(before: Option<&RunDetail>, after: Option<&RunDetail>) -> bool {
    let facts = |detail: &RunDetail| (detail.ejecucion.clone(), detail.cambios.clone(), detail.lote_motivo.clone());
    before.map(facts) != after.map(facts)
}

/// Store and state, and beneath them kind and window.
fn head(run: &RunView) -> AnyView {
    let language = language();
    let window =
        period(language, (run.fecha_desde, run.hora_desde.as_str()), (run.fecha_hasta, run.hora_hasta.as_str()));
    let title = format!("{} · {} · {}", run.ubicacion_nombre, window, language.site().name());
    view! {
        <Title text=title/>
        <div class="page-header">
            <h1 class="title-row">
                {run.ubicacion_nombre.clone()} " "
                <Pill
                    tone=run.estado
                    label=state_name(language, run.estado)
                    is_busy=run.estado == domain::RunState::Running
                />
            </h1>
            <p class="muted">{kind_name(language, run.etl_tipo)} " · " {window.to_string()}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Others(detail: Memo<RunDetail>, now: Now) -> impl IntoView {
    let language = language();
    let texts = language.run();
    let others = Memo::new(move |_| detail.with(|detail| detail.otros_intentos.clone()));
    let is_empty = Memo::new(move |_| others.read().is_empty());
    let more = move || {
        let (shown, total) = detail.with(|detail| (detail.otros_intentos.len() as u64, detail.otros_intentos_total));
        (total > shown).then(|| {
            let href = runs_of_same(&detail.read().ejecucion);
            let text = texts.others_more(whole(language, shown), whole(language, total));
            view! { <p class="section-foot"><a class="link" href=href>{text}</a></p> }
        })
    };
    move || match is_empty.get() {
        true => view! { <Empty title=texts.others_none() hint=texts.others_none_text()/> }.into_any(),
        false => view! { <RunsTable runs=others.into() now/> {more} }.into_any(),
    }
}

/// In the place of a run that is not there.
#[component]
fn Missing() -> impl IntoView {
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
