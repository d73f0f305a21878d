//! What proves that a half hour is complete.

/// What came of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProofOutcome {
    /// It was looked at, and it is so.
    Holds,
    /// It was looked at, and it is not so.
    Fails,
    /// There is nothing to look at.
    NotApplicable,
}
crate::state::wire_names!(ProofOutcome { Holds => "cumple", Fails => "no_cumple", NotApplicable => "no_aplica" });

impl From<bool> for ProofOutcome {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// Whether lines that came are as many as were announced.
pub fn count_outcome(announced: Option<u64>, received: Option<u64>) -> ProofOutcome {
    match (announced, received) {
        (Some(announced), Some(received)) => (announced == received).into(),
        _ => ProofOutcome::NotApplicable,
    }
}
