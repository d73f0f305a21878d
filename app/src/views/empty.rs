//! What stands in the place of a table without rows.

use leptos::prelude::*;

/// Nothing to show, and what that means.
#[component]
pub fn Empty(
    /// In a few words.
    title: &'static str,
    /// What it means, or what to try.
    hint: &'static str,
    /// Whether nothing is good news.
    #[prop(optional)]
    is_good: bool,
) -> impl IntoView {
    view! {
        <div class="empty" class:empty-good=is_good>
            <svg class="empty-mark" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" focusable="false">
                <circle cx="24" cy="24" r="20"></circle>
                <path d=if is_good { "M15 24.5l6.2 6.2L33.5 18" } else { "M16 24h16" }></path>
            </svg>
            <p class="empty-title">{title}</p>
            <p>{hint}</p>
        </div>
    }
}
