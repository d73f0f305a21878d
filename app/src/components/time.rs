//! Moments and lengths of time that go on while one looks.

use jiff::Timestamp;
use jiff::civil::DateTime;
use leptos::prelude::*;

use crate::format::{absolute, relative, whole_duration};
use crate::live::Now;
use crate::preferences::language;

/// A moment: how long ago, and beneath it date and time on the store's clock.
#[component]
pub fn Moment(
    /// The instant.
    at: Timestamp,
    /// The same on the store's clock.
    local: DateTime,
    /// What it is counted from.
    now: Now,
) -> impl IntoView {
    let language = language();
    view! {
        <time class="stack" datetime=at.to_string()>
            <span>{move || relative(language, now.get(), at)}</span>
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
    now: Now,
) -> impl IntoView {
    let seconds = move || now.get().duration_since(since).as_secs().max(0).unsigned_abs();
    view! { <span class="tone-info elapsed">{move || whole_duration(seconds())}</span> }
}
