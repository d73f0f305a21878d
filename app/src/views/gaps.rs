//! The list of gaps and the figures above it.

use domain::gap::GapOrder;
use domain::read_model::{GapList, GapTotals};
use leptos::prelude::*;

use super::gap_row::gap_row;
use super::gap_value::value_card;
use super::{Empty, StatCard, Tone};
use crate::format::whole;
use crate::preferences::language;
use crate::query::Query;

/// Total, valor estimado, críticos, tiendas afectadas, timeouts.
pub fn gap_cards(totals: &GapTotals) -> AnyView {
    let language = language();
    let texts = language.gaps();
    view! {
        <dl class="cards cards-five" aria-label=texts.totals()>
            <StatCard
                label=texts.total()
                value=totals.total
                tone=Tone::Warning
                hint=texts.total_hint(whole(language, totals.ventanas))
            />
            {value_card(totals)}
            <StatCard label=texts.critical() value=totals.criticos tone=Tone::Worst hint=texts.critical_hint()/>
            <StatCard
                label=texts.stores()
                value=totals.tiendas_afectadas
                tone=Tone::Warning
                hint=texts.stores_hint()
            />
            <StatCard label=texts.timeouts() value=totals.timeouts tone=Tone::Bad hint=texts.timeouts_hint()/>
        </dl>
    }
    .into_any()
}

/// The table of gaps; those of the cause `chosen` are chosen beforehand. Of a list of the past, nothing can be done about any.
pub fn gaps_table(list: &GapList, query: &Query, chosen: Option<&str>, is_past: bool) -> AnyView {
    let texts = language().gaps();
    if list.gaps.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint() is_good=true/> }.into_any();
    }
    let rows = list.gaps.iter().map(|gap| gap_row(gap, list.generado_en, chosen, is_past));
    view! {
        <table class="table gaps-table">
            <caption class="visually-hidden">{texts.caption()}</caption>
            <thead>
                <tr>
                    <th scope="col" class="select-column">
                        <span class="visually-hidden">{language().plan().select_column()}</span>
                    </th>
                    <th scope="col">{texts.store()}</th>
                    {sort_head(texts.detected(), texts.sort_by_age(), GapOrder::Age, list.ordenar, query)}
                    <th scope="col">{texts.urgency()}</th>
                    <th scope="col">{texts.period()}</th>
                    {sort_head(texts.value(), texts.sort_by_value(), GapOrder::Value, list.ordenar, query)}
                    <th scope="col">{texts.cause()}</th>
                    <th scope="col" class="actions-column">{texts.actions()}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// The head of a column that the list can be sorted by: a link, so that it works by itself and can be shared.
fn sort_head(label: &'static str, hint: &'static str, by: GapOrder, order: GapOrder, query: &Query) -> AnyView {
    let is_current = order == by;
    let href = query.href_with("ordenar", (by != GapOrder::default()).then_some(by.as_str()));
    view! {
        <th scope="col" aria-sort=if is_current { "descending" } else { "none" }>
            <a class="sort-link" href=href title=hint>
                {label}
                <span class="sort-mark" class:sort-current=is_current aria-hidden="true">"↓"</span>
            </a>
        </th>
    }
    .into_any()
}
