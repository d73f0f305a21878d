//! What stands where nothing is.

use axum::http::StatusCode;
use leptos::prelude::*;

use crate::page::Page;
use crate::preferences::language;
use crate::query::{GAPS, RUNS};

/// The page for an address that has none. Below the folder of a proxy nothing works, so it says what to do about that.
pub fn not_found_page(folder: Option<&str>) -> Page {
    let texts = language().not_found();
    let below = folder.map(|folder| view! { <p>{texts.below_folder(folder)}</p> });
    let content = view! {
        <section class="empty empty-page">
            <p class="empty-code">"404"</p>
            <h1>{texts.title()}</h1>
            <p>{texts.text()}</p>
            {below}
            <p class="empty-actions">
                <a class="button button-primary" href=RUNS.path>{texts.runs()}</a>
                <a class="button" href=GAPS.path>{texts.gaps()}</a>
            </p>
        </section>
    };
    Page::new("", texts.title(), &[], content).with_status(StatusCode::NOT_FOUND)
}
