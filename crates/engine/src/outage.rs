//! An outage of the database is reported once a minute: every request fails because of it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An outage that goes on is reported again: it is not over.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// When an outage was reported last.
#[derive(Debug, Default)]
pub(crate) struct OutageReports(Mutex<Option<Instant>>);

impl OutageReports {
    /// Whether a report is due; from then on it counts as made.
    pub(crate) fn take_turn(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now.saturating_duration_since(last) >= REPORT_INTERVAL);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_reported_at_once_and_then_once_a_minute() {
        let reports = OutageReports::default();
        let begin = Instant::now();
        let is_due = |seconds| reports.take_turn(begin + Duration::from_secs(seconds));
        assert_eq!([0, 0, 59, 60, 61, 200].map(is_due), [true, false, false, true, false, true]);
    }
}
