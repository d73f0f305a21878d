//! What stands where nothing is.

use leptos::prelude::*;

use crate::components::PageTitle;
use crate::preferences::language;
use crate::query::{GAPS, RUNS};

/// The page for an address that has none. The server sets the status.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let texts = language().not_found();
    view! {
        <PageTitle title=texts.title()/>
        <section class="empty empty-page">
            <p class="empty-code">"404"</p>
            <h1>{texts.title()}</h1>
            <p>{texts.text()}</p>
            <p class="empty-actions">
                <a class="button button-primary" href=RUNS.path>{texts.runs()}</a>
                <a class="button" href=GAPS.path>{texts.gaps()}</a>
            </p>
        </section>
    }
    .into_any()
}
