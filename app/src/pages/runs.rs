//! `/ejecuciones`: every attempt, the latest first.

use domain::read_model::RunPage;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api::list_runs;
use crate::components::{PageHeader, PageTitle, Pager, Part, RunCards, RunFilters, RunsTable, Skeleton};
use crate::live::{Live, Now, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{CURSOR, Query, RUNS};

/// The page of runs.
#[component]
pub fn RunsPage() -> impl IntoView {
    let texts = language().runs();
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| Query::read(RUNS, address)));
    let runs = Loading::new(move || query.get(), ask);
    expect_context::<Live>().refetch(Topic::Runs, runs);

    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=runs
            name=texts.part_totals()
            skeleton=Skeleton::Cards
            show=show_totals
        />
        <Part
            loading=runs
            name=texts.part()
            skeleton=Skeleton::Table
            way_out=Signal::derive(move || query.read().way_out())
            show=move |page| view! { <RunsList page query/> }.into_any()
        />
    }
    .into_any()
}

async fn ask(query: Query) -> Result<RunPage, crate::api::ApiError> {
    list_runs(
        query.get("etl_tipo"),
        query.get("ubicacion_id"),
        query.get("modo"),
        query.get("estado"),
        None,
        None,
        query.get("cursor"),
    )
    .await
}

fn show_totals(page: Memo<RunPage>) -> AnyView {
    view! { <RunCards totals=Signal::derive(move || page.read().totales.clone())/> }.into_any()
}

/// Filters, table and pages of an answer.
#[component]
fn RunsList(page: Memo<RunPage>, query: Memo<Query>) -> impl IntoView {
    let now = Now::from_answer(move || page.with(|page| page.generado_en));
    let navigate = use_navigate();
    let change = Callback::new(move |(name, value): (&'static str, String)| {
        let href = query.read().href_with(name, Some(&value));
        navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let older = Signal::derive(move || {
        let cursor = page.with(|page| page.cursor_siguiente.clone());
        cursor.map(|cursor| query.read().href_with(CURSOR, Some(&cursor)))
    });
    let newest = Signal::derive(move || query.read().get(CURSOR).map(|_| query.read().href_with(CURSOR, None)));

    view! {
        <section class="panel" aria-label=language().runs().title()>
            <RunFilters
                branches=Signal::derive(move || page.with(|page| page.tiendas.clone()))
                value=Callback::new(move |name: &'static str| query.read().get(name).unwrap_or_default())
                change
                updated=Signal::derive(move || page.with(|page| (page.generado_en, page.generado_en_local)))
                clear=Signal::derive(move || query.read().way_out())
            />
            <RunsTable runs=Signal::derive(move || page.with(|page| page.ejecuciones.clone())) now/>
            <Pager older newest/>
        </section>
    }
    .into_any()
}
