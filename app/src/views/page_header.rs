//! The head of a page.

use leptos::prelude::*;

/// Title and a line about the page.
#[component]
pub fn PageHeader(
    /// The title.
    title: &'static str,
    /// What the page is about.
    intro: &'static str,
) -> impl IntoView {
    view! {
        <div class="page-header">
            <h1>{title}</h1>
            <p class="muted">{intro}</p>
        </div>
    }
}
