//! A figure above a list.

use leptos::prelude::*;

use super::Tone;
use crate::format::whole;
use crate::preferences::language;

/// A figure, what it counts, and a line that puts it into place.
#[component]
pub fn StatCard(
    /// What it counts.
    label: &'static str,
    /// The figure.
    #[prop(into)]
    value: Signal<u64>,
    /// How a figure above zero is to be taken; zero is never alarming.
    tone: Tone,
    /// What puts it into place.
    #[prop(into)]
    hint: Signal<String>,
) -> impl IntoView {
    let language = language();
    let class = move || {
        let tone = if value.get() == 0 { Tone::Neutral } else { tone };
        format!("card stat {}", tone.class())
    };
    view! {
        <div class=class>
            <dt class="stat-label">
                <span class="dot" aria-hidden="true"></span>
                {label}
            </dt>
            <dd class="stat-value">{move || whole(language, value.get())}</dd>
            <dd class="stat-hint">{move || hint.get()}</dd>
        </div>
    }
}
