//! `/pendientes/inventario`: how old the stock of each warehouse is.

use engine::Topic;
use leptos::prelude::*;

use crate::api::read_freshness;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::STOCK_PATH;
use crate::views::{PageHeader, export_links_with, freshness_cards, freshness_table};

/// The page of stock.
pub async fn freshness_page() -> Page {
    let texts = language().freshness();
    let list = read_freshness(None).await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), list, None, |list| view! {
            {freshness_cards(&list)}
            {freshness_table(list)}
            {export_links_with("inventario", "")}
        }.into_any())}
    };
    Page::new(STOCK_PATH, texts.title(), &[Topic::Runs], content)
}
