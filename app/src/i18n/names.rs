//! What people call the values of the contract's enums.

use domain::gap::Urgency;
use domain::{EtlKind, RunMode, RunState};

use super::Language;

/// Of a kind of extraction.
pub const fn kind_name(language: Language, kind: EtlKind) -> &'static str {
    match kind {
        EtlKind::Sales => language.kind().sales(),
        EtlKind::Inventory => language.kind().inventory(),
    }
}

/// Of a mode of a run.
pub const fn mode_name(language: Language, mode: RunMode) -> &'static str {
    match mode {
        RunMode::Full => language.mode().full(),
        RunMode::Incremental => language.mode().incremental(),
        RunMode::Recovery => language.mode().recovery(),
    }
}

/// Of a state of a run.
pub const fn state_name(language: Language, state: RunState) -> &'static str {
    let texts = language.state();
    match state {
        RunState::Queued => texts.queued(),
        RunState::Running => texts.running(),
        RunState::Succeeded => texts.succeeded(),
        RunState::Failed => texts.failed(),
        RunState::Partial => texts.partial(),
        RunState::Cancelled => texts.cancelled(),
        RunState::Interrupted => texts.interrupted(),
    }
}

/// Of an urgency of a gap.
pub const fn urgency_name(language: Language, urgency: Urgency) -> &'static str {
    let texts = language.urgency();
    match urgency {
        Urgency::Recent => texts.recent(),
        Urgency::Urgent => texts.urgent(),
        Urgency::Critical => texts.critical(),
        Urgency::VeryCritical => texts.very_critical(),
    }
}
