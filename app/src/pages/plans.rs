//! `/actividad/recuperaciones`: what was recovered together, and what is in progress.

use engine::Topic;
use leptos::prelude::*;

use crate::api::list_plans;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::PLANS_PATH;
use crate::views::{PageHeader, export_links_with, plans_table};

/// The page of plans.
pub async fn plans_page() -> Page {
    let texts = language().plans();
    let plans = list_plans(None).await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), plans, None, |list| view! {
            <section class="panel" aria-label=texts.title()>{plans_table(&list.planes, list.generado_en)}</section>
            {(!list.planes.is_empty()).then(|| export_links_with("recuperaciones", ""))}
        }.into_any())}
    };
    Page::new(PLANS_PATH, texts.title(), &[Topic::Progress], content)
}
