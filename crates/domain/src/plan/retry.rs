//! Which missing windows are tried again without anybody asking, and when.

use jiff::{SignedDuration, Timestamp};

use crate::gap::{Gap, GapCause};
use crate::{ErrorClass, RunState, Window};

/// Waits and budget of retries that nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// From the end of the first attempt to the second; doubled with each one.
    pub first_wait: SignedDuration,
    /// The longest wait.
    pub longest_wait: SignedDuration,
    /// Windows a day.
    pub windows_a_day: u32,
}

/// A missing window that may be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryCandidate {
    /// Which.
    pub window: Window,
    /// Finished attempts at it.
    pub attempts: u32,
    /// When the latest of them ended; of a window that never ran, when it should have been there.
    pub since: Timestamp,
}

/// Whether a gap is tried again by itself: what a person cancelled is not, nor what our own database refused, which no
/// further call of the source mends.
pub fn is_retried_by_itself(gap: &Gap) -> bool {
    match &gap.cause {
        GapCause::NeverRan | GapCause::SourceChanged { .. } => true,
        GapCause::Attempted { state: RunState::Cancelled, .. } => false,
        GapCause::Attempted { error, .. } => !matches!(error, Some(ErrorClass::DatabaseError)),
    }
}

impl RetryPolicy {
    /// How long a window waits after so many attempts.
    pub fn wait_after(&self, attempts: u32) -> SignedDuration {
        let doublings = attempts.saturating_sub(1).min(20);
        let wait = self.first_wait.checked_mul(1 << doublings).unwrap_or(self.longest_wait);
        wait.min(self.longest_wait)
    }

    /// The windows whose time has come, the least tried and oldest first, within what is left of today's budget.
    pub fn due(&self, mut candidates: Vec<RetryCandidate>, already_today: u32, now: Timestamp) -> Vec<Window> {
        candidates.retain(|candidate| now.duration_since(candidate.since) >= self.wait_after(candidate.attempts));
        candidates.sort_unstable_by(|left, right| {
            (left.attempts, &left.window.interval, &left.window.branch).cmp(&(
                right.attempts,
                &right.window.interval,
                &right.window.branch,
            ))
        });
        let left = self.windows_a_day.saturating_sub(already_today);
        candidates.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        candidates.into_iter().map(|candidate| candidate.window).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::{BranchId, EtlKind, HALF_HOUR, Interval};

    const POLICY: RetryPolicy = RetryPolicy {
        first_wait: SignedDuration::from_mins(15),
        longest_wait: SignedDuration::from_hours(12),
        windows_a_day: 3,
    };

    fn candidate(number: i32, attempts: u32, since: Timestamp) -> RetryCandidate {
        let start = Timestamp::UNIX_EPOCH + HALF_HOUR * number;
        let interval = Interval::new(start, start + HALF_HOUR).unwrap();
        RetryCandidate {
            window: Window { branch: BranchId::new("tienda_01"), kind: EtlKind::Sales, interval },
            attempts,
            since,
        }
    }

    #[rstest]
    #[case(0, 15)]
    #[case(1, 15)]
    #[case(2, 30)]
    #[case(4, 120)]
    #[case(30, 720)]
    fn each_attempt_doubles_the_wait_up_to_its_bound(#[case] attempts: u32, #[case] minutes: i64) {
        assert_eq!(POLICY.wait_after(attempts), SignedDuration::from_mins(minutes));
    }

    proptest! {
        #[test]
        fn what_is_due_has_waited_and_never_passes_the_budget(
            given in prop::collection::vec((0u32..8, 0i64..1000), 0..20),
            already in 0u32..5,
        ) {
            let now = Timestamp::from_second(1_763_377_200).unwrap();
            let candidates: Vec<_> = given
                .iter()
                .enumerate()
                .map(|(number, (attempts, ago))| {
                    candidate(number as i32, *attempts, now - SignedDuration::from_mins(*ago))
                })
                .collect();
            let waited = candidates
                .iter()
                .filter(|candidate| now.duration_since(candidate.since) >= POLICY.wait_after(candidate.attempts))
                .count();
            let due = POLICY.due(candidates, already, now);
            prop_assert_eq!(due.len(), waited.min(3u32.saturating_sub(already) as usize));
        }
    }
}
