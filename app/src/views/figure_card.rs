//! A figure that is no count.

use leptos::prelude::*;

use super::Tone;

/// A figure in words, what it says, and a line that puts it into place.
#[component]
pub fn FigureCard(
    /// What it says.
    label: &'static str,
    /// The figure, with its unit.
    figure: String,
    /// How it is to be taken.
    tone: Tone,
    /// What puts it into place.
    #[prop(into)]
    hint: String,
) -> impl IntoView {
    view! {
        <div class=format!("card stat {}", tone.class())>
            <dt class="stat-label">
                <span class="dot" aria-hidden="true"></span>
                {label}
            </dt>
            <dd class="stat-value">{figure}</dd>
            <dd class="stat-hint">{hint}</dd>
        </div>
    }
}
