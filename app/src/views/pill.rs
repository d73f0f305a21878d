//! A dot and a word: colour never says anything alone.

use domain::RunState;
use domain::certificate::ProofOutcome;
use domain::gap::Urgency;
use domain::window_state::WindowState;
use leptos::prelude::*;

/// How a thing is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    Neutral,
    /// In work.
    Info,
    /// As it should be.
    Good,
    /// To be looked at.
    Warning,
    /// Wrong.
    Bad,
    /// Wrong, and first.
    Worst,
}

impl Tone {
    /// The CSS class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Info => "tone-info",
            Self::Good => "tone-good",
            Self::Warning => "tone-warning",
            Self::Bad => "tone-bad",
            Self::Worst => "tone-worst",
        }
    }
}

impl From<RunState> for Tone {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Queued | RunState::Cancelled => Self::Neutral,
            RunState::Running => Self::Info,
            RunState::Succeeded => Self::Good,
            RunState::Partial | RunState::Interrupted => Self::Warning,
            RunState::Failed => Self::Bad,
        }
    }
}

impl From<WindowState> for Tone {
    fn from(state: WindowState) -> Self {
        match state {
            WindowState::Closed | WindowState::Upcoming | WindowState::Waived => Self::Neutral,
            WindowState::NoSales | WindowState::Complete => Self::Good,
            WindowState::Partial => Self::Warning,
            WindowState::Missing => Self::Bad,
            WindowState::InProgress => Self::Info,
            WindowState::Unrecoverable => Self::Worst,
        }
    }
}

impl From<ProofOutcome> for Tone {
    fn from(outcome: ProofOutcome) -> Self {
        match outcome {
            ProofOutcome::Holds => Self::Good,
            ProofOutcome::Fails => Self::Bad,
            ProofOutcome::NotApplicable => Self::Neutral,
        }
    }
}

impl From<Urgency> for Tone {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Recent => Self::Neutral,
            Urgency::Urgent => Self::Warning,
            Urgency::Critical => Self::Bad,
            Urgency::VeryCritical => Self::Worst,
        }
    }
}

/// A state, in a word.
#[component]
pub fn Pill(
    /// How it is to be taken.
    #[prop(into)]
    tone: Tone,
    /// The word.
    label: &'static str,
    /// Whether it goes on right now: the dot turns.
    #[prop(optional)]
    is_busy: bool,
) -> impl IntoView {
    let mark = if is_busy { "spinner" } else { "dot" };
    view! {
        <span class=format!("pill {}", tone.class())>
            <span class=mark aria-hidden="true"></span>
            {label}
        </span>
    }
}
