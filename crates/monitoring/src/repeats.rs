//! What is reported again and again in an outage is reported once a minute, with how often it was left out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A cause that goes on is reported again: it is not over.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);
/// Causes that are remembered; of any other, nothing is left out.
const CAUSES_MAX: usize = 512;

/// When each cause was reported last, and how often it was left out since.
#[derive(Debug, Default)]
pub struct RepeatLimiter(Mutex<HashMap<String, LastReport>>);

#[derive(Debug)]
struct LastReport {
    at: Instant,
    left_out: u64,
}

impl RepeatLimiter {
    /// How many reports of the cause were left out since the last one, where another one is due: from then on it counts as
    /// made. None where it is to be left out.
    pub fn take_turn(&self, cause: &str, now: Instant) -> Option<u64> {
        let mut causes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |last: &LastReport| now.saturating_duration_since(last.at) >= REPORT_INTERVAL;
        if let Some(last) = causes.get_mut(cause) {
            if !is_due(last) {
                last.left_out += 1;
                return None;
            }
            let left_out = last.left_out;
            *last = LastReport { at: now, left_out: 0 };
            return Some(left_out);
        }
        if causes.len() >= CAUSES_MAX {
            causes.retain(|_, last| !is_due(last));
        }
        if causes.len() < CAUSES_MAX {
            causes.insert(cause.to_owned(), LastReport { at: now, left_out: 0 });
        }
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_reported_at_once_and_then_once_a_minute_with_what_was_left_out() {
        let limiter = RepeatLimiter::default();
        let begin = Instant::now();
        let turn = |seconds| limiter.take_turn("base de datos", begin + Duration::from_secs(seconds));
        assert_eq!([0, 0, 59, 60, 61, 200].map(turn), [Some(0), None, None, Some(2), None, Some(1)]);
    }

    #[test]
    fn another_cause_is_reported_meanwhile() {
        let limiter = RepeatLimiter::default();
        let now = Instant::now();
        assert_eq!(limiter.take_turn("una", now), Some(0));
        assert_eq!(limiter.take_turn("otra", now), Some(0));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let limiter = RepeatLimiter::default();
        let begin = Instant::now();
        for number in 0..=CAUSES_MAX {
            assert_eq!(limiter.take_turn(&number.to_string(), begin), Some(0));
        }
        assert_eq!(limiter.0.lock().unwrap().len(), CAUSES_MAX);
        assert_eq!(limiter.take_turn("later", begin + REPORT_INTERVAL), Some(0));
        assert_eq!(limiter.0.lock().unwrap().len(), 1);
    }
}
