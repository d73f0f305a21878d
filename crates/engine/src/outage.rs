//! That the database does not answer is told once in a while: everybody who asks for something notices it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long nothing more is told. An outage that goes on is told again: it is no news, and it is not over.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// When it was told last.
#[derive(Debug, Default)]
pub(crate) struct Outage(Mutex<Option<Instant>>);

impl Outage {
    /// Whether to tell it now; then it counts as told.
    pub(crate) fn is_to_be_told(&self, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = told.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_EVERY);
        if is_due {
            *told = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_at_once_and_once_a_minute() {
        let outage = Outage::default();
        let begin = Instant::now();
        let told = |seconds| outage.is_to_be_told(begin + Duration::from_secs(seconds));
        assert_eq!([0, 0, 59, 60, 61, 200].map(told), [true, false, false, true, false, true]);
    }
}
