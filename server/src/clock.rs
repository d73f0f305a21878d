//! The process's clock, identifiers and randomness: the only place that takes them from the air.

use domain::{BatchId, RunId};
use engine::{Clock, IdSource};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The system's time, for crates that take it as a function.
#[expect(clippy::disallowed_methods, reason = "this is the clock that is passed in everywhere else")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Identifiers that sort by the time they were made at.
#[derive(Clone, Copy, Debug)]
pub struct TimeOrderedIds;

/// Letters and digits that cannot be taken for one another when they are read aloud.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

impl IdSource for TimeOrderedIds {
    fn run_id(&self) -> RunId {
        RunId(time_ordered())
    }

    fn batch_id(&self) -> BatchId {
        BatchId(time_ordered())
    }

    fn correlation(&self) -> String {
        correlation()
    }

    fn secret(&self) -> [u8; 32] {
        // A cryptographic generator that is seeded by the system each time.
        StdRng::from_os_rng().random()
    }
}

/// A reference code of eight characters, easy to read aloud.
pub fn correlation() -> String {
    // The last eight bytes of a version 7 identifier are random but for two bits of the first.
    time_ordered().as_bytes()[8..].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[expect(clippy::disallowed_methods, reason = "this is where identifiers come from")]
fn time_ordered() -> Uuid {
    Uuid::now_v7()
}

/// Randomness for the waits between retries.
pub fn randomness() -> StdRng {
    StdRng::from_os_rng()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_codes_are_eight_capitals_or_digits_and_differ() {
        let (first, second) = (correlation(), correlation());
        assert_eq!(first.len(), 8);
        assert!(first.bytes().all(|byte| ALPHABET.contains(&byte)), "{first}");
        assert_ne!(first, second);
    }

    #[test]
    fn later_runs_have_greater_identifiers() {
        assert!(TimeOrderedIds.run_id() < TimeOrderedIds.run_id());
    }
}
