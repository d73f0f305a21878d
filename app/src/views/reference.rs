//! The code by which an error is found again, and links into Sentry.

use leptos::prelude::*;

use super::{CopyButton, Glyph, Icon};
use crate::preferences::language;
use crate::references::event_of;

/// A reference code, with what copies it and, where it is known, the way to its event.
#[component]
pub fn Reference(
    /// The code.
    code: String,
) -> impl IntoView {
    let texts = language().failure();
    let event = event_of(&code).map(|href| view! { <SentryLink href label=texts.open_event()/> });
    view! {
        <span class="reference">
            {texts.reference()} " " <code>{code.clone()}</code> <CopyButton text=code/> {event}
        </span>
    }
}

/// A link into Sentry. It opens beside this page, which goes on living.
#[component]
pub fn SentryLink(
    /// The address.
    href: String,
    /// Where it leads.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <a class="link link-external" href=href target="_blank" rel="noopener">
            {label} <Glyph icon=Icon::External/>
            <span class="visually-hidden">" (" {language().external().opens()} ")"</span>
        </a>
    }
}
