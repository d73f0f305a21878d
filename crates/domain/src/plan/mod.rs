//! Recovery plans: exactly which windows run, sealed, so that what runs is what was shown.
//!
//! A [`Plan`] is a value: the missing windows of a [`PlanScope`], and how to run them. Its [`PlanHash`] is taken over a
//! canonical text of just that. There is no clock and no user in it, so two people who ask for the same see the same hash,
//! and whoever starts a hash starts the windows that it was taken over, or nothing.
//!
//! What it costs is reckoned beside it ([`estimate()`]), and is no part of the seal: an estimate may change while the
//! windows do not. How a plan that was started goes on is in [`PlanState`], [`Breaker`], [`Pace`] and [`RetryPolicy`].

mod breaker;
mod estimate;
mod hash;
mod held_time;
mod pace;
mod retry;
mod scope;
mod state;
mod stop_cause;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{EtlKind, Interval, Window};

pub use breaker::{Breaker, BreakerLimits, Trip};
pub use estimate::{BranchHistory, BranchLoad, Concurrency, Latency, PlanEstimate, Slot, SlotLines, estimate};
pub use hash::{InvalidPlanHash, PlanHash};
pub use held_time::held_time;
pub use pace::Pace;
pub use retry::{RetryCandidate, RetryPolicy, is_retried_by_itself};
pub use scope::{PlanScope, ScopePart, windows_in_scope};
pub use state::{PlanAction, PlanState};
pub use stop_cause::StopCause;

/// The first line of the canonical text. A change of the text is a new version, so that an old hash never means
/// something else.
const CANONICAL_VERSION: &str = "klk-plan 1";

/// How the windows of a plan are chosen and run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Also the expected windows that are covered already.
    pub repeat_loaded: bool,
    /// Only while the window's branch is closed.
    pub outside_hours: bool,
}

/// Windows to run, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    kind: EtlKind,
    options: PlanOptions,
    windows: Vec<Window>,
    hash: PlanHash,
}

impl Plan {
    /// Seals windows, given in any order and how often ever, with the options.
    pub fn seal(kind: EtlKind, options: PlanOptions, windows: impl IntoIterator<Item = Window>) -> Self {
        let mut windows: Vec<Window> = windows.into_iter().filter(|window| window.kind == kind).collect();
        // Oldest first over all branches, so that they get ahead together.
        windows.sort_unstable_by(|left, right| (left.interval, &left.branch).cmp(&(right.interval, &right.branch)));
        windows.dedup();
        let digest = Sha256::digest(canonical_text(kind, options, &windows).as_bytes());
        Self { kind, options, windows, hash: PlanHash::of_digest(&digest.into()) }
    }

    /// What is extracted.
    pub const fn kind(&self) -> EtlKind {
        self.kind
    }

    /// How it runs.
    pub const fn options(&self) -> PlanOptions {
        self.options
    }

    /// The windows in the order in which they are queued.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The seal.
    pub const fn hash(&self) -> &PlanHash {
        &self.hash
    }
}

/// What is hashed: a line each for version, kind and options, then a line a window.
fn canonical_text(kind: EtlKind, options: PlanOptions, windows: &[Window]) -> String {
    let yes_or_no = |is_set: bool| if is_set { "si" } else { "no" };
    let options = format!(
        "{CANONICAL_VERSION}\netl_tipo {kind}\nrepetir_cargado {}\nfuera_de_horario {}\n",
        yes_or_no(options.repeat_loaded),
        yes_or_no(options.outside_hours)
    );
    let lines = windows.iter().map(|window| {
        // The name comes last and escaped: whatever is in it, two plans never have the same text.
        let name = window.branch.as_str().escape_default();
        let (from, to) = bounds(window.interval);
        format!("{from} {to} {name}\n")
    });
    std::iter::once(options).chain(lines).collect()
}

/// To the microsecond, as the database has them.
fn bounds(interval: Interval<Timestamp>) -> (i64, i64) {
    (interval.start().as_microsecond(), interval.end().as_microsecond())
}

#[cfg(test)]
mod tests;
