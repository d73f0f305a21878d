//! `/pendientes/cambios`: whether the source changed the last days of each store after they were over.

use domain::read_model::ReconciliationList;
use domain::reconciliation::ReconciliationState;
use engine::Topic;
use leptos::prelude::*;

use crate::api::list_reconciliations;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{CURSOR, Query, RECONCILIATIONS};
use crate::values::Values;
use crate::views::{
    PageHeader, export_links, folded_filters, pager, reconciliation_filters, reconciliations_table, source_alarm,
};

/// The page of comparisons.
pub async fn reconciliations_page(values: Values) -> Page {
    let texts = language().reconciliations();
    let query = values.query(RECONCILIATIONS);
    let list = list_reconciliations(query.get("ubicacion_id"), query.get("dias")).await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), list, query.way_out(), |list| days(&query, list))}
    };
    Page::new(RECONCILIATIONS.path, texts.title(), &[Topic::Runs], content)
}

/// Rows of one page: a hundred stores have seven hundred in a week.
const ROWS_MAX: usize = 100;

fn days(query: &Query, mut list: ReconciliationList) -> AnyView {
    let alarm = source_alarm(&list);
    let older = keep_page(&mut list, query);
    view! {
        {alarm}
        <section class="panel" aria-label=language().reconciliations().title()>
            {folded_filters(query, reconciliation_filters(query, &list.tiendas, (list.generado_en, list.generado_en_local)))}
            {reconciliations_table(list)}
            {pager(query, older.as_deref())}
            {export_links("cambios", query)}
        </section>
    }
    .into_any()
}

/// Keeps the rows of the requested page and returns the place of the next one. Of a list that has several pages, what
/// changed comes first.
fn keep_page(list: &mut ReconciliationList, query: &Query) -> Option<String> {
    if list.conciliaciones.len() > ROWS_MAX {
        list.conciliaciones.sort_by_key(|day| day.estado != ReconciliationState::Changed);
    }
    let first = query.get(CURSOR).and_then(|place| place.parse().ok()).unwrap_or_default();
    next_after(&mut list.conciliaciones, first).map(|next| next.to_string())
}

/// Leaves the rows of one page, from a place on; the place of the next page, where there is one.
fn next_after<T>(rows: &mut Vec<T>, first: usize) -> Option<usize> {
    let all = rows.len();
    let first = first.min(all);
    let end = first.saturating_add(ROWS_MAX).min(all);
    rows.truncate(end);
    rows.drain(..first);
    (end < all).then_some(end)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::all(100, 0, 0..100, None)]
    #[case::first(250, 0, 0..100, Some(100))]
    #[case::last(250, 200, 200..250, None)]
    #[case::behind_the_end(250, 900, 250..250, None)]
    fn a_long_list_has_pages(
        #[case] count: usize,
        #[case] first: usize,
        #[case] shown: std::ops::Range<usize>,
        #[case] next: Option<usize>,
    ) {
        let mut rows: Vec<usize> = (0..count).collect();
        assert_eq!(next_after(&mut rows, first), next);
        assert_eq!(rows, shown.collect::<Vec<_>>());
    }
}
