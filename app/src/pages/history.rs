//! `/actividad/decisiones`: who decided what, what was known at a moment, and how two moments differ.

use domain::read_model::{Comparison, DecisionPage};
use engine::Topic;
use leptos::prelude::*;

use crate::api::{ApiError, compare_moments, list_decisions};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{CURSOR, GAPS, HISTORY, Query};
use crate::values::Values;
use crate::views::{
    PageHeader, comparison_lists, decision_filters, decisions_table, export_links, folded_filters, pager,
};

/// The page of the history.
pub async fn history_page(values: Values) -> Page {
    let texts = language().history();
    let query = values.query(HISTORY);
    let decisions = list_decisions(query.get("ubicacion_id"), query.get("accion"), None, None, query.get(CURSOR)).await;
    let comparison = compare(&query).await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), decisions, query.way_out(), |page| list(&query, page))}
        {moments(&query, comparison)}
    };
    Page::new(HISTORY.path, texts.title(), &[Topic::Gaps], content)
}

/// Without moments there is nothing to compare, which is no failure.
async fn compare(query: &Query) -> Option<Result<Comparison, ApiError>> {
    let (first, second) = (query.get("desde_momento")?, query.get("hasta_momento")?);
    Some(compare_moments(Some(first), Some(second), None, None, None).await)
}

fn list(query: &Query, page: DecisionPage) -> AnyView {
    view! {
        <section class="panel" aria-label=language().history().title()>
            {folded_filters(query, decision_filters(query, &page.tiendas, (page.generado_en, page.generado_en_local)))}
            {decisions_table(page.decisiones, page.generado_en)}
            {pager(query, page.cursor_siguiente.as_deref())}
            {export_links("decisiones", query)}
        </section>
    }
    .into_any()
}

/// Forms that work by themselves: one leads to the gaps of a moment, the other compares two moments on this page.
fn moments(query: &Query, comparison: Option<Result<Comparison, ApiError>>) -> AnyView {
    let texts = language().past();
    let moment = |label: &'static str, name: &'static str, value: Option<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input class="input" type="datetime-local" id=format!("momento-{name}") name=name required value=value/>
            </label>
        }
    };
    let compared = comparison.map(|both| part(texts.part(), both, None, |both| comparison_lists(&both)));
    view! {
        <section class="panel panel-padded" aria-labelledby="momento-titulo">
            <h2 id="momento-titulo">{texts.title()}</h2>
            <form class="filters" method="get" action=GAPS.path>
                {moment(texts.at(), "en", None)}
                <button class="button" type="submit">{texts.see()}</button>
            </form>
        </section>
        <section class="panel panel-padded" aria-labelledby="comparar-titulo">
            <h2 id="comparar-titulo">{texts.compare_title()}</h2>
            <form class="filters" method="get" action=HISTORY.path>
                {moment(texts.first(), "desde_momento", query.get("desde_momento"))}
                {moment(texts.second(), "hasta_momento", query.get("hasta_momento"))}
                <button class="button" type="submit">{texts.compare()}</button>
            </form>
            {compared}
        </section>
    }
    .into_any()
}
