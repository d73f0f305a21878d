//! `/pendientes/justificados`: what stays missing, with who said why.

use engine::Topic;
use leptos::prelude::*;

use crate::api::list_justifications;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::JUSTIFIED_PATH;
use crate::views::{Empty, PageHeader, export_links_with, justified};

/// How far back the page looks: a year, in hours.
const HOURS: u32 = 8784;

/// The page of justifications.
pub async fn justified_page() -> Page {
    let texts = language().justified();
    let list = list_justifications(None, None, Some(HOURS.to_string())).await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), list, None, |list| {
            justified(list)
                .map(|list| view! { {list} {export_links_with("justificados", "")} }.into_any())
                .unwrap_or_else(|| view! { <Empty title=texts.empty() hint=texts.empty_hint() is_good=true/> }.into_any())
        })}
    };
    Page::new(JUSTIFIED_PATH, texts.title(), &[Topic::Gaps], content)
}
