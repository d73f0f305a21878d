//! Moments and lengths of time, counted from the moment that the page is true of.

use jiff::Timestamp;
use jiff::civil::DateTime;
use leptos::prelude::*;

use crate::format::{absolute, relative, whole_duration};
use crate::preferences::language;

/// A moment: how long ago, and beneath it date and time on the store's clock.
#[component]
pub fn Moment(
    /// The instant.
    at: Timestamp,
    /// The same on the store's clock.
    local: DateTime,
    /// What it is counted from.
    now: Timestamp,
) -> impl IntoView {
    let language = language();
    view! {
        <time class="stack" datetime=at.to_string()>
            <span>{relative(language, now, at)}</span>
            <span class="muted">{absolute(language, local)}</span>
        </time>
    }
}

/// The time since something began.
#[component]
pub fn Elapsed(
    /// When it began.
    since: Timestamp,
    /// What it is counted from.
    now: Timestamp,
) -> impl IntoView {
    let seconds = now.duration_since(since).as_secs().max(0).unsigned_abs();
    view! { <span class="tone-info elapsed">{whole_duration(seconds)}</span> }
}
