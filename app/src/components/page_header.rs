//! The head of a page.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::preferences::language;

/// The title of the browser's tab.
#[component]
pub fn PageTitle(
    /// The page's own part.
    title: &'static str,
) -> impl IntoView {
    view! { <Title text=format!("{title} · {}", language().site().name())/> }
}

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
