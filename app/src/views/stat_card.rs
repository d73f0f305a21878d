//! A figure above a list.

use leptos::prelude::*;

use super::{FigureCard, Tone};
use crate::format::whole;
use crate::preferences::language;

/// A figure, what it counts, and a line that puts it into place.
#[component]
pub fn StatCard(
    /// What it counts.
    label: &'static str,
    /// The figure.
    value: u64,
    /// How a figure above zero is to be taken; zero is never alarming.
    tone: Tone,
    /// What puts it into place.
    #[prop(into)]
    hint: String,
) -> impl IntoView {
    let tone = if value == 0 { Tone::Neutral } else { tone };
    view! { <FigureCard label figure=whole(language(), value) tone hint/> }
}
