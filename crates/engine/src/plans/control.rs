//! A plan is held, goes on, is taken back, or has ended.
//!
//! The mirror of the queue and the database change under one lock. What keeps windows from starting is set in the mirror
//! first, and the claim of a run looks at the database too, so that once a caller got "paused" or "cancelled"
//! nothing of the plan starts any more. Each change is a task of its own and is done whole, whoever stops waiting for it.

use std::collections::HashSet;
use std::sync::Arc;

use domain::plan::{BreakerLimits, PlanAction};
use domain::{BatchId, BranchId, RunId};
use tokio::sync::{Mutex, MutexGuard};
use warehouse::{Decision, PlanChange};

use super::book::PlanBook;
use super::decision::decision;
use super::store::PlanStore;
use crate::UseCaseError;
use crate::actor::Actor;
use crate::branches::BranchRegistry;
use crate::clock::Clock;
use crate::detached::run_detached;
use crate::events::Events;
use crate::queue::Queue;

/// What came of an order; None where the plan's state does not allow it.
type Changed = Result<Option<PlanChange>, UseCaseError>;

/// What changing and following plans needs.
pub(crate) struct PlanParts<S> {
    pub(crate) store: S,
    pub(crate) clock: Arc<dyn Clock>,
    /// The mirror of the queue.
    pub(crate) queue: Arc<Queue>,
    /// Plans that were started and have not ended.
    pub(crate) plans: Arc<PlanBook>,
    pub(crate) events: Events,
    /// Failures in a row that stop a plan.
    pub(crate) breaker: BreakerLimits,
    /// The stores that are watched.
    pub(crate) branches: Arc<BranchRegistry>,
}

/// Changes the state of plans. Clones share it.
pub(crate) struct PlanControl<S>(Arc<Shared<S>>);

struct Shared<S> {
    parts: PlanParts<S>,
    /// Held while a plan's state changes.
    one_at_a_time: Mutex<()>,
}

impl<S> Clone for PlanControl<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> std::ops::Deref for PlanControl<S> {
    type Target = PlanParts<S>;

    fn deref(&self) -> &PlanParts<S> {
        &self.0.parts
    }
}

impl<S> PlanControl<S> {
    pub(crate) fn new(parts: PlanParts<S>) -> Self {
        Self(Arc::new(Shared { parts, one_at_a_time: Mutex::default() }))
    }

    /// While it is held, no plan changes its state.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, ()> {
        self.0.one_at_a_time.lock().await
    }
}

impl<S: PlanStore> PlanControl<S> {
    /// Holds a plan: its waiting runs wait on.
    pub(crate) async fn hold(&self, plan: BatchId, decision: Decision) -> Changed {
        let control = self.clone();
        run_detached(async move {
            let _one_at_a_time = control.lock().await;
            let was_held = control.queue.hold(plan);
            let change = control.store.change(plan, decision).await;
            if !matches!(change, Ok(Some(_))) && !was_held {
                control.queue.release(plan);
            }
            control.events.run_changed();
            change
        })
        .await
    }

    /// Lets a held plan go on; its failures so far are forgiven.
    pub(crate) async fn resume(&self, plan: BatchId, decision: Decision) -> Changed {
        let control = self.clone();
        run_detached(async move {
            let _one_at_a_time = control.lock().await;
            let change = control.store.change(plan, decision).await?;
            if change.is_some() {
                control.plans.forgive(plan, control.breaker);
                control.queue.release(plan);
            }
            control.events.run_changed();
            Ok(change)
        })
        .await
    }

    /// Takes back what waits of a plan; what is in progress ends.
    pub(crate) async fn cancel(&self, plan: BatchId, decision: Decision) -> Changed {
        let control = self.clone();
        run_detached(async move {
            let _one_at_a_time = control.lock().await;
            let was_held = control.queue.hold(plan);
            let change = control.store.change(plan, decision).await;
            if matches!(change, Ok(Some(_))) {
                control.queue.remove(plan);
                control.plans.remove(plan);
            } else if !was_held {
                control.queue.release(plan);
            }
            control.events.run_changed();
            change
        })
        .await
    }

    /// Takes back what waits of one store of a plan, which goes on with the others; false where it has no others.
    pub(crate) async fn skip_store(
        &self,
        plan: BatchId,
        branch: BranchId,
        decision: Decision,
    ) -> Result<bool, UseCaseError> {
        let control = self.clone();
        run_detached(async move {
            let _one_at_a_time = control.lock().await;
            let Some(skipped) = control.store.skip_store(plan, branch, decision).await? else { return Ok(false) };
            let skipped: HashSet<RunId> = skipped.into_iter().collect();
            control.queue.take_out(|run| skipped.contains(&run));
            control.plans.take_off(plan, skipped.len());
            control.events.run_changed();
            Ok(true)
        })
        .await
    }

    /// Ends a plan whose last run has ended.
    pub(crate) async fn finish(&self, plan: BatchId) {
        let _one_at_a_time = self.lock().await;
        let decision = decision(&*self.clock, &Actor::system(), PlanAction::Finish, None);
        match self.store.finish(plan, decision).await {
            Ok(true) => {
                self.plans.remove(plan);
                self.queue.release(plan);
                self.events.run_changed();
            }
            Ok(false) => {}
            // It ends at the next start.
            Err(error) => tracing::error!(plan = %plan, %error, "the end of a plan could not be stored"),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::BranchId;
    use domain::plan::{Breaker, PlanState};

    use super::*;
    use crate::plans::testing::{NoRoom, PLAN, Scene};

    fn order(action: PlanAction) -> Decision {
        decision(&Scene::CLOCK, &Actor::system(), action, None)
    }

    #[tokio::test]
    async fn a_plan_that_the_database_holds_is_held_in_the_queue_too() {
        let scene = Scene::with_waiting_runs(2);
        let change = scene.control.hold(PLAN, order(PlanAction::Pause)).await.unwrap().unwrap();
        assert_eq!((change.before, change.after), (PlanState::Running, PlanState::Paused));
        assert!(scene.control.queue.take().is_none(), "nothing of it starts");
        scene.control.resume(PLAN, order(PlanAction::Resume)).await.unwrap().unwrap();
        assert!(scene.control.queue.take().is_some());
    }

    #[tokio::test]
    async fn a_plan_that_the_database_could_not_hold_goes_on() {
        let scene = Scene::with_waiting_runs(1);
        scene.store.refuse(NoRoom);
        assert!(scene.control.hold(PLAN, order(PlanAction::Pause)).await.is_err());
        assert!(scene.control.queue.take().is_some());
    }

    #[tokio::test]
    async fn what_is_refused_of_a_held_plan_leaves_it_held() {
        let scene = Scene::with_waiting_runs(1);
        scene.control.hold(PLAN, order(PlanAction::Pause)).await.unwrap();
        scene.store.refuse(NoRoom);
        assert!(scene.control.cancel(PLAN, order(PlanAction::Cancel)).await.is_err());
        assert!(scene.control.queue.take().is_none());
        assert!(scene.control.plans.contains(PLAN));
    }

    #[tokio::test]
    async fn a_cancelled_plan_leaves_queue_and_book() {
        let scene = Scene::with_waiting_runs(2);
        scene.control.cancel(PLAN, order(PlanAction::Cancel)).await.unwrap().unwrap();
        assert_eq!((scene.control.queue.len(), scene.control.plans.contains(PLAN)), (0, false));
        assert!(scene.control.resume(PLAN, order(PlanAction::Resume)).await.unwrap().is_none(), "it has ended");
    }

    #[tokio::test]
    async fn a_resumed_plan_starts_with_a_clean_slate() {
        let scene = Scene::with_waiting_runs(3);
        let limits = BreakerLimits { per_branch: 2, overall: 0 };
        scene.control.plans.insert(PLAN, 3, false, Breaker::new(limits));
        let branch = BranchId::new("a");
        assert!(scene.control.plans.record(PLAN, &branch, true).unwrap().trip.is_none());
        scene.control.hold(PLAN, order(PlanAction::Pause)).await.unwrap();
        scene.control.resume(PLAN, order(PlanAction::Resume)).await.unwrap();
        assert!(
            scene.control.plans.record(PLAN, &branch, true).unwrap().trip.is_none(),
            "the first failure is forgiven"
        );
    }

    #[tokio::test]
    async fn a_plan_whose_end_could_not_be_stored_is_followed_on() {
        let scene = Scene::with_waiting_runs(0);
        scene.store.refuse(NoRoom);
        scene.control.finish(PLAN).await;
        assert!(scene.control.plans.contains(PLAN));
        scene.store.accept();
        scene.control.finish(PLAN).await;
        assert_eq!((scene.control.plans.contains(PLAN), scene.store.state()), (false, PlanState::Finished));
    }
}
