//! Comparisons of the night that a store did not answer, made up for while it is open. A store that switches its line off at
//! night would otherwise never be compared: the next night asks for the next day only.

use domain::{EtlKind, Interval, RunMode};
use jiff::SignedDuration;

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
    let days = engine.settings.look_back.days.max(DAYS_MIN);
    let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok();
    let Some(range) = since.and_then(|since| Interval::new(since, now)) else { return Ok(0) };
    let failed = engine.warehouse.failed_comparisons(range).await?;
    if failed.is_empty() && engine.unanswered_days.is_empty() {
        return Ok(0);
    }
    let open = Calendars::known(engine, None).await?.open_at(&engine.branches.all(), now);
    look_back::ask_again(engine, &open, now);
    let policy = &engine.settings.retries.policy;
    let is_due = |attempts, ended_at| now.duration_since(ended_at) >= policy.wait_after(attempts);
    let runs: Vec<_> = failed
        .iter()
        .filter(|failed| open.contains(&failed.branch) && is_due(failed.attempts, failed.ended_at))
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
