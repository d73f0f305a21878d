//! Workers: each takes the next run, has its pipeline do it, and goes on; nothing that a run does can end a worker.

use std::panic::AssertUnwindSafe;

use domain::{ErrorClass, RunState};
use futures::FutureExt;
use warehouse::{PhaseTimes, RunFailure};

use crate::engine::Engine;
use crate::insist::insist;
use crate::pipelines;
use crate::queue::Waiting;

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
            do_run(&engine, run).await;
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
            http_status: None,
            phases: PhaseTimes::default(),
        };
        pipelines::store_failure(engine, failure).await;
    }
}

async fn claim_and_run(engine: &Engine, run: Waiting) {
    let id = run.record.id;
    let (now, host) = (engine.clock.now(), &engine.settings.host);
    match insist(engine, || engine.warehouse.claim(id, now, host.clone())).await {
        Ok(true) => {
            engine.events.run_changed();
            pipelines::run(engine, run).await;
        }
        // Cancelled while it waited.
        Ok(false) => {}
        Err(error) => {
            tracing::error!(run = %id, %error, "a run could not be taken into work; it waits until the next start");
            if let Some(check_in) = &run.check_in {
                check_in.mark_failed();
            }
        }
    }
}
