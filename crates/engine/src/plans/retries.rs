//! What is missing is planned again without anybody asking: after waits that double, within a budget a day.
//!
//! Nothing is kept for it: attempts, their ends and the windows of today are read from the database each time, so a
//! restart changes nothing.

use std::sync::Arc;

use domain::gap::GapEvidence;
use domain::plan::{Plan, PlanOptions, RetryCandidate, is_retried_by_itself};
use domain::window::{day_interval, half_hours};
use domain::{Branch, EtlKind, Interval, Window};
use jiff::{SignedDuration, Timestamp};
use warehouse::FailedWindow;

use super::start::{propose, start};
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::{Actor, UseCaseError};

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
    let may_answer = |branch: &Arc<Branch>| !engine.queue.is_failing(&branch.id) || calendars.is_open(branch, now);
    let branches: Vec<Arc<Branch>> =
        engine.branches.all().iter().filter(|branch| may_answer(branch)).cloned().collect();
    let request = EvidenceRequest::current(EtlKind::Sales, &branches, range, settled, EvidenceScope::MissingOnly);
    let evidence = engine.evidence(request).await?;
    let failures = engine.warehouse.latest_failures(EtlKind::Sales, range).await?;
    let of_branches = evidence.by_branch.iter();
    Ok(of_branches.flat_map(|(branch, evidence)| candidates_of(branch, evidence, &failures)).collect())
}

/// The half hours of a branch's gaps that nobody has queued and that asking again can mend.
fn candidates_of(branch: &Branch, evidence: &GapEvidence, failures: &[FailedWindow]) -> Vec<RetryCandidate> {
    let of_branch: Vec<&FailedWindow> = failures.iter().filter(|failed| failed.branch == branch.id).collect();
    let gaps = evidence.gaps(&branch.zone).into_iter();
    let windows = gaps
        .filter(|gap| gap.work.is_none() && is_retried_by_itself(gap))
        .flat_map(|gap| half_hours(gap.interval, &branch.zone));
    windows.map(|interval| candidate(branch, interval, &of_branch)).collect()
}

fn candidate(branch: &Branch, interval: Interval<Timestamp>, failures: &[&FailedWindow]) -> RetryCandidate {
    let tried = || failures.iter().filter(|failed| failed.interval.overlaps(&interval));
    RetryCandidate {
        window: Window { branch: branch.id.clone(), kind: EtlKind::Sales, interval },
        attempts: tried().map(|failed| failed.attempts).sum(),
        since: tried().map(|failed| failed.ended_at).max().unwrap_or(interval.end()),
    }
}

#[cfg(test)]
mod tests {
    use domain::gap::Attempt;
    use domain::{BranchId, ErrorClass, RunId, RunState};
    use uuid::Uuid;

    use super::*;
    use crate::plans::testing::{branch, evidence, half_hours_from};

    fn attempt(number: u128, window: Interval<Timestamp>, state: RunState, error: ErrorClass) -> Attempt {
        let run = RunId(Uuid::from_u128(number));
        Attempt { run, interval: window, state, error: Some(error), message: None }
    }

    fn failed(branch: &str, interval: Interval<Timestamp>, attempts: u32, minutes_later: i64) -> FailedWindow {
        let ended_at = interval.end() + SignedDuration::from_mins(minutes_later);
        FailedWindow { branch: BranchId::new(branch), interval, ended_at, attempts }
    }

    #[test]
    fn a_window_that_was_never_tried_waits_from_its_end_on() {
        let (branch, time) = (branch("a"), half_hours_from(0, 2));
        let candidates = candidates_of(&branch, &evidence(time, Vec::new()), &[]);
        let found: Vec<_> = candidates.iter().map(|one| (one.window.interval, one.attempts, one.since)).collect();
        let (first, second) = (half_hours_from(0, 1), half_hours_from(1, 1));
        assert_eq!(found, [(first, 0, first.end()), (second, 0, second.end())]);
    }

    #[test]
    fn attempts_of_any_run_over_the_window_count_and_the_last_end_is_waited_from() {
        let (branch, window) = (branch("a"), half_hours_from(1, 1));
        let of_the_day = failed("a", half_hours_from(0, 4), 1, 5);
        let of_the_window = failed("a", window, 2, 90);
        let (of_another, elsewhere) = (failed("b", window, 9, 200), failed("a", half_hours_from(3, 1), 9, 200));
        let failures = [of_the_day, of_the_window.clone(), of_another, elsewhere];
        let attempts = vec![attempt(1, window, RunState::Failed, ErrorClass::Timeout)];
        let candidates = candidates_of(&branch, &evidence(window, attempts), &failures);
        let found: Vec<_> = candidates.iter().map(|one| (one.attempts, one.since)).collect();
        assert_eq!(found, [(3, of_the_window.ended_at)]);
    }

    #[test]
    fn what_is_queued_already_is_nobodys_candidate() {
        let (branch, window) = (branch("a"), half_hours_from(0, 1));
        let attempts = vec![
            attempt(1, window, RunState::Failed, ErrorClass::Timeout),
            attempt(2, window, RunState::Queued, ErrorClass::Timeout),
        ];
        assert_eq!(candidates_of(&branch, &evidence(window, attempts), &[]).len(), 0);
    }
}
