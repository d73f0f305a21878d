//! A part of a page with a heading of its own.

use leptos::prelude::*;

/// A panel with a heading.
#[component]
pub fn Section(
    /// The heading.
    title: &'static str,
    /// A line about it.
    #[prop(optional, into)]
    intro: Option<&'static str>,
    /// Whether what is in it goes up to its edges, as a table does.
    #[prop(optional)]
    is_flush: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel section" class:section-flush=is_flush aria-label=title>
            <div class="section-head">
                <h2>{title}</h2>
                {intro.map(|intro| view! { <p class="muted">{intro}</p> })}
            </div>
            <div class="section-body">{children()}</div>
        </section>
    }
    .into_any()
}
