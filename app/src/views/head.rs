//! What every document has in its head.

use leptos::prelude::*;

use crate::assets::assets;
use crate::i18n::Language;

/// Character set, width, schemes, description, title, icon and style sheet.
pub fn head_basics(language: Language, title: &str) -> AnyView {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="description" content=language.site().description()/>
        <title>{format!("{title} · {}", language.site().name())}</title>
        <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
        <link rel="stylesheet" href=assets().path("klk.css")/>
    }
    .into_any()
}
