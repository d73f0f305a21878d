//! Parts of the frame around every page.

use leptos::prelude::*;

use super::{Glyph, Icon, Pill, Tone};
use crate::live::Connection;
use crate::preferences::language;
use crate::query::HOME_PATH;

/// Sign and name, leading home.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=HOME_PATH rel="external">
            <Mark/>
            <span>{language().site().name()}</span>
        </a>
    }
}

/// The product's sign.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
            <rect class="brand-ground" width="32" height="32" rx="8"></rect>
            <rect class="brand-bar" x="7" y="8" width="18" height="4" rx="2"></rect>
            <rect class="brand-bar" x="7" y="14" width="7" height="4" rx="2"></rect>
            <rect class="brand-gap" x="15.5" y="14" width="3.5" height="4" rx="1.75"></rect>
            <rect class="brand-bar" x="20.5" y="14" width="4.5" height="4" rx="2"></rect>
            <rect class="brand-bar" x="7" y="20" width="18" height="4" rx="2"></rect>
        </svg>
    }
}

/// A page in the navigation.
#[component]
pub fn NavLink(
    /// The page.
    href: &'static str,
    /// Its name.
    label: &'static str,
    /// Its sign.
    icon: Icon,
    /// Where the browser is.
    path: Memo<String>,
    /// A count beside the name.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <a class="nav-link" href=href aria-current=move || path.with(|path| path.starts_with(href)).then_some("page")>
            <Glyph icon/>
            <span>{label}</span>
            {children.map(|children| children())}
        </a>
    }
}

/// Whether the page hears of changes as they happen.
#[component]
pub fn LiveBadge(
    /// Whether it does.
    connection: Signal<Connection>,
) -> impl IntoView {
    let texts = language().live();
    view! {
        <p class="live-badge" role="status">
            {move || match connection.get() {
                Connection::Starting => view! { <Pill tone=Tone::Neutral label=texts.starting()/> },
                Connection::Live => view! { <Pill tone=Tone::Good label=texts.on()/> },
                Connection::Lost => view! { <Pill tone=Tone::Warning label=texts.off() is_busy=true/> },
            }}
        </p>
    }
}
