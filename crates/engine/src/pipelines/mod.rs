//! Pipelines: extract, transform, load, a file a kind. Each ends its run, whatever happens, and notifies the monitor.

mod dispute;
mod doubt;
mod error;
mod inventario;
mod job;
mod messages;
mod source_change;
mod ventas;

use error::PipelineError;
use job::{Job, Outcome};
pub(crate) use ventas::question_of;

use std::time::Duration;

use domain::incident::Verdict;
use domain::run_message::RunMessage;
use domain::window::LocalPeriod;
use domain::{Branch, ErrorClass, EtlKind, RunMode, RunState};
use monitoring::{EtlRunInfo, Failure, TraceHeaders};
use texts::{Language, run_message};
use warehouse::{PhaseTimes, RunFailure, RunRecord, WarehouseError};

use crate::actor::Actor;
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::queue::Waiting;
use crate::run_logs::RunStep;

/// Where the team finds a run: known before it starts.
pub(crate) struct RunTrace {
    /// Stored with the run, for links.
    pub(crate) id: Option<String>,
    caused_by: Option<TraceHeaders>,
}

impl RunTrace {
    /// That of the click that caused the run, or one of its own.
    pub(crate) fn of(engine: &Engine, record: &RunRecord) -> Self {
        let caused_by = TraceHeaders::from_stored(record.sentry_trace.as_deref(), record.baggage.as_deref());
        Self { id: engine.monitoring.trace_of_run(caused_by.as_ref()), caused_by }
    }
}

/// Does a run that was claimed, to its end. Returns what the run says about its store.
pub(crate) async fn run(engine: &Engine, waiting: Waiting, trace: RunTrace) -> Verdict {
    let Waiting { record, check_in } = waiting;
    let started = std::time::Instant::now();
    let Some(branch) = engine.branches.find(&record.branch) else {
        // Its part in the check-in of its schedule ends here, and not well.
        tracing::error!(run = %record.id, branch = %record.branch, "a run is of a branch that is not configured");
        fail(engine, &record, &PipelineError::UnknownBranch, Duration::ZERO).await;
        return Verdict::NotJudged;
    };
    let monitor = engine.monitoring.etl_run(EtlRunInfo {
        run: record.id,
        kind: record.kind,
        mode: record.mode,
        branch: branch.id.clone(),
        period: LocalPeriod::of(record.interval, &branch.zone),
        attempt: record.attempt,
        etl_version: warehouse::ETL_VERSION.to_owned(),
        caused_by: trace.caused_by,
        trace_id: trace.id,
        check_in,
    });
    let job = Job { engine, record: &record, branch: &branch, monitor: &monitor };
    let outcome = match record.kind {
        EtlKind::Sales => ventas::run(&job).await,
        EtlKind::Inventory => inventario::run(&job).await,
    };
    if outcome.is_ok() {
        engine.queue.record_answered(&record.branch);
    }
    match outcome {
        Ok(Outcome::Whole(measurements)) => {
            engine.note_step(record.id, RunStep::Ended(RunState::Succeeded));
            monitor.finish_succeeded(measurements);
            Verdict::Answered
        }
        Ok(Outcome::Partial { message, measurements, is_doubted }) => {
            engine.note_step(record.id, RunStep::Ended(RunState::Partial));
            let is_unexpected = is_live_and_unexpected(engine, &record, &branch).await;
            let failure = Failure::partial(run_message(Language::Es, &message), measurements);
            monitor.finish_failed(if is_unexpected { failure.outside_trading_hours() } else { failure });
            if is_unexpected || is_doubted { Verdict::NotJudged } else { Verdict::Failed(ErrorClass::InvalidData) }
        }
        Err(error) if engine.queue.is_cancelled(record.id) => {
            monitor
                .in_scope(|| tracing::info!(run = %record.id, branch = %record.branch, %error, "a run was cancelled"));
            monitor.watch(cancel(engine, &record, started.elapsed())).await;
            monitor.finish_cancelled();
            Verdict::NotJudged
        }
        Err(error) => {
            // In the run's scope, so that the log line has its tags and its trace.
            monitor.in_scope(|| tracing::warn!(run = %record.id, branch = %record.branch, %error, "a run failed"));
            monitor.watch(fail(engine, &record, &error, started.elapsed())).await;
            let is_unexpected = is_live_and_unexpected(engine, &record, &branch).await
                || (error.is_unreachable() && is_retried_at_opening(engine, &record, &branch).await);
            let failure = Failure::new(error.class(), error.to_string());
            monitor.finish_failed(if is_unexpected { failure.outside_trading_hours() } else { failure });
            if is_unexpected { Verdict::NotJudged } else { Verdict::Failed(error.class()) }
        }
    }
}

/// Whether a run is of a live window in which nothing is expected, or of a snapshot of a store that is closed: a store whose line
/// is off at night loses nothing by it.
async fn is_live_and_unexpected(engine: &Engine, record: &RunRecord, branch: &Branch) -> bool {
    if record.mode != RunMode::Incremental && record.kind.is_recoverable() {
        return false;
    }
    match Calendars::known(engine, None).await {
        Ok(calendars) => calendars.of(branch).expected(record.interval, &branch.zone).is_empty(),
        Err(_) => false,
    }
}

/// Whether the engine itself compares a day, or recovers a gap, while its store is closed. A store whose line is off then is asked
/// again once it opens (`comparison_retries`, `plans::retries`). What somebody asked for is an alarm at any hour.
async fn is_retried_at_opening(engine: &Engine, record: &RunRecord, branch: &Branch) -> bool {
    let is_our_own = record.requested_by.as_deref() == Some(Actor::system().name.as_str());
    let is_tried_again = record.kind.is_recoverable() && record.mode != RunMode::Incremental;
    is_our_own && is_tried_again && engine.settings.retries.is_on && Calendars::is_closed_now(engine, branch).await
}

/// Stores that a run failed. Rows and coverage of its window are as they were.
async fn fail(engine: &Engine, record: &RunRecord, error: &PipelineError, elapsed: Duration) {
    let failure = RunFailure {
        run: record.id,
        ended_at: engine.clock.now(),
        state: RunState::Failed,
        class: Some(error.class()),
        message: messages::of_error(error),
        extracted: error.extracted(),
        http_status: error.http_status(),
        phases: PhaseTimes { extract: elapsed },
    };
    store_failure(engine, failure).await;
}

/// Stores that a run was taken back before it had anything.
async fn cancel(engine: &Engine, record: &RunRecord, elapsed: Duration) {
    let failure = RunFailure {
        run: record.id,
        ended_at: engine.clock.now(),
        state: RunState::Cancelled,
        class: None,
        message: RunMessage::Cancelled,
        extracted: None,
        http_status: None,
        phases: PhaseTimes { extract: elapsed },
    };
    store_failure(engine, failure).await;
}

/// Stores the end of a run that has nothing to commit.
pub(crate) async fn store_failure(engine: &Engine, failure: RunFailure) {
    engine.note_step(failure.run, RunStep::Ended(failure.state));
    match engine.write_retries().write(|| engine.warehouse.fail_run(failure.clone())).await {
        Ok(_) => {}
        // Another process took this one for gone, and ended its runs.
        Err(error @ WarehouseError::NotRunning { .. }) if engine.warehouse.is_shared() => {
            tracing::warn!(run = %failure.run, %error, "a run was ended by another process");
        }
        // The run stays in progress in the database until the check of the queue ends it.
        Err(error) => tracing::error!(run = %failure.run, %error, "the end of a run could not be stored"),
    }
}
