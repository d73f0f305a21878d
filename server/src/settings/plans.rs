//! How recoveries are planned, run, and tried again.

use std::time::Duration;

use domain::plan::{BreakerLimits, Pace, RetryPolicy};
use engine::{PlanSettings, RetrySettings};
use jiff::SignedDuration;

use super::source::Source;
use super::variables::{
    AUTO_RETRY, AUTO_RETRY_DAYS, AUTO_RETRY_LOOK_MINUTES, AUTO_RETRY_WAIT_HOURS_MAX, AUTO_RETRY_WAIT_MINUTES,
    AUTO_RETRY_WINDOWS_PER_DAY, PLAN_FAILURES_MAX, PLAN_FAILURES_PER_BRANCH_MAX, PLAN_HISTORY_WEEKS,
    PLAN_INTERRUPTIONS_MAX, PLAN_PERIODS_MAX, PLAN_PROPOSAL_DAYS, PLAN_REST_PERCENT, PLAN_REST_SECONDS_MAX,
};
use super::{count, seconds, size};

/// How plans are reckoned and run, by so many workers.
pub(super) fn plans(source: &mut Source, workers: usize) -> PlanSettings {
    PlanSettings {
        workers,
        history_weeks: count(source, &PLAN_HISTORY_WEEKS),
        proposal_days: count(source, &PLAN_PROPOSAL_DAYS),
        breaker: BreakerLimits {
            per_branch: count(source, &PLAN_FAILURES_PER_BRANCH_MAX),
            overall: count(source, &PLAN_FAILURES_MAX),
        },
        pace: Pace { percent: count(source, &PLAN_REST_PERCENT), longest: seconds(source, &PLAN_REST_SECONDS_MAX) },
        interruptions_max: count(source, &PLAN_INTERRUPTIONS_MAX),
        periods_max: size(source, &PLAN_PERIODS_MAX),
    }
}

/// What is tried again without anybody asking.
pub(super) fn retries(source: &mut Source) -> RetrySettings {
    RetrySettings {
        is_on: source.switch(&AUTO_RETRY),
        policy: RetryPolicy {
            first_wait: minutes(source.number(&AUTO_RETRY_WAIT_MINUTES)),
            longest_wait: minutes(60 * source.number(&AUTO_RETRY_WAIT_HOURS_MAX)),
            windows_a_day: count(source, &AUTO_RETRY_WINDOWS_PER_DAY),
        },
        days: count(source, &AUTO_RETRY_DAYS),
        look_interval: minutes(source.number(&AUTO_RETRY_LOOK_MINUTES)),
    }
}

fn minutes(count: u64) -> SignedDuration {
    SignedDuration::try_from(Duration::from_secs(60 * count)).unwrap_or(SignedDuration::MAX)
}
