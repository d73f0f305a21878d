//! `/historial`: who decided what, what was known at a moment, and how two moments differ.

use domain::read_model::{Comparison, DecisionPage};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api::{ApiError, compare_moments, list_decisions};
use crate::components::{
    ComparisonLists, DecisionFilters, DecisionsTable, PageHeader, PageTitle, Pager, Part, Skeleton,
};
use crate::live::{Live, Now, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{CURSOR, GAPS, HISTORY, Query};

/// The page of the history.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let texts = language().history();
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| Query::read(HISTORY, address)));
    let decisions = Loading::new(move || query.get(), ask);
    let live = expect_context::<Live>();
    live.refetch(Topic::Gaps, decisions);
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=decisions
            name=texts.part()
            skeleton=Skeleton::Table
            way_out=Signal::derive(move || query.read().way_out())
            show=move |page| view! { <Decisions page query/> }.into_any()
        />
        <Moments query/>
    }
    .into_any()
}

async fn ask(query: Query) -> Result<DecisionPage, ApiError> {
    list_decisions(query.get("ubicacion_id"), query.get("accion"), None, None, query.get(CURSOR)).await
}

#[component]
fn Decisions(page: Memo<DecisionPage>, query: Memo<Query>) -> impl IntoView {
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
        <section class="panel" aria-label=language().history().title()>
            <DecisionFilters
                branches=Signal::derive(move || page.with(|page| page.tiendas.clone()))
                value=Callback::new(move |name: &'static str| query.read().get(name).unwrap_or_default())
                change
                updated=Signal::derive(move || page.with(|page| (page.generado_en, page.generado_en_local)))
                clear=Signal::derive(move || query.read().way_out())
            />
            <DecisionsTable decisions=Signal::derive(move || page.with(|page| page.decisiones.clone())) now/>
            <Pager older newest/>
        </section>
    }
    .into_any()
}

/// Forms that work by themselves: one leads to the gaps of a moment, the other compares two moments on this page.
#[component]
fn Moments(query: Memo<Query>) -> impl IntoView {
    let texts = language().past();
    let moments = Memo::new(move |_| (query.read().get("desde_momento"), query.read().get("hasta_momento")));
    let value = move |name: &'static str| query.read_untracked().get(name).unwrap_or_default();
    view! {
        <section class="panel panel-padded" aria-labelledby="momento-titulo">
            <h2 id="momento-titulo">{texts.title()}</h2>
            <form class="filters" method="get" action=GAPS.path>
                <label class="field">
                    <span class="field-label">{texts.at()}</span>
                    <input class="input" type="datetime-local" name="en" required/>
                </label>
                <button class="button" type="submit">{texts.see()}</button>
            </form>
        </section>
        <section class="panel panel-padded" aria-labelledby="comparar-titulo">
            <h2 id="comparar-titulo">{texts.compare_title()}</h2>
            <form class="filters" method="get" action=HISTORY.path>
                <label class="field">
                    <span class="field-label">{texts.first()}</span>
                    <input
                        class="input"
                        type="datetime-local"
                        name="desde_momento"
                        required
                        value=value("desde_momento")
                    />
                </label>
                <label class="field">
                    <span class="field-label">{texts.second()}</span>
                    <input
                        class="input"
                        type="datetime-local"
                        name="hasta_momento"
                        required
                        value=value("hasta_momento")
                    />
                </label>
                <button class="button" type="submit">{texts.compare()}</button>
            </form>
            <Compared moments/>
        </section>
    }
    .into_any()
}

#[component]
fn Compared(moments: Memo<(Option<String>, Option<String>)>) -> impl IntoView {
    let comparison = Loading::new(
        move || moments.get(),
        |(first, second)| async move {
            // Without moments there is nothing to compare, which is no failure.
            match (first, second) {
                (Some(first), Some(second)) => {
                    compare_moments(Some(first), Some(second), None, None, None).await.map(Some)
                }
                _ => Ok(None),
            }
        },
    );
    view! { <Part loading=comparison name=language().past().part() skeleton=Skeleton::Nothing show=show_comparison/> }
}

fn show_comparison(comparison: Memo<Option<Comparison>>) -> AnyView {
    let is_there = Memo::new(move |_| comparison.read().is_some());
    let shown = move || {
        let first = comparison.get_untracked()?;
        is_there.get().then(|| {
            let latest = Memo::new(move |_| comparison.get().unwrap_or_else(|| first.clone()));
            view! { <ComparisonLists comparison=latest/> }
        })
    };
    shown.into_any()
}
