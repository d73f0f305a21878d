//! Plans that were started and have not ended, in memory: what is left of each, and how its windows do.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::plan::{Breaker, BreakerLimits, PlanAction, Trip};
use domain::{BatchId, BranchId, RunState};
use warehouse::RunRecord;

use super::control;
use crate::Actor;
use crate::engine::Engine;

/// The plans that are followed.
#[derive(Default)]
pub(crate) struct PlanBook {
    plans: Mutex<HashMap<BatchId, Followed>>,
}

struct Followed {
    /// Runs that have not ended.
    left: usize,
    outside_hours: bool,
    breaker: Breaker,
}

/// What the end of a run means for its plan.
struct Verdict {
    trip: Option<Trip>,
    is_over: bool,
}

impl PlanBook {
    pub(crate) fn insert(&self, plan: BatchId, left: usize, outside_hours: bool, breaker: Breaker) {
        self.plans().insert(plan, Followed { left, outside_hours, breaker });
    }

    /// A plan that goes on after it was held starts with a clean slate.
    pub(crate) fn forgive(&self, plan: BatchId, limits: BreakerLimits) {
        if let Some(followed) = self.plans().get_mut(&plan) {
            followed.breaker = Breaker::new(limits);
        }
    }

    pub(crate) fn remove(&self, plan: BatchId) {
        self.plans().remove(&plan);
    }

    /// The plans whose windows run only while their branch is closed.
    pub(crate) fn outside_hours(&self) -> Vec<BatchId> {
        let plans = self.plans();
        plans.iter().filter(|(_, followed)| followed.outside_hours).map(|(plan, _)| *plan).collect()
    }

    /// What is left of a plan, as the database has it; false where the plan is not followed.
    pub(crate) fn set_left(&self, plan: BatchId, left: usize) -> bool {
        let mut plans = self.plans();
        let Some(followed) = plans.get_mut(&plan) else { return false };
        followed.left = left;
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.plans().is_empty()
    }

    fn contains(&self, plan: BatchId) -> bool {
        self.plans().contains_key(&plan)
    }

    fn record(&self, plan: BatchId, branch: &BranchId, has_failed: bool) -> Option<Verdict> {
        let mut plans = self.plans();
        let followed = plans.get_mut(&plan)?;
        followed.left = followed.left.saturating_sub(1);
        Some(Verdict { trip: followed.breaker.record(branch, has_failed), is_over: followed.left == 0 })
    }

    fn plans(&self) -> MutexGuard<'_, HashMap<BatchId, Followed>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run has ended, however: where it was of a plan, the plan may have ended with it, or is stopped.
pub(crate) async fn run_ended(engine: &Engine, run: &RunRecord) {
    let Some(plan) = run.batch.filter(|batch| engine.plans.contains(*batch)) else { return };
    let state = match engine.warehouse.run(run.id).await {
        Ok(ended) => ended.map(|ended| ended.state),
        Err(error) => {
            tracing::error!(run = %run.id, %error, "how a run of a plan ended could not be read");
            None
        }
    };
    let has_failed = matches!(state, Some(RunState::Failed | RunState::Partial));
    let Some(verdict) = engine.plans.record(plan, &run.branch, has_failed) else { return };
    if verdict.is_over {
        control::finish(engine, plan).await;
    } else if let Some(trip) = verdict.trip {
        stop(engine, plan, &trip).await;
    }
}

/// Stops a plan whose windows fail one after the other.
pub(crate) async fn stop(engine: &Engine, plan: BatchId, trip: &Trip) {
    let reason = reason_of(engine, trip);
    tracing::warn!(plan = %plan, reason, "a plan was stopped");
    if let Err(error) = control::hold(engine, &Actor::system(), plan, PlanAction::Stop, Some(reason)).await {
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

/// For people, in Spanish.
fn reason_of(engine: &Engine, trip: &Trip) -> String {
    match trip {
        Trip::Branch { branch, failures } => {
            let name = engine.branches.find(branch).map_or(branch.as_str(), |branch| &branch.name);
            format!("{failures} ventanas seguidas de {name} fallaron.")
        }
        Trip::Overall { failures } => format!("{failures} ventanas seguidas fallaron."),
    }
}
