//! Parts of the frame around every page.

use leptos::prelude::*;

use super::{Pill, Tone};
use crate::preferences::language;

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

/// Whether the page hears of changes as they happen, and since when what it shows is true: frontend/js/live.ts says it. A page
/// without scripts is of the moment that it was asked for.
pub fn live_badge() -> AnyView {
    let texts = language().live();
    view! {
        <p class="live-badge needs-script" id="en-vivo" data-propio="">
            <span role="status">
                <span data-estado="starting"><Pill tone=Tone::Neutral label=texts.starting()/></span>
                <span data-estado="live" hidden=true><Pill tone=Tone::Good label=texts.on()/></span>
                <span data-estado="lost" hidden=true><Pill tone=Tone::Warning label=texts.off() is_busy=true/></span>
            </span>
            " "
            <span
                class="muted live-age"
                data-edad=""
                data-ahora=texts.age_now()
                data-minuto=texts.age_minute()
                data-minutos=texts.age_minutes("{n}")
            ></span>
        </p>
    }
    .into_any()
}
