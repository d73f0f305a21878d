//! Reports the outcome of a recovery once all of its runs of a branch have ended: nothing of it is missing any more, or
//! something still is.
//!
//! The runs are reported one by one as well. This report is in the trace of the click, and the database stores that it was made:
//! a process may end between the last run and the report.

use std::collections::HashMap;

use domain::decision::Origin;
use domain::window::LocalPeriod;
use domain::{BatchId, BranchId, ErrorClass, EtlKind, Interval, IntervalSet, RunState};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use monitoring::{GapRecovery, TraceHeaders};
use warehouse::{EndedRecovery, EndedRun, Warehouse, WarehouseError};

use crate::calendars::Calendars;
use crate::engine::Engine;

/// Where it is read what nobody has to bring any more; memory in tests.
trait SettledStore: Sync {
    /// What is covered or waived of a branch within a range.
    fn settled(
        &self,
        kind: EtlKind,
        branch: &BranchId,
        range: Interval<Timestamp>,
    ) -> impl Future<Output = Result<IntervalSet<Timestamp>, WarehouseError>> + Send;
}

impl SettledStore for Warehouse {
    async fn settled(
        &self,
        kind: EtlKind,
        branch: &BranchId,
        range: Interval<Timestamp>,
    ) -> Result<IntervalSet<Timestamp>, WarehouseError> {
        let covered = self.coverage(kind, Some(branch.clone()), range).await?;
        let waived = self.waived(kind, Some(branch.clone()), range).await?;
        Ok(covered.into_iter().chain(waived).map(|(_, interval)| interval).collect())
    }
}

/// How a recovery ended.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Recovered,
    Failed(ErrorClass, String),
    /// Somebody took it back: nothing has been recovered, and nothing has failed.
    Cancelled,
}

/// Reports the recoveries of one batch, or of all batches, that have ended and were not reported yet.
pub(crate) async fn notify_finished(engine: &Engine, only: Option<BatchId>) {
    if let Err(error) = try_notify_finished(engine, only).await {
        // It is reported after the next run of the batch, or at the next start.
        tracing::error!(%error, "the outcome of a recovery could not be reported");
    }
}

async fn try_notify_finished(engine: &Engine, only: Option<BatchId>) -> Result<(), WarehouseError> {
    for recovery in engine.warehouse.ended_recoveries(only).await? {
        let Some(range) = range_of(&recovery.runs) else { continue };
        let missing = missing(&engine.warehouse, &recovery, range).await?;
        let now = engine.clock.now();
        if !engine.warehouse.note_recovery_notified(recovery.batch, recovery.branch.clone(), now).await? {
            continue;
        }
        let outcome = outcome(&recovery.runs, &missing);
        if !waits_for_opening(engine, &recovery, &outcome).await {
            report(engine, &recovery, range, outcome);
        }
    }
    Ok(())
}

/// Whether the engine itself began the recovery, of a store that is closed and did not answer: its line may be off, and it is
/// recovered once it opens.
async fn waits_for_opening(engine: &Engine, recovery: &EndedRecovery, outcome: &Outcome) -> bool {
    if !may_wait_for_opening(outcome, &recovery.origin, engine.queue.is_failing(&recovery.branch)) {
        return false;
    }
    let Some(branch) = engine.branches.find(&recovery.branch) else { return false };
    Calendars::is_closed_now(engine, &branch).await
}

fn may_wait_for_opening(outcome: &Outcome, origin: &str, is_failing: bool) -> bool {
    let is_silence =
        matches!(outcome, Outcome::Failed(ErrorClass::Timeout | ErrorClass::Connection | ErrorClass::ApiError, _));
    is_silence && is_failing && origin == Origin::System.as_str()
}

/// From the start of the first window to the end of the last.
fn range_of(runs: &[EndedRun]) -> Option<Interval<Timestamp>> {
    let start = runs.iter().map(|run| run.record.interval.start()).min()?;
    Interval::new(start, runs.iter().map(|run| run.record.interval.end()).max()?)
}

/// What is still missing of the recovery's windows, whoever has brought the rest.
async fn missing<S: SettledStore>(
    store: &S,
    recovery: &EndedRecovery,
    range: Interval<Timestamp>,
) -> Result<IntervalSet<Timestamp>, WarehouseError> {
    let Some(first) = recovery.runs.first() else { return Ok(IntervalSet::empty()) };
    let settled = store.settled(first.record.kind, &recovery.branch, range).await?;
    let windows: IntervalSet<Timestamp> = recovery.runs.iter().map(|run| run.record.interval).collect();
    Ok(windows.difference(&settled))
}

fn outcome(runs: &[EndedRun], missing: &IntervalSet<Timestamp>) -> Outcome {
    let cancelled = runs.iter().filter(|run| run.record.state == RunState::Cancelled).count();
    let still = runs.iter().filter(|run| missing.overlaps(&run.record.interval)).count();
    if cancelled == runs.len() || (cancelled > 0 && still > 0) {
        return Outcome::Cancelled;
    }
    if still == 0 {
        return Outcome::Recovered;
    }
    let class = most_frequent(runs).unwrap_or(ErrorClass::InvalidData);
    let last = runs.iter().rev().filter(|run| run.class == Some(class)).find_map(|run| run.message.as_deref());
    let reason = last.unwrap_or("Ninguna ejecución dijo por qué.");
    Outcome::Failed(class, format!("Siguen faltando {still} de {} ventanas. {reason}", runs.len()))
}

/// The class of most failures; of several, the one that was met last.
fn most_frequent(runs: &[EndedRun]) -> Option<ErrorClass> {
    let mut met: HashMap<ErrorClass, (usize, usize)> = HashMap::new();
    for (position, class) in runs.iter().filter_map(|run| run.class).enumerate() {
        let (count, last) = met.entry(class).or_default();
        (*count, *last) = (*count + 1, position);
    }
    met.into_iter().max_by_key(|(_, rank)| *rank).map(|(class, _)| class)
}

fn report(engine: &Engine, recovery: &EndedRecovery, range: Interval<Timestamp>, outcome: Outcome) {
    let Some(EndedRun { record: first, .. }) = recovery.runs.first() else { return };
    let zone = engine.branches.find(&recovery.branch).map_or(TimeZone::UTC, |branch| (*branch.zone).clone());
    let period = LocalPeriod::of(range, &zone);
    let runs: Vec<_> = recovery.runs.iter().map(|run| run.record.id).collect();
    let caused_by = TraceHeaders::from_stored(first.sentry_trace.as_deref(), first.baggage.as_deref());
    let finished = GapRecovery {
        kind: first.kind,
        branch: &recovery.branch,
        from: &format!("{} {}", period.date_from, period.from_text()),
        to: &format!("{} {}", period.date_to, period.to_text()),
        windows: runs.len(),
        requested_by: &recovery.origin,
        runs: &runs,
        caused_by: caused_by.as_ref(),
    };
    match outcome {
        Outcome::Recovered => engine.monitoring.gap_recovered(&finished),
        Outcome::Failed(class, message) => engine.monitoring.gap_recovery_failed(&finished, class, &message),
        Outcome::Cancelled => {}
    }
}

#[cfg(test)]
mod tests {
    use domain::{RunId, RunMode};
    use rstest::rstest;
    use uuid::Uuid;
    use warehouse::RunRecord;

    use super::*;

    const DONE: (RunState, Option<ErrorClass>) = (RunState::Succeeded, None);
    const LATE: (RunState, Option<ErrorClass>) = (RunState::Failed, Some(ErrorClass::Timeout));
    const BROKEN: (RunState, Option<ErrorClass>) = (RunState::Failed, Some(ErrorClass::ApiError));
    const TAKEN_BACK: (RunState, Option<ErrorClass>) = (RunState::Cancelled, None);

    fn hour(number: i64) -> Interval<Timestamp> {
        let start = Timestamp::from_second(3600 * number).unwrap();
        Interval::new(start, Timestamp::from_second(3600 * (number + 1)).unwrap()).unwrap()
    }

    fn run(number: i64, (state, class): (RunState, Option<ErrorClass>)) -> EndedRun {
        EndedRun {
            record: RunRecord {
                id: RunId(Uuid::nil()),
                kind: EtlKind::Sales,
                branch: BranchId::new("tienda_01"),
                interval: hour(number),
                mode: RunMode::Recovery,
                state,
                attempt: 1,
                batch: None,
                requested_by: None,
                sentry_trace: None,
                baggage: None,
            },
            class,
            message: class.map(|class| format!("{class}.")),
        }
    }

    /// The outcome of runs for an hour each, in the order they ended in, of which those are missing that did not succeed.
    fn outcome_of(ends: &[(RunState, Option<ErrorClass>)]) -> Outcome {
        let runs: Vec<EndedRun> = (0..).zip(ends).map(|(number, end)| run(number, *end)).collect();
        let missing = runs.iter().filter(|run| run.record.state != RunState::Succeeded);
        outcome(&runs, &missing.map(|run| run.record.interval).collect())
    }

    #[rstest]
    #[case::all_done(&[DONE, DONE], Outcome::Recovered)]
    #[case::taken_back(&[TAKEN_BACK, TAKEN_BACK], Outcome::Cancelled)]
    #[case::half_taken_back(&[DONE, LATE, TAKEN_BACK], Outcome::Cancelled)]
    #[case::one_failed(
        &[DONE, LATE], Outcome::Failed(ErrorClass::Timeout, "Siguen faltando 1 de 2 ventanas. timeout.".to_owned()))]
    #[case::most_are_late(
        &[LATE, LATE, BROKEN],
        Outcome::Failed(ErrorClass::Timeout, "Siguen faltando 3 de 3 ventanas. timeout.".to_owned()))]
    #[case::as_many_of_each(
        &[LATE, BROKEN], Outcome::Failed(ErrorClass::ApiError, "Siguen faltando 2 de 2 ventanas. api_error.".to_owned()))]
    fn a_recovery_has_one_outcome(#[case] ends: &[(RunState, Option<ErrorClass>)], #[case] expected: Outcome) {
        assert_eq!(outcome_of(ends), expected);
    }

    /// What is covered or waived, whatever the branch.
    struct Settled(Vec<Interval<Timestamp>>);

    impl SettledStore for Settled {
        async fn settled(
            &self,
            _kind: EtlKind,
            _branch: &BranchId,
            _range: Interval<Timestamp>,
        ) -> Result<IntervalSet<Timestamp>, WarehouseError> {
            Ok(self.0.iter().copied().collect())
        }
    }

    #[tokio::test]
    async fn only_windows_of_the_recovery_that_nothing_settles_are_missing() {
        let recovery = EndedRecovery {
            batch: BatchId(Uuid::nil()),
            branch: BranchId::new("tienda_01"),
            origin: Origin::System.as_str().to_owned(),
            runs: vec![run(0, LATE), run(2, LATE)],
        };
        let range = range_of(&recovery.runs).unwrap();
        assert_eq!((range.start(), range.end()), (hour(0).start(), hour(2).end()));
        let missing = missing(&Settled(vec![hour(0), hour(5)]), &recovery, range).await.unwrap();
        assert_eq!(missing.intervals(), [hour(2)], "the hour between the windows was not requested");
    }

    #[rstest]
    #[case::of_a_store_that_is_silent(ErrorClass::Timeout, Origin::System, true, true)]
    #[case::of_a_store_that_responds(ErrorClass::Timeout, Origin::System, false, false)]
    #[case::of_a_person(ErrorClass::Timeout, Origin::Web, true, false)]
    #[case::of_wrong_data(ErrorClass::InvalidData, Origin::System, true, false)]
    fn only_the_engines_own_recovery_waits_for_an_opening(
        #[case] class: ErrorClass,
        #[case] origin: Origin,
        #[case] is_failing: bool,
        #[case] expected: bool,
    ) {
        let failed = Outcome::Failed(class, String::new());
        assert_eq!(may_wait_for_opening(&failed, origin.as_str(), is_failing), expected);
        assert!(!may_wait_for_opening(&Outcome::Recovered, origin.as_str(), is_failing));
    }

    #[test]
    fn what_somebody_else_has_brought_is_recovered_all_the_same() {
        assert_eq!(outcome(&[run(0, LATE)], &IntervalSet::empty()), Outcome::Recovered);
    }
}
