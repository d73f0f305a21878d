//! `/pendientes/cambios`: whether the source changed the last days of each store after they were over.

use domain::read_model::ReconciliationList;
use engine::Topic;
use leptos::prelude::*;

use crate::api::list_reconciliations;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{Query, RECONCILIATIONS};
use crate::values::Values;
use crate::views::{PageHeader, export_links, reconciliation_filters, reconciliations_table, source_alarm};

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

fn days(query: &Query, list: ReconciliationList) -> AnyView {
    view! {
        {source_alarm(&list)}
        <section class="panel" aria-label=language().reconciliations().title()>
            {reconciliation_filters(query, &list.tiendas, (list.generado_en, list.generado_en_local))}
            {reconciliations_table(list)}
            {export_links("cambios", query)}
        </section>
    }
    .into_any()
}
