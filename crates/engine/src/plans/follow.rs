//! A started plan is followed to its end: its failures in a row are counted, and it ends, or is stopped.

use domain::incident::Verdict;
use domain::plan::{Breaker, PlanAction, StopCause, Trip};
use domain::{BatchId, ErrorClass, RunState};
use warehouse::{Decision, RunRecord};

use super::decision::decision;
use super::{control, trading_hours};
use crate::actor::Actor;
use crate::engine::Engine;

/// Follows a plan whose runs are about to be handed to the workers.
pub(crate) async fn begin(engine: &Engine, plan: BatchId, left: usize, outside_hours: bool, breaker: Breaker) {
    engine.plans.insert(plan, left, outside_hours, breaker);
    if outside_hours {
        trading_hours::hold_open_branches(engine).await;
    }
}

/// A run has ended, however: where it was of a plan, the plan may have ended with it, or is stopped.
///
/// What our own database refused says nothing of the store: it does not stop the plan.
pub(crate) async fn run_ended(engine: &Engine, run: &RunRecord, verdict: Verdict) {
    let Some(plan) = run.batch.filter(|batch| engine.plans.contains(*batch)) else { return };
    let state = match engine.warehouse.run(run.id).await {
        Ok(ended) => ended.map(|ended| ended.state),
        Err(error) => {
            tracing::error!(run = %run.id, %error, "how a run of a plan ended could not be read");
            None
        }
    };
    let is_ours = verdict == Verdict::Failed(ErrorClass::DatabaseError);
    let has_failed = matches!(state, Some(RunState::Failed | RunState::Partial)) && !is_ours;
    let Some(verdict) = engine.plans.record(plan, &run.branch, has_failed) else { return };
    if verdict.is_over {
        control::finish(engine, plan).await;
    } else if let Some(trip) = verdict.trip {
        stop(engine, plan, &trip).await;
    }
}

/// Stops a plan whose windows fail one after the other.
pub(crate) async fn stop(engine: &Engine, plan: BatchId, trip: &Trip) {
    let cause = cause_of(engine, trip);
    tracing::warn!(plan = %plan, ?cause, "a plan was stopped");
    let decision = Decision { cause: Some(cause), ..decision(engine, &Actor::system(), PlanAction::Stop, None) };
    if let Err(error) = control::hold(engine, plan, decision).await {
        tracing::error!(plan = %plan, %error, "a plan could not be stopped");
    }
}

/// The failures in a row of a plan that an earlier process began, counted anew from the runs that are stored.
pub(crate) async fn breaker_of(engine: &Engine, plan: BatchId) -> Breaker {
    let mut breaker = Breaker::new(engine.settings.plans.breaker);
    match engine.warehouse.plan_outcomes(plan).await {
        Ok(outcomes) => outcomes.iter().for_each(|(branch, has_failed)| drop(breaker.record(branch, *has_failed))),
        // It counts from here on.
        Err(error) => tracing::error!(plan = %plan, %error, "how the windows of a plan did could not be read"),
    }
    breaker
}

fn cause_of(engine: &Engine, trip: &Trip) -> StopCause {
    match trip {
        Trip::Branch { branch, failures } => {
            let name = engine.branches.find(branch).map_or(branch.as_str(), |branch| &branch.name);
            StopCause::Branch { ubicacion_id: branch.clone(), tienda: name.to_owned(), fallas: *failures }
        }
        Trip::Overall { failures } => StopCause::Overall { fallas: *failures },
    }
}
