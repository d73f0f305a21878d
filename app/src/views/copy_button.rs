//! Puts a text on the clipboard: frontend/js/copy.ts.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;

/// A button that copies a text. It shows only where a page reacts: without JavaScript it could do nothing.
#[component]
pub fn CopyButton(
    /// What is copied.
    text: String,
) -> impl IntoView {
    let texts = language().action();
    view! {
        <button
            class="button-icon copy-button needs-script"
            type="button"
            aria-label=texts.copy()
            title=texts.copy()
            data-copiar=text
            data-copiado=texts.copied()
        >
            <Glyph icon=Icon::Copy/>
            <Glyph icon=Icon::Check/>
        </button>
        <span class="visually-hidden" aria-live="polite" data-propio=""></span>
    }
    .into_any()
}

/// A line that people copy whole: a command, an identifier.
#[component]
pub fn CopyLine(
    /// The line.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <span class="copy-line"><code>{text.clone()}</code> <CopyButton text/></span>
    }
}
