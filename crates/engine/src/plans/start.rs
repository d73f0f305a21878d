//! Showing a plan, and queueing exactly what was shown.

use domain::plan::{Breaker, Plan, PlanAction};
use domain::{BatchId, RunMode};
use jiff::SignedDuration;
use warehouse::{NewBatch, NewPlan, NewRun, PlanRecord, RunRecord, StartOutcome};

use super::decision::decision;
use super::trading_hours;
use crate::engine::{Engine, Planning};
use crate::queue::Waiting;
use crate::{Actor, UseCaseError};

/// Keeps a plan that is shown, so that its hash can be started.
pub(crate) async fn propose(
    engine: &Engine,
    actor: &Actor,
    plan: Plan,
    automatic: bool,
) -> Result<PlanRecord, UseCaseError> {
    let now = engine.clock.now();
    let kept = SignedDuration::from_hours(24 * i64::from(engine.settings.plans.proposal_days));
    let forget_before = now.checked_sub(kept).unwrap_or(now);
    let new = NewPlan { id: engine.ids.batch_id(), plan, automatic, forget_before };
    Ok(engine.warehouse.propose_plan(new, decision(&*engine.clock, actor, PlanAction::Propose, None)).await?)
}

/// Follows a plan whose runs are about to be handed to the workers.
pub(crate) async fn begin(engine: &Engine, plan: BatchId, left: usize, outside_hours: bool, breaker: Breaker) {
    engine.plans.insert(plan, left, outside_hours, breaker);
    if outside_hours {
        trading_hours::hold_open_branches(engine).await;
    }
}

/// Queues the windows of a plan that was shown, all of them or none, and lets the workers know.
pub(crate) async fn start(
    engine: &Engine,
    planning: Planning,
    actor: &Actor,
    known: &PlanRecord,
    plan: &Plan,
) -> Result<Vec<RunRecord>, UseCaseError> {
    let runs = runs_of(engine, plan);
    engine.admit(runs.len())?;
    let batch = NewBatch { id: known.id, ..engine.new_batch("recuperacion", actor) };
    let start = decision(&*engine.clock, actor, PlanAction::Start, None);
    let (shown, windows, origin) = (known.windows, plan.windows().len(), actor.origin.as_str());
    let task = engine.clone();
    let (id, options) = (known.id, plan.options());
    // A task of its own: who asks may leave while the database writes, and what it wrote has to reach the workers.
    let queued = tokio::spawn(async move {
        let _one_at_a_time = task.plan_control.lock().await;
        let outcome = task.warehouse.start_plan(batch, runs, start).await?;
        if let StartOutcome::Started(records) = &outcome {
            let breaker = Breaker::new(task.settings.plans.breaker);
            begin(&task, id, records.len(), options.outside_hours, breaker).await;
            task.queue.push(records.iter().cloned().map(|record| Waiting { record, check_in: None }));
            task.events.run_changed();
        }
        drop(planning);
        Ok(outcome)
    });
    let outcome = match queued.await {
        Ok(outcome) => outcome.map_err(UseCaseError::Warehouse)?,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => return Err(UseCaseError::ShuttingDown),
    };
    match outcome {
        StartOutcome::Started(records) => {
            tracing::info!(plan = known.hash.short(), windows, origin, "a plan was started");
            Ok(records)
        }
        // Whoever queues holds the same lock as we do, so nobody was quicker; the database has the last word anyway.
        StartOutcome::NotProposed | StartOutcome::InProgress => {
            Err(UseCaseError::PlanChanged { shown, left: 0, next: None })
        }
    }
}

fn runs_of(engine: &Engine, plan: &Plan) -> Vec<NewRun> {
    let branch_of = |window: &domain::Window| engine.branches.find(&window.branch);
    plan.windows()
        .iter()
        .filter_map(|window| {
            let branch = branch_of(window)?;
            Some(engine.new_run(window.kind, &branch, window.interval, RunMode::Recovery))
        })
        .collect()
}
