//! Older pages of a list.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;

/// Links to the next older page and back to the first.
#[component]
pub fn Pager(
    /// None on the last page.
    older: Signal<Option<String>>,
    /// None on the first page.
    newest: Signal<Option<String>>,
) -> impl IntoView {
    let texts = language().runs();
    view! {
        <nav class="pager" aria-label=texts.pages()>
            {move || {
                newest.get().map(|href| view! { <a class="button" href=href><Glyph icon=Icon::First/>{texts.newest()}</a> })
            }}
            {move || {
                older.get().map(|href| {
                    view! { <a class="button pager-older" href=href>{texts.older()}<Glyph icon=Icon::Older/></a> }
                })
            }}
        </nav>
    }
}
