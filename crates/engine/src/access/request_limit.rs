//! How many requests a person may make: all their screens, tabs and scripts under one name together.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// In which as many requests become possible again as are possible at once.
const PERIOD: Duration = Duration::from_secs(60);
/// People who are remembered; beyond it, those who may make as many as anybody are forgotten.
const PEOPLE_KEPT: usize = 1024;

type Limiter<C> = RateLimiter<String, HashMapStateStore<String>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Counts requests by who makes them.
pub(crate) struct RequestLimit<C: Clock = MonotonicClock> {
    /// None where there is no limit.
    by_person: Option<Limiter<C>>,
    clock: C,
}

impl RequestLimit {
    /// So many requests a minute, which may come at once; with 0 there is no limit.
    pub(crate) fn new(per_minute_max: u32) -> Self {
        Self::with_clock(per_minute_max, MonotonicClock)
    }
}

impl<C: Clock + Clone> RequestLimit<C> {
    fn with_clock(per_minute_max: u32, clock: C) -> Self {
        let by_person = NonZeroU32::new(per_minute_max).map(|most| {
            let quota = Quota::with_period(PERIOD / most.get()).unwrap_or(Quota::per_second(most)).allow_burst(most);
            RateLimiter::hashmap_with_clock(quota, clock.clone())
        });
        Self { by_person, clock }
    }

    /// Counts a request, or says how long until there may be one.
    pub(crate) fn take(&self, person: &str) -> Result<(), Duration> {
        let Some(limiter) = &self.by_person else { return Ok(()) };
        if limiter.len() >= PEOPLE_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(&person.to_owned()).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn a_person_makes_so_many_requests_at_once_and_then_so_many_a_minute() {
        let clock = FakeRelativeClock::default();
        let limit = RequestLimit::with_clock(60, clock.clone());
        let made = (0..100).filter(|_| limit.take("ana").is_ok()).count();
        assert_eq!(made, 60);
        assert_eq!(limit.take("ana").unwrap_err(), Duration::from_secs(1));
        assert!(limit.take("token:ana").is_ok(), "a token of the same name is somebody else");
        clock.advance(Duration::from_secs(1));
        assert!(limit.take("ana").is_ok());
        assert!(limit.take("ana").is_err());
    }

    #[test]
    fn without_a_limit_nobody_is_held_up() {
        let limit = RequestLimit::with_clock(0, FakeRelativeClock::default());
        assert!((0..10_000).all(|_| limit.take("ana").is_ok()));
    }

    #[test]
    fn who_is_remembered_is_bounded() {
        let clock = FakeRelativeClock::default();
        let limit = RequestLimit::with_clock(60, clock.clone());
        for number in 0..PEOPLE_KEPT {
            limit.take(&number.to_string()).unwrap();
        }
        clock.advance(Duration::from_secs(3600));
        limit.take("one more").unwrap();
        assert!(limit.by_person.as_ref().unwrap().len() <= 2);
    }
}
