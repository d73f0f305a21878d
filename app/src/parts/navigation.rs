//! The five entries that everything belongs to, the system's beside them, and the tabs within each.

use leptos::prelude::*;

use super::frame::Frame;
use crate::preferences::language;
use crate::query::{GAPS, RECONCILIATIONS, USERS_PATH};
use crate::views::{Glyph, places};

/// What waits on a page; None where nothing is counted.
fn count_of(frame: &Frame, path: &str) -> Option<u64> {
    let counts = [(GAPS.path, frame.gaps()), (RECONCILIATIONS.path, frame.changed_days())];
    counts.into_iter().find(|(counted, _)| *counted == path).and_then(|(_, count)| count)
}

/// The entries, the one that a page belongs to marked.
pub fn navigation(frame: &Frame, section: &str) -> AnyView {
    let language = language();
    let links = places(language).into_iter().map(|place| {
        let current = place.has(section).then_some("page");
        let waiting: u64 = place.pages.iter().filter_map(|(path, _)| count_of(frame, path)).sum();
        view! {
            <a class="nav-link" href=place.path() aria-current=current>
                <Glyph icon=place.icon/>
                <span>{place.name}</span>
                {badge(waiting, |count| language.site().gaps_pending(count))}
            </a>
        }
    });
    view! { <nav class="nav" aria-label=language.site().navigation()>{links.collect_view()}</nav> }.into_any()
}

/// The tabs of the entry that a page belongs to; nothing where it has but one.
pub fn tabs(frame: &Frame, section: &str) -> Option<AnyView> {
    let place = places(language()).into_iter().find(|place| place.has(section))?;
    let is_administrator = frame.is_administrator();
    let pages: Vec<_> = place.pages.into_iter().filter(|(path, _)| *path != USERS_PATH || is_administrator).collect();
    (pages.len() > 1).then(|| {
        let links = pages.into_iter().map(|(path, name)| {
            let count = count_of(frame, path).filter(|count| *count > 0);
            let count = count.map(|count| view! { <span class="count">{count.to_string()}</span> });
            view! { <a href=path aria-current=(path == section).then_some("page")>{name} {count}</a> }
        });
        view! { <nav class="tabs" aria-label=place.name>{links.collect_view()}</nav> }.into_any()
    })
}

/// The count beside an entry: nothing while there is nothing to count.
fn badge(count: u64, title: impl FnOnce(u64) -> String) -> Option<AnyView> {
    (count > 0).then(|| view! { <span class="count" title=title(count)>{count.to_string()}</span> }.into_any())
}
