//! `/actividad`: every attempt, the latest first.

use domain::read_model::RunPage;
use engine::{SavedView, Topic};
use futures::join;
use leptos::prelude::*;

use crate::api::{list_runs, list_saved_views};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{Query, RUNS};
use crate::values::Values;
use crate::views::{PageHeader, export_links, folded_filters, pager, run_cards, run_filters, runs_table, saved_views};

/// The page of runs.
pub async fn runs_page(values: Values) -> Page {
    let texts = language().runs();
    let query = values.query(RUNS);
    let get = |name| query.get(name);
    let runs = list_runs(get("etl_tipo"), get("ubicacion_id"), get("modo"), get("estado"), None, None, get("cursor"));
    let (runs, views) = join!(runs, list_saved_views());
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), runs, query.way_out(), |page| list(&query, page, &views.unwrap_or_default()))}
    };
    Page::new(RUNS.path, texts.title(), &[Topic::Runs], content)
}

fn list(query: &Query, page: RunPage, views: &[SavedView]) -> AnyView {
    view! {
        {run_cards(&page.totales)}
        <section class="panel" aria-label=language().runs().title()>
            {folded_filters(query, view! {
                {run_filters(query, &page.tiendas, (page.generado_en, page.generado_en_local))}
                {saved_views(query, views)}
            })}
            {runs_table(page.ejecuciones, page.generado_en)}
            {pager(query, page.cursor_siguiente.as_deref())}
            {export_links("ejecuciones", query)}
        </section>
    }
    .into_any()
}
