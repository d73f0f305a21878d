//! `/conexion`: whether the POS answers. Every page shows it in its frame, from here.

use leptos::prelude::*;

use crate::api::check_connectivity;
use crate::page::Page;
use crate::preferences::language;
use crate::query::CONNECTIVITY_PATH;
use crate::views::connectivity_state;

/// The page of the POS.
pub async fn connectivity_page() -> Page {
    let texts = language().connectivity();
    let outcome = check_connectivity().await;
    let content = view! {
        <div class="page-header"><h1>{texts.title()}</h1></div>
        <p>{connectivity_state(&outcome)}</p>
    };
    Page::new(CONNECTIVITY_PATH, texts.title(), &[], content)
}
