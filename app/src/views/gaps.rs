//! The list of gaps and the figures above it.

use domain::gap::GapOrder;
use domain::read_model::{GapList, GapTotals, GapView};
use leptos::prelude::*;

use super::gap_row::gap_row;
use super::gap_value::value_card;
use super::{Empty, PlaceInList, StatCard, Tone, numbered_pager};
use crate::format::whole;
use crate::preferences::language;
use crate::query::Query;

/// Rows that one page of the list has.
const ROWS_MAX: usize = 25;

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
    let gaps: Vec<&GapView> = list.gaps.iter().collect();
    // What is chosen beforehand is chosen as a whole.
    let rows_max = if chosen.is_some() { gaps.len() } else { ROWS_MAX };
    let place = PlaceInList::of(query, gaps.len(), rows_max);
    let rows = place.cut(gaps).into_iter().map(|gap| gap_row(gap, list.generado_en, chosen, is_past));
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
        {numbered_pager(query, &place)}
    }
    .into_any()
}

/// The head of a column that the list can be sorted by: a link, so that it works by itself and can be shared.
fn sort_head(label: &'static str, hint: &'static str, by: GapOrder, order: GapOrder, query: &Query) -> AnyView {
    let is_current = order == by;
    // By value where the address says nothing.
    let href = query.href_with("ordenar", (by != GapOrder::Value).then_some(by.as_str()));
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::query::{GAPS, PAGE};
    use crate::sample;

    #[test]
    fn a_long_list_has_pages_and_what_is_chosen_beforehand_is_on_one() {
        let gap = |number: usize| GapView { id: format!("gap-{number}"), ..sample::gap() };
        let list = GapList {
            gaps: (0..60).map(gap).collect(),
            totales: GapTotals::default(),
            tiendas: Vec::new(),
            max_horas: 168,
            ordenar: GapOrder::Age,
            generado_en: Timestamp::UNIX_EPOCH,
            generado_en_local: date(2025, 11, 17).at(12, 0, 0, 0),
        };
        let rows = |page: &str, chosen| {
            let query = Query::of(GAPS, &[(PAGE, page)]);
            let html = Owner::new().with(|| gaps_table(&list, &query, chosen, false).to_html());
            (html.matches("<tr id=\"").count(), html.contains("value=\"gap-0\""), html.contains("pagina=2"))
        };
        assert_eq!(rows("", None), (25, true, true));
        assert_eq!(rows("3", None), (10, false, true));
        assert_eq!(rows("", Some("antes_de_vigilar")), (60, true, false));
    }
}
