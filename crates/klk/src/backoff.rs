//! How long to wait before a request is sent again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use rand::{Rng, RngCore};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Exponential backoff with full jitter: a wait is drawn between nothing and a limit that doubles, so that the stores'
/// questions that failed together do not come back together.
pub(crate) struct Backoff {
    base: Duration,
    max: Duration,
    randomness: Mutex<Box<dyn RngCore + Send>>,
}

impl Backoff {
    pub(crate) fn new(base: Duration, max: Duration, randomness: Box<dyn RngCore + Send>) -> Self {
        Self { base, max, randomness: Mutex::new(randomness) }
    }

    /// The wait after an attempt (1 for the first) that failed; at least what the POS asks for, at most our own limit.
    pub(crate) fn wait(&self, attempt: u32, retry_after: Option<Duration>) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let limit = self.base.saturating_mul(doubled).min(self.max);
        let share: f64 = self.randomness.lock().unwrap_or_else(PoisonError::into_inner).random();
        limit.mul_f64(share).max(retry_after.unwrap_or_default().min(self.max))
    }
}

/// Reads `Retry-After`: seconds, or a date, which is compared with the answer's own `Date`, so that our clock does not
/// matter.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let parse = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let then = parse(text)?;
    let now = parse(headers.get(DATE)?.to_str().ok()?)?;
    then.duration_since(now).try_into().ok()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use rstest::rstest;

    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(Duration::from_millis(500), Duration::from_secs(20), Box::new(StdRng::seed_from_u64(1)))
    }

    #[test]
    fn waits_grow_up_to_the_limit_and_are_spread() {
        let backoff = backoff();
        let waits = |attempt| (0..200).map(|_| backoff.wait(attempt, None)).collect::<Vec<_>>();
        let longest = |attempt| waits(attempt).into_iter().max().unwrap();
        assert!(longest(1) <= Duration::from_millis(500));
        assert!(longest(3) > Duration::from_secs(1) && longest(3) <= Duration::from_secs(2));
        assert!(longest(60) > Duration::from_secs(10) && longest(60) <= Duration::from_secs(20));
        assert!(waits(3).into_iter().min().unwrap() < Duration::from_millis(500));
    }

    #[test]
    fn the_pos_is_given_the_time_it_asks_for_up_to_the_limit() {
        let backoff = backoff();
        assert_eq!(backoff.wait(1, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(backoff.wait(1, Some(Duration::from_secs(3600))), Duration::from_secs(20));
    }

    #[rstest]
    #[case("7", None, Some(7))]
    #[case("Mon, 17 Nov 2025 12:00:30 GMT", Some("Mon, 17 Nov 2025 12:00:00 GMT"), Some(30))]
    #[case("Mon, 17 Nov 2025 11:00:00 GMT", Some("Mon, 17 Nov 2025 12:00:00 GMT"), None)]
    #[case("Mon, 17 Nov 2025 12:00:30 GMT", None, None)]
    #[case("soon", None, None)]
    fn retry_after_is_seconds_or_a_date(#[case] text: &str, #[case] date: Option<&str>, #[case] seconds: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs));
    }
}
