//! Comparisons of the night that a store did not answer, made up for while it is open. A store that switches its line off at
//! night would otherwise never be compared: the next night asks for the next day only.

use std::collections::HashSet;

use domain::plan::RetryPolicy;
use domain::{BranchId, EtlKind, Interval, RunMode};
use jiff::{SignedDuration, Timestamp};
use warehouse::FailedWindow;

use crate::UseCaseError;
use crate::actor::Actor;
use crate::calendars::Calendars;
use crate::engine::{Engine, EnqueueReason};
use crate::look_back;
use crate::schedule::ScheduleKind;

/// Days back at least: yesterday is compared tonight, and is the day before yesterday tomorrow.
const DAYS_MIN: u32 = 2;

/// Queues the failed comparisons whose time has come, of stores that are open now.
pub(crate) async fn retry_due(engine: &Engine) {
    match try_again(engine).await {
        Ok(0) => {}
        Ok(days) => tracing::info!(days, "days that could not be compared at night are compared again"),
        // What waits already goes first; the next look finds the same.
        Err(UseCaseError::QueueFull { .. } | UseCaseError::ShuttingDown) => {}
        Err(error) => tracing::error!(%error, "what could not be compared at night could not be queued"),
    }
}

async fn try_again(engine: &Engine) -> Result<usize, UseCaseError> {
    let now = engine.clock.now();
    let Some(range) = range_of(engine.settings.look_back.days, now) else { return Ok(0) };
    let failed = engine.warehouse.failed_comparisons(range).await?;
    if failed.is_empty() && engine.unanswered_days.is_empty() {
        return Ok(0);
    }
    let open = Calendars::known(engine, None).await?.open_at(&engine.branches.all(), now);
    look_back::ask_again(engine, &open, now);
    let runs: Vec<_> = due(&failed, &open, &engine.settings.retries.policy, now)
        .filter_map(|failed| {
            let branch = engine.branches.find(&failed.branch)?;
            Some(engine.new_run(EtlKind::Sales, &branch, failed.interval, RunMode::Full))
        })
        .collect();
    if runs.is_empty() {
        return Ok(0);
    }
    let batch = engine.new_batch(ScheduleKind::Reconciliation.reason(), &Actor::system());
    Ok(engine.enqueue(engine.lock_planning().await, batch, runs, EnqueueReason::Requested).await?.queued.len())
}

/// The time whose comparisons are retried. None before the first instant that a timestamp can be.
fn range_of(look_back_days: u32, now: Timestamp) -> Option<Interval<Timestamp>> {
    let days = look_back_days.max(DAYS_MIN);
    Interval::new(now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok()?, now)
}

/// The failed comparisons of open stores that have waited for as long as their attempts require.
fn due<'failed>(
    failed: &'failed [FailedWindow],
    open: &HashSet<BranchId>,
    policy: &RetryPolicy,
    now: Timestamp,
) -> impl Iterator<Item = &'failed FailedWindow> {
    failed.iter().filter(move |failed| {
        open.contains(&failed.branch) && now.duration_since(failed.ended_at) >= policy.wait_after(failed.attempts)
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::testing::half_hours_from;

    const POLICY: RetryPolicy = RetryPolicy {
        first_wait: SignedDuration::from_mins(15),
        longest_wait: SignedDuration::from_hours(12),
        windows_a_day: 3,
    };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    /// The stores whose comparison is due so many minutes after it failed, of which only `a` is open. `a` and `closed` were
    /// tried so many times.
    fn due_after(minutes: i64, attempts: u32) -> Vec<String> {
        let of_store = |branch: &str| FailedWindow {
            branch: BranchId::new(branch),
            interval: half_hours_from(-48, 48),
            ended_at: at(0),
            attempts,
        };
        let failed = [of_store("a"), of_store("closed")];
        let open = HashSet::from([BranchId::new("a")]);
        due(&failed, &open, &POLICY, at(minutes)).map(|failed| failed.branch.to_string()).collect()
    }

    #[rstest]
    #[case::too_early(14, 1, &[])]
    #[case::after_the_first_wait(15, 1, &["a"])]
    #[case::the_wait_doubles(29, 2, &[])]
    #[case::after_the_second_wait(30, 2, &["a"])]
    fn a_comparison_is_due_after_its_wait_while_its_store_is_open(
        #[case] minutes: i64,
        #[case] attempts: u32,
        #[case] expected: &[&str],
    ) {
        assert_eq!(due_after(minutes, attempts), expected);
    }

    #[rstest]
    #[case::without_a_look_back(0, 48)]
    #[case::as_far_as_the_look_back(7, 168)]
    fn two_days_are_retried_at_least(#[case] days: u32, #[case] hours: i64) {
        let range = range_of(days, at(0)).unwrap();
        assert_eq!(range.end().duration_since(range.start()), SignedDuration::from_hours(hours));
        assert_eq!(range_of(days, Timestamp::MIN), None);
    }
}
