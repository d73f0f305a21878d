//! A plan is held, goes on, is taken back, or has ended.
//!
//! The mirror of the queue and the database change under one lock. What keeps windows from starting is set in the mirror
//! first, and the claim of a run looks at the database too, so that once somebody was told "paused" or "cancelled"
//! nothing of the plan starts any more. Each change is a task of its own and is done whole, whoever stops waiting for it.

use domain::BatchId;
use domain::plan::PlanAction;
use warehouse::{Decision, PlanChange};

use super::decision::decision;
use crate::engine::{Engine, run_detached};
use crate::{Actor, UseCaseError};

/// What came of an order; None where the plan's state does not allow it.
type Changed = Result<Option<PlanChange>, UseCaseError>;

/// Holds a plan: its waiting runs wait on.
pub(crate) async fn hold(engine: &Engine, plan: BatchId, decision: Decision) -> Changed {
    let engine = engine.clone();
    run_detached(async move {
        let _one_at_a_time = engine.plan_control.lock().await;
        let was_held = engine.queue.hold(plan);
        let change = engine.warehouse.change_plan(plan, decision).await;
        if !matches!(change, Ok(Some(_))) && !was_held {
            engine.queue.release(plan);
        }
        engine.events.run_changed();
        change
    })
    .await
}

/// Lets a held plan go on; its failures so far are forgiven.
pub(crate) async fn resume(engine: &Engine, actor: &Actor, plan: BatchId, reason: Option<String>) -> Changed {
    let decision = decision(engine, actor, PlanAction::Resume, reason);
    let engine = engine.clone();
    run_detached(async move {
        let _one_at_a_time = engine.plan_control.lock().await;
        let change = engine.warehouse.change_plan(plan, decision).await?;
        if change.is_some() {
            engine.plans.forgive(plan, engine.settings.plans.breaker);
            engine.queue.release(plan);
        }
        engine.events.run_changed();
        Ok(change)
    })
    .await
}

/// Takes back what waits of a plan; what is in work ends.
pub(crate) async fn cancel(engine: &Engine, actor: &Actor, plan: BatchId, reason: Option<String>) -> Changed {
    let decision = decision(engine, actor, PlanAction::Cancel, reason);
    let engine = engine.clone();
    run_detached(async move {
        let _one_at_a_time = engine.plan_control.lock().await;
        let was_held = engine.queue.hold(plan);
        let change = engine.warehouse.change_plan(plan, decision).await;
        if matches!(change, Ok(Some(_))) {
            engine.queue.remove(plan);
            engine.plans.remove(plan);
        } else if !was_held {
            engine.queue.release(plan);
        }
        engine.events.run_changed();
        change
    })
    .await
}

/// Ends a plan whose last run has ended.
pub(crate) async fn finish(engine: &Engine, plan: BatchId) {
    let _one_at_a_time = engine.plan_control.lock().await;
    match engine.warehouse.finish_plan(plan, decision(engine, &Actor::system(), PlanAction::Finish, None)).await {
        Ok(true) => {
            engine.plans.remove(plan);
            engine.queue.release(plan);
            engine.events.run_changed();
        }
        Ok(false) => {}
        // It ends at the next start.
        Err(error) => tracing::error!(plan = %plan, %error, "the end of a plan could not be stored"),
    }
}
