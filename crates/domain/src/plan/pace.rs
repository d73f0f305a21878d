//! How long a branch rests between two calls of recoveries.

use std::time::Duration;

/// A rest in proportion to how slow the branch answers: who answers slowly is busy with its tills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The rest in percent of what a call took lately; 0 for none.
    pub percent: u32,
    /// The longest rest.
    pub longest: Duration,
}

impl Pace {
    /// The rest after a call, from what the branch's calls took lately.
    pub fn rest_after(&self, lately: Duration) -> Duration {
        (lately.saturating_mul(self.percent) / 100).min(self.longest)
    }

    /// What calls took lately, once one more has been measured: each further one counts a quarter, so that one slow
    /// answer does not decide alone, and a store that gets slow is noticed within a few calls.
    pub fn lately(before: Option<Duration>, measured: Duration) -> Duration {
        before.map_or(measured, |before| before.saturating_mul(3) / 4 + measured / 4)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(50, 4, 2)]
    #[case(0, 4, 0)]
    #[case(200, 60, 10)]
    fn a_rest_follows_the_latency_up_to_its_bound(#[case] percent: u32, #[case] lately: u64, #[case] rest: u64) {
        let pace = Pace { percent, longest: Duration::from_secs(10) };
        assert_eq!(pace.rest_after(Duration::from_secs(lately)), Duration::from_secs(rest));
    }

    #[test]
    fn a_store_that_gets_slow_is_noticed_within_a_few_calls() {
        let (fast, slow) = (Duration::from_secs(1), Duration::from_secs(9));
        let after = |calls: usize| (0..calls).fold(fast, |before, _| Pace::lately(Some(before), slow));
        assert!(after(1) < Duration::from_secs(4));
        assert!(after(5) > Duration::from_secs(6));
        assert_eq!(Pace::lately(None, slow), slow);
    }
}
