//! Older pages of a list.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;
use crate::query::{CURSOR, Query};

/// Links to the next older page, whose cursor the answer gave, and back to the first.
pub fn pager(query: &Query, older: Option<&str>) -> AnyView {
    let texts = language().runs();
    let newest = query.get(CURSOR).map(|_| {
        let href = query.href_with(CURSOR, None);
        view! { <a class="button" href=href><Glyph icon=Icon::First/>{texts.newest()}</a> }
    });
    let older = older.map(|cursor| {
        let href = query.href_with(CURSOR, Some(cursor));
        view! { <a class="button pager-older" href=href>{texts.older()}<Glyph icon=Icon::Older/></a> }
    });
    view! { <nav class="pager" aria-label=texts.pages()>{newest} {older}</nav> }.into_any()
}
