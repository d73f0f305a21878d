//! Workers: each takes the next run, has its pipeline do it, and goes on; nothing that a run does can end a worker.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use domain::incident::Verdict;
use domain::run_message::RunMessage;
use domain::{BatchId, BranchId, ErrorClass, RunMode, RunState};
use futures::FutureExt;
use warehouse::{PhaseTimes, RunFailure, StoreLimit, WarehouseError};

use crate::engine::Engine;
use crate::pipelines::{self, RunTrace};
use crate::plans::follow;
use crate::queue::Waiting;
use crate::run_logs::RunStep;
use crate::{incidents, recovery_notice};

/// How long another process that is claiming the same run is given to commit, before its state is read.
const OTHER_CLAIM_PAUSE: Duration = Duration::from_millis(20);

/// How long a run waits whose store other processes ask as often as may be, before it is tried again.
const BUSY_STORE_PAUSE: Duration = Duration::from_millis(250);

/// Takes runs until the engine stops.
pub(crate) async fn work(engine: Engine) {
    let mut stopping = engine.stopping.subscribe();
    loop {
        let changed = engine.queue.changed();
        tokio::pin!(changed);
        // From here on a change is not missed, even one between a look at the queue and the wait.
        changed.as_mut().enable();
        if *stopping.borrow_and_update() {
            return;
        }
        if let Some(run) = engine.queue.take() {
            let (id, branch) = (run.record.id, run.record.branch.clone());
            // The run has its end by then; what a panic after it costs is caught up with by the check of the queue.
            if AssertUnwindSafe(run_and_notify(&engine, run)).catch_unwind().await.is_err() {
                tracing::error!(run = %id, "what follows the end of a run panicked");
            }
            // Only now may the next of the branch go: the failure that stops a plan is the last thing that it asks of a store.
            engine.queue.done(id, &branch);
            engine.events.run_changed();
            continue;
        }
        tokio::select! {
            () = &mut changed => {}
            _ = stopping.changed() => {}
        }
    }
}

async fn run_and_notify(engine: &Engine, run: Waiting) {
    let record = run.record.clone();
    let started = Instant::now();
    let end = do_run(engine, run).await;
    if let End::Ended(verdict) = end {
        incidents::run_ended(engine, &record, verdict);
    }
    let is_recovery = record.mode == RunMode::Recovery;
    if is_recovery && matches!(end, End::Ended(_)) {
        rest(engine, &record.branch, started.elapsed());
    }
    let recovery = record.batch.filter(|_| is_recovery);
    if let Some(batch) = recovery.filter(|batch| !engine.queue.has_waiting(*batch, &record.branch)) {
        notify_recovery(engine, batch).await;
    }
    if let End::Ended(verdict) = end {
        follow::run_ended(&engine.plan_control, &record, verdict).await;
    }
}

async fn notify_recovery(engine: &Engine, batch: BatchId) {
    if AssertUnwindSafe(recovery_notice::notify_finished(engine, Some(batch))).catch_unwind().await.is_err() {
        tracing::error!(?batch, "telling the outcome of a recovery panicked");
    }
}

/// What a worker did with a run that it took.
enum End {
    /// It has ended, however; what that says of its store.
    Ended(Verdict),
    /// It was not begun: it waits on, or somebody took it back.
    NotBegun,
}

/// Lets a branch rest from recoveries for as long as its answers are slow; live windows do not wait for it.
fn rest(engine: &Engine, branch: &BranchId, measured: Duration) {
    let rest = engine.settings.plans.pace.rest_after(engine.queue.measure(branch, measured));
    if rest.is_zero() {
        return;
    }
    engine.queue.rest(branch);
    let (engine, branch) = (engine.clone(), branch.clone());
    let mut stopping = engine.stopping.subscribe();
    tokio::spawn(async move {
        // Once the engine stops nobody waits for the end of a rest.
        tokio::select! {
            () = tokio::time::sleep(rest) => engine.queue.rested(&branch),
            _ = stopping.changed() => {}
        }
    });
}

async fn do_run(engine: &Engine, run: Waiting) -> End {
    let id = run.record.id;
    match AssertUnwindSafe(claim_and_run(engine, run)).catch_unwind().await {
        Ok(end) => end,
        Err(_) => {
            tracing::error!(run = %id, "a run panicked");
            let failure = RunFailure {
                run: id,
                ended_at: engine.clock.now(),
                state: RunState::Failed,
                class: Some(ErrorClass::Interrupted),
                message: RunMessage::InternalFault,
                extracted: None,
                http_status: None,
                phases: PhaseTimes::default(),
            };
            pipelines::store_failure(engine, failure).await;
            End::Ended(Verdict::Failed(ErrorClass::Interrupted))
        }
    }
}

async fn claim_and_run(engine: &Engine, run: Waiting) -> End {
    let id = run.record.id;
    let (now, host) = (engine.clock.now(), engine.membership.name());
    let trace = RunTrace::of(engine, &run.record);
    let limit = StoreLimit { branch: run.record.branch.clone(), runs_max: engine.settings.workers_per_branch };
    let claim = || engine.warehouse.claim_within(id, now, host.to_owned(), trace.id.clone(), limit.clone());
    match engine.write_retries().write(claim).await {
        Ok(true) => {
            engine.note_step(id, RunStep::Started);
            engine.events.run_changed();
            End::Ended(pipelines::run(engine, run, trace).await)
        }
        Ok(false) => {
            if put_back_if_held(engine, run).await && engine.warehouse.is_shared() {
                // The store is taken here until then, so that nobody asks for the run again at once.
                tokio::select! {
                    () = tokio::time::sleep(BUSY_STORE_PAUSE) => {}
                    () = engine.stopped() => {}
                }
            }
            End::NotBegun
        }
        // `Broken` is reported when it is detected, and ends the process.
        Err(error @ WarehouseError::Broken(_)) => {
            tracing::warn!(run = %id, %error, "a run could not be taken into work");
            End::NotBegun
        }
        Err(error) => {
            tracing::error!(run = %id, %error, "a run could not be taken into work; the check of the queue hands it out again");
            End::NotBegun
        }
    }
}

/// A run whose plan was held between the look at the queue and the claim waits on, and so does one whose store other processes ask;
/// one that was cancelled is gone. Says whether it waits.
async fn put_back_if_held(engine: &Engine, run: Waiting) -> bool {
    let id = run.record.id;
    if engine.warehouse.is_shared() {
        tokio::time::sleep(OTHER_CLAIM_PAUSE).await;
    }
    // Where the plan is being cancelled or resumed just now, wait for what comes of it.
    let _one_at_a_time = engine.plan_control.lock().await;
    match engine.warehouse.run(id).await {
        Ok(Some(record)) if record.state == RunState::Queued => {
            engine.queue.push([run]);
            return true;
        }
        // Another process was first.
        Ok(Some(record)) if record.state != RunState::Cancelled && engine.warehouse.is_shared() => {
            engine.membership.await_end(run);
        }
        // Cancelled while it waited: nobody wants it any more.
        Ok(_) => {
            if let Some(check_in) = &run.check_in {
                check_in.succeed();
            }
        }
        Err(error) => {
            tracing::error!(run = %id, %error, "a run that was held waits until the check of the queue finds it")
        }
    }
    false
}
