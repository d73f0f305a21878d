//! Puts a text on the clipboard.

use std::time::Duration;

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;

/// How long the button says that it did.
const SAYS_SO: Duration = Duration::from_secs(2);

/// A button that copies a text. It shows only where a page reacts: without JavaScript it could do nothing.
#[component]
pub fn CopyButton(
    /// What is copied.
    text: String,
) -> impl IntoView {
    let texts = language().action();
    let is_copied = RwSignal::new(false);
    let copy = move |_| {
        copy_to_clipboard(&text);
        is_copied.set(true);
        set_timeout(
            move || {
                let _ = is_copied.try_set(false);
            },
            SAYS_SO,
        );
    };
    view! {
        <button class="button-icon needs-script" type="button" aria-label=texts.copy() title=texts.copy() on:click=copy>
            {move || view! { <Glyph icon=if is_copied.get() { Icon::Check } else { Icon::Copy }/> }}
        </button>
        <span class="visually-hidden" aria-live="polite">{move || is_copied.get().then(|| texts.copied())}</span>
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

/// Browsers offer the clipboard to secure pages only; elsewhere the text can still be selected.
#[cfg(feature = "hydrate")]
fn copy_to_clipboard(text: &str) {
    if window().is_secure_context() {
        let _ = window().navigator().clipboard().write_text(text);
    }
}

#[cfg(not(feature = "hydrate"))]
fn copy_to_clipboard(_text: &str) {}
