//! What is missing is planned again without anybody asking: after waits that double, within a budget a day.
//!
//! Nothing is kept for it: attempts, their ends and the windows of today are read from the database each time, so a
//! restart changes nothing.

use domain::plan::{Plan, PlanOptions, RetryCandidate, is_retried_by_itself};
use domain::window::{day_interval, half_hours};
use domain::{Branch, EtlKind, Interval, Window};
use jiff::{SignedDuration, Timestamp};
use warehouse::FailedWindow;

use super::start::{propose, start};
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::gaps::EvidenceScope;
use crate::{Actor, UseCaseError, gaps};

/// Starts a plan of the windows whose time has come.
pub(crate) async fn retry_due(engine: &Engine) {
    match plan_due(engine).await {
        Ok(0) => {}
        Ok(windows) => tracing::info!(windows, "windows are tried again by themselves"),
        // What waits already goes first; the next look finds the same.
        Err(UseCaseError::QueueFull { .. } | UseCaseError::ShuttingDown) => {}
        Err(error) => tracing::error!(%error, "what can be tried again could not be planned"),
    }
}

async fn plan_due(engine: &Engine) -> Result<usize, UseCaseError> {
    let settings = &engine.settings.retries;
    let now = engine.clock.now();
    let zone = &engine.settings.schedules.zone;
    let midnight = day_interval(zone.to_datetime(now).date(), zone).map_or(now, |day| day.start());
    let planning = engine.lock_planning().await;
    let already = engine.warehouse.windows_retried_since(midnight).await?;
    if already >= settings.policy.windows_a_day {
        return Ok(0);
    }
    let candidates = candidates(engine, now).await?;
    let due = settings.policy.due(candidates, already, now);
    if due.is_empty() {
        return Ok(0);
    }
    let plan = Plan::seal(EtlKind::Sales, PlanOptions::default(), due);
    let actor = Actor::system();
    let known = propose(engine, &actor, plan.clone(), true).await?;
    Ok(start(engine, planning, &actor, &known, &plan).await?.len())
}

/// Every missing window that is not queued or running and may be retried, however long it has waited. A store that does not
/// respond while it is closed is retried once it opens: its line may be off.
async fn candidates(engine: &Engine, now: Timestamp) -> Result<Vec<RetryCandidate>, UseCaseError> {
    let days = SignedDuration::from_hours(24 * i64::from(engine.settings.retries.days));
    let since = now.checked_sub(days).unwrap_or(now);
    let Some(range) = Interval::new(since, now) else { return Ok(Vec::new()) };
    let settled = now.checked_sub(engine.settings.gap_grace).unwrap_or(now);
    let calendars = Calendars::known(engine, None).await?;
    let may_answer = |branch: &&Branch| !engine.queue.is_failing(&branch.id) || calendars.is_open(branch, now);
    let branches: Vec<&Branch> = engine.branches.all().iter().filter(may_answer).collect();
    let evidence =
        gaps::evidence(engine, EtlKind::Sales, &branches, range, settled, EvidenceScope::MissingOnly).await?;
    let failures = engine.warehouse.latest_failures(EtlKind::Sales, range).await?;
    let mut candidates = Vec::new();
    for (branch, evidence) in evidence.by_branch {
        let of_branch: Vec<&FailedWindow> = failures.iter().filter(|failed| failed.branch == branch.id).collect();
        let gaps = evidence.gaps(&branch.zone).into_iter();
        for gap in gaps.filter(|gap| gap.work.is_none() && is_retried_by_itself(gap)) {
            let windows = half_hours(gap.interval, &branch.zone).into_iter();
            candidates.extend(windows.map(|interval| candidate(branch, interval, &of_branch)));
        }
    }
    Ok(candidates)
}

fn candidate(branch: &Branch, interval: Interval<Timestamp>, failures: &[&FailedWindow]) -> RetryCandidate {
    let tried = || failures.iter().filter(|failed| failed.interval.overlaps(&interval));
    RetryCandidate {
        window: Window { branch: branch.id.clone(), kind: EtlKind::Sales, interval },
        attempts: tried().map(|failed| failed.attempts).sum(),
        since: tried().map(|failed| failed.ended_at).max().unwrap_or(interval.end()),
    }
}
