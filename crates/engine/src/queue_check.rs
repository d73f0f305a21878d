//! Compares the queue in the database with the queue in memory, and repairs the difference. A full disk or a panic can leave a
//! run queued or in progress in only one of them; without this check its window would stay blocked until a restart.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

use domain::plan::Trip;
use domain::{BatchId, RunId, RunState};
use futures::FutureExt;
use warehouse::{PlanRecord, RunRecord, WarehouseError};

use crate::engine::Engine;
use crate::plans::{follow, start};
use crate::queue::Waiting;
use crate::runs_elsewhere;

/// Checks the queue, at intervals, until the engine stops.
pub(crate) async fn keep(engine: Engine) {
    let mut stopping = engine.stopping.subscribe();
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(engine.settings.queue_check_interval) => {}
            _ = stopping.changed() => return,
        }
        match AssertUnwindSafe(check(&engine)).catch_unwind().await {
            Ok(Ok(())) => {}
            // Not reported as an error: the operation that needs the database reports it, and this check runs again soon.
            Ok(Err(error)) => tracing::warn!(%error, "the queue could not be checked"),
            Err(_) => tracing::error!("checking the queue panicked"),
        }
    }
}

/// Brings memory and database together again. Nobody queues anything and no plan changes meanwhile.
pub(crate) async fn check(engine: &Engine) -> Result<(), WarehouseError> {
    let planning = engine.lock_planning().await;
    let one_at_a_time = engine.plan_control.lock().await;
    let runs = engine.warehouse.runs_in_progress().await?;
    let unknown = |state: RunState| {
        let runs = runs.iter().filter(move |run| run.state == state && !engine.queue.knows(run.id));
        runs.cloned().collect::<Vec<RunRecord>>()
    };
    let lost = if engine.warehouse.is_shared() {
        let queued: HashSet<RunId> =
            runs.iter().filter(|run| run.state == RunState::Queued).map(|run| run.id).collect();
        runs_elsewhere::let_go(engine, &queued).await?;
        // Those of other processes are theirs.
        let own = engine.warehouse.runs_of_process(engine.membership.name().to_owned()).await?;
        own.into_iter().filter(|run| !engine.queue.knows(run.id)).collect()
    } else {
        unknown(RunState::Running)
    };
    let interrupted = interrupt(engine, lost).await?;
    let mut waiting = unknown(RunState::Queued);
    if interrupted {
        // Some of them are queued anew.
        waiting = engine.warehouse.queued_runs().await?;
        waiting.retain(|run| !engine.queue.knows(run.id));
    }
    let may_have_plans = !waiting.is_empty() || !engine.plans.is_empty();
    let plans = if may_have_plans { engine.warehouse.active_plans().await? } else { Vec::new() };
    let (ended, to_stop) = follow_plans(engine, plans).await;
    if !waiting.is_empty() {
        if engine.warehouse.is_shared() {
            tracing::debug!(runs = waiting.len(), "runs that another process queued are handed out here too");
        } else {
            tracing::warn!(runs = waiting.len(), "runs that waited only in the database are handed out again");
        }
        engine.queue.push(waiting.into_iter().map(|record| Waiting { record, check_in: None }));
    }
    drop(one_at_a_time);
    drop(planning);
    for plan in ended {
        engine.plan_control.finish(plan).await;
    }
    for (plan, trip) in to_stop {
        follow::stop(&engine.plan_control, plan, &trip).await;
    }
    Ok(())
}

/// Interrupts runs that are in progress only in the database. Returns whether there were any.
async fn interrupt(engine: &Engine, runs: Vec<RunRecord>) -> Result<bool, WarehouseError> {
    if runs.is_empty() {
        return Ok(false);
    }
    let (ids, most) = (engine.ids.clone(), engine.settings.plans.interruptions_max);
    let runs = runs.into_iter().map(|run| run.id).collect();
    let interrupted = engine.warehouse.interrupt(runs, engine.clock.now(), most, move || ids.run_id()).await?;
    if !interrupted.is_empty() {
        tracing::error!(runs = interrupted.len(), "runs whose end could not be stored are gaps again");
        engine.events.run_changed();
    }
    Ok(!interrupted.is_empty())
}

/// Holds and follows plans as the database has them; gives those of which nothing is left, and those
/// that fail too often.
async fn follow_plans(engine: &Engine, plans: Vec<PlanRecord>) -> (Vec<BatchId>, Vec<(BatchId, Trip)>) {
    let (mut ended, mut to_stop) = (Vec::new(), Vec::new());
    for plan in plans {
        if plan.state.lets_windows_start() {
            engine.queue.release(plan.id);
        } else {
            engine.queue.hold(plan.id);
        }
        let left = usize::try_from(plan.counts.queued + plan.counts.running).unwrap_or(usize::MAX);
        if !engine.plans.set_left(plan.id, left) {
            let breaker = follow::breaker_of(&engine.plan_control, plan.id).await;
            start::begin(&engine.plan_control, plan.id, left, plan.options.outside_hours, breaker).await;
        }
        if left == 0 {
            ended.push(plan.id);
        } else if engine.warehouse.is_shared() && engine.membership.leads() && plan.state.lets_windows_start() {
            // Each process counts the failures of its own runs; who leads counts all of them.
            to_stop
                .extend(follow::breaker_of(&engine.plan_control, plan.id).await.tripped().map(|trip| (plan.id, trip)));
        }
    }
    (ended, to_stop)
}
