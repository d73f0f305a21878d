//! `/sistema/metricas`: what was sold against the week before, how late it arrived, and how reliable the extractions are, of
//! all stores and of each.

use domain::EtlKind;
use domain::read_model::Metrics;
use engine::Topic;
use leptos::prelude::*;

use crate::api::{read_metrics, read_trading};
use crate::i18n::kind_name;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{METRICS, METRICS_PATH, Query};
use crate::values::Values;
use crate::views::{Empty, PageHeader, export_links_with, run_figures, run_figures_by_store, trading_sections};

/// How far back one may look, in days; the first is what is shown where nothing is said.
const DAYS: [u32; 3] = [7, 30, 90];

/// The page of metrics.
pub async fn metrics_page(values: Values) -> Page {
    let texts = language().metrics();
    let query = values.query(METRICS);
    let days = query.get("dias");
    let trading = read_trading().await;
    let mut parts = Vec::new();
    for kind in EtlKind::ALL {
        let metrics = read_metrics(Some(kind.to_string()), None, days.clone()).await;
        let filters = days.as_deref().map(|days| format!("&dias={days}")).unwrap_or_default();
        let filters = format!("etl_tipo={kind}{filters}");
        parts.push(part(texts.part(), metrics, query.way_out(), |metrics| of_kind(*kind, &metrics, &filters)));
    }
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), trading, query.way_out(), |trading| trading_sections(&trading))}
        {choice(&query)}
        {parts}
    };
    Page::new(METRICS_PATH, texts.title(), &[Topic::Runs], content)
}

fn choice(query: &Query) -> AnyView {
    let texts = language().metrics();
    let chosen = query.get("dias").and_then(|days| days.parse().ok()).unwrap_or(DAYS[0]);
    let links = DAYS.map(|days| {
        let value = (days != DAYS[0]).then(|| days.to_string());
        let href = query.href_with("dias", value.as_deref());
        view! { <a href=href aria-current=(days == chosen).then_some("true")>{texts.last_days(days)}</a> }
    });
    view! { <nav class="segments" aria-label=texts.days()>{links.collect_view()}</nav> }.into_any()
}

fn of_kind(kind: EtlKind, metrics: &Metrics, filters: &str) -> AnyView {
    let name = kind_name(language(), kind);
    let texts = language().metrics();
    let stores = if metrics.por_tienda.is_empty() {
        view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any()
    } else {
        view! { {run_figures_by_store(metrics)} {export_links_with("metricas", filters)} }.into_any()
    };
    view! {
        <section class="panel" aria-label=name>
            <div class="panel-head"><h2>{name}</h2></div>
            <div class="section-body">{run_figures(&metrics.cifras, name)}</div>
            {stores}
        </section>
    }
    .into_any()
}
