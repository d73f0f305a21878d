//! Workers: each takes the next run, has its pipeline do it, and goes on; nothing that a run does can end a worker.

use std::panic::AssertUnwindSafe;

use domain::{BatchId, ErrorClass, RunMode, RunState};
use futures::FutureExt;
use warehouse::{PhaseTimes, RunFailure};

use crate::engine::Engine;
use crate::insist::insist;
use crate::pipelines::{self, RunTrace};
use crate::queue::Waiting;
use crate::recovery_outcome;

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
            let branch = run.record.branch.clone();
            let recovery = run.record.batch.filter(|_| run.record.mode == RunMode::Recovery);
            do_run(&engine, run).await;
            if let Some(batch) = recovery.filter(|batch| !engine.queue.has_waiting(*batch, &branch)) {
                tell_recovery(&engine, batch).await;
            }
            engine.queue.done(&branch);
            engine.events.run_changed();
            continue;
        }
        tokio::select! {
            () = &mut changed => {}
            _ = stopping.changed() => {}
        }
    }
}

async fn tell_recovery(engine: &Engine, batch: BatchId) {
    if AssertUnwindSafe(recovery_outcome::tell_ended(engine, Some(batch))).catch_unwind().await.is_err() {
        tracing::error!(?batch, "telling the outcome of a recovery panicked");
    }
}

async fn do_run(engine: &Engine, run: Waiting) {
    let id = run.record.id;
    if AssertUnwindSafe(claim_and_run(engine, run)).catch_unwind().await.is_err() {
        tracing::error!(run = %id, "a run panicked");
        let failure = RunFailure {
            run: id,
            ended_at: engine.clock.now(),
            state: RunState::Failed,
            class: Some(ErrorClass::Interrupted),
            message: "La ejecución se detuvo por una falla interna; el equipo técnico ya fue avisado.".to_owned(),
            extracted: None,
            phases: PhaseTimes::default(),
        };
        pipelines::store_failure(engine, failure).await;
    }
}

async fn claim_and_run(engine: &Engine, run: Waiting) {
    let id = run.record.id;
    let (now, host) = (engine.clock.now(), &engine.settings.host);
    let trace = RunTrace::of(engine, &run.record);
    match insist(engine, || engine.warehouse.claim(id, now, host.clone(), trace.id.clone())).await {
        Ok(true) => {
            engine.events.run_changed();
            pipelines::run(engine, run, trace).await;
        }
        // Cancelled while it waited: nobody wants it any more.
        Ok(false) => {
            if let Some(check_in) = &run.check_in {
                check_in.succeed();
            }
        }
        Err(error) => {
            tracing::error!(run = %id, %error, "a run could not be taken into work; it waits until the next start");
        }
    }
}
