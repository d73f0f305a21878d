//! A started plan is followed to its end: its failures in a row are counted, and it ends, or is stopped.

use domain::incident::Verdict;
use domain::plan::{Breaker, PlanAction, StopCause, Trip};
use domain::{BatchId, BranchId, ErrorClass, RunState};
use warehouse::{Decision, RunRecord};

use super::control::PlanControl;
use super::decision::decision;
use super::store::PlanStore;
use crate::actor::Actor;

/// A run has ended, however: where it was of a plan, the plan may have ended with it, or is stopped.
///
/// What our own database refused says nothing of the store: it does not stop the plan.
pub(crate) async fn run_ended<S: PlanStore>(control: &PlanControl<S>, run: &RunRecord, verdict: Verdict) {
    let Some(plan) = run.batch.filter(|batch| control.plans.contains(*batch)) else { return };
    let state = match control.store.state_of(run.id).await {
        Ok(state) => state,
        Err(error) => {
            tracing::error!(run = %run.id, %error, "how a run of a plan ended could not be read");
            None
        }
    };
    let is_ours = verdict == Verdict::Failed(ErrorClass::DatabaseError);
    let has_failed = matches!(state, Some(RunState::Failed | RunState::Partial)) && !is_ours;
    let Some(verdict) = control.plans.record(plan, &run.branch, has_failed) else { return };
    if verdict.is_over {
        control.finish(plan).await;
    } else if let Some(trip) = verdict.trip {
        stop(control, plan, &trip).await;
    }
}

/// Stops a plan whose windows fail one after the other. Where they are all of one store, the plan goes on with the others: their
/// windows can be had, and those of the store are missing again.
pub(crate) async fn stop<S: PlanStore>(control: &PlanControl<S>, plan: BatchId, trip: &Trip) {
    let cause = cause_of(control, trip);
    if let Trip::Branch { branch, .. } = trip {
        let order = decision(&*control.clock, &Actor::system(), PlanAction::SkipStore, None);
        let order = Decision { cause: Some(cause.clone()), ..order };
        match control.skip_store(plan, branch.clone(), order).await {
            Ok(true) => {
                tracing::warn!(plan = %plan, ?cause, "a plan goes on without a store");
                return;
            }
            Ok(false) => {}
            Err(error) => tracing::error!(plan = %plan, %error, "a store of a plan could not be skipped"),
        }
    }
    tracing::warn!(plan = %plan, ?cause, "a plan was stopped");
    let order = decision(&*control.clock, &Actor::system(), PlanAction::Stop, None);
    if let Err(error) = control.hold(plan, Decision { cause: Some(cause), ..order }).await {
        tracing::error!(plan = %plan, %error, "a plan could not be stopped");
    }
}

/// The failures in a row of a plan that an earlier process began, counted anew from the runs that are stored.
pub(crate) async fn breaker_of<S: PlanStore>(control: &PlanControl<S>, plan: BatchId) -> Breaker {
    let mut breaker = Breaker::new(control.breaker);
    match control.store.outcomes(plan).await {
        Ok(outcomes) => outcomes.iter().for_each(|(branch, has_failed)| drop(breaker.record(branch, *has_failed))),
        // It counts from here on.
        Err(error) => tracing::error!(plan = %plan, %error, "how the windows of a plan did could not be read"),
    }
    breaker
}

/// The name of a store, or its identifier where it is not configured any more.
fn name_of<S>(control: &PlanControl<S>, branch: &BranchId) -> String {
    control.branches.find(branch).map_or_else(|| branch.to_string(), |branch| branch.name.clone())
}

fn cause_of<S>(control: &PlanControl<S>, trip: &Trip) -> StopCause {
    match trip {
        Trip::Branch { branch, failures } => {
            StopCause::Branch { ubicacion_id: branch.clone(), tienda: name_of(control, branch), fallas: *failures }
        }
        Trip::Overall { failures } => StopCause::Overall { fallas: *failures },
    }
}

#[cfg(test)]
mod tests {
    use domain::plan::PlanState;
    use rstest::rstest;

    use super::*;
    use crate::plans::testing::{NoRoom, PLAN, Scene, run};
    use crate::testing::run_id;

    const FAILED: Verdict = Verdict::Failed(ErrorClass::Timeout);

    /// Ends runs one after the other with the given outcomes, each of the named branch.
    async fn end(scene: &Scene, runs: &[(u128, &str, RunState)]) {
        for (number, branch, state) in runs {
            scene.store.end(*number, *state);
            let verdict = if *state == RunState::Succeeded { Verdict::Answered } else { FAILED };
            run_ended(&scene.control, &run(*number, branch, Some(PLAN)), verdict).await;
        }
    }

    #[tokio::test]
    async fn failures_of_one_store_in_a_row_stop_the_plan_with_its_name() {
        let scene = Scene::with_waiting_runs(4);
        let failed = RunState::Failed;
        end(&scene, &[(1, "a", failed), (2, "b", failed), (3, "a", RunState::Partial)]).await;
        assert_eq!(scene.store.state(), PlanState::Stopped);
        let cause = StopCause::Branch { ubicacion_id: BranchId::new("a"), tienda: "ARTIGAS".to_owned(), fallas: 2 };
        assert_eq!(scene.store.last().cause, Some(cause));
        assert!(scene.control.queue.take().is_none());
    }

    #[tokio::test]
    async fn a_plan_goes_on_without_the_store_whose_windows_fail() {
        let scene = Scene::with_runs_of(&["a", "a", "a", "b", "a", "b"]);
        let failed = RunState::Failed;
        scene.control.queue.take_out(|run| run == run_id(1) || run == run_id(2));
        end(&scene, &[(1, "a", failed), (2, "a", failed)]).await;
        assert_eq!(scene.store.state(), PlanState::Running);
        let decision = scene.store.last();
        assert_eq!(decision.action, PlanAction::SkipStore);
        assert!(matches!(decision.cause, Some(StopCause::Branch { fallas: 2, .. })), "{decision:?}");
        let left = scene.control.queue.take_out(|_| true);
        assert_eq!(left.iter().map(|waiting| waiting.record.branch.as_str()).collect::<Vec<_>>(), ["b", "b"]);
        end(&scene, &[(4, "b", RunState::Succeeded), (6, "b", RunState::Succeeded)]).await;
        assert_eq!((scene.store.state(), scene.control.plans.is_empty()), (PlanState::Finished, true));
    }

    #[tokio::test]
    async fn failures_of_whatever_store_stop_it_too() {
        let scene = Scene::with_waiting_runs(4);
        let failed = RunState::Failed;
        end(&scene, &[(1, "a", failed), (2, "b", failed), (3, "c", failed)]).await;
        assert_eq!(scene.store.last().cause, Some(StopCause::Overall { fallas: 3 }));
    }

    #[rstest]
    #[case::one_answers_in_between(&[(1, "a", RunState::Failed), (2, "a", RunState::Succeeded), (3, "a", RunState::Failed)])]
    #[case::interrupted_says_nothing(&[(1, "a", RunState::Failed), (2, "a", RunState::Interrupted)])]
    #[tokio::test]
    async fn what_is_no_row_of_failures_stops_nothing(#[case] runs: &[(u128, &str, RunState)]) {
        let scene = Scene::with_waiting_runs(4);
        end(&scene, runs).await;
        assert_eq!(scene.store.state(), PlanState::Running);
    }

    #[tokio::test]
    async fn what_our_own_database_refused_says_nothing_of_the_store() {
        let scene = Scene::with_waiting_runs(4);
        for number in 1..=3 {
            scene.store.end(number, RunState::Failed);
            let verdict = Verdict::Failed(ErrorClass::DatabaseError);
            run_ended(&scene.control, &run(number, "a", Some(PLAN)), verdict).await;
        }
        assert_eq!(scene.store.state(), PlanState::Running);
    }

    #[tokio::test]
    async fn the_plan_ends_with_its_last_run_also_where_that_fails() {
        let scene = Scene::with_waiting_runs(2);
        end(&scene, &[(1, "a", RunState::Failed), (2, "a", RunState::Failed)]).await;
        assert_eq!((scene.store.state(), scene.control.plans.is_empty()), (PlanState::Finished, true));
    }

    #[tokio::test]
    async fn runs_of_no_plan_or_of_one_that_is_not_followed_change_nothing() {
        let scene = Scene::with_waiting_runs(1);
        run_ended(&scene.control, &run(1, "a", None), FAILED).await;
        run_ended(&scene.control, &run(1, "a", Some(Scene::OTHER_PLAN)), FAILED).await;
        assert!(scene.control.plans.contains(PLAN));
    }

    #[tokio::test]
    async fn failures_that_an_earlier_process_saw_count() {
        let scene = Scene::with_waiting_runs(4);
        scene.store.remember(&[("a", false), ("a", true), ("a", true)]);
        let breaker = breaker_of(&scene.control, PLAN).await;
        assert_eq!(breaker.tripped(), Some(Trip::Branch { branch: BranchId::new("a"), failures: 2 }));
        scene.store.refuse(NoRoom);
        assert_eq!(
            breaker_of(&scene.control, PLAN).await.tripped(),
            None,
            "what cannot be read is counted from here on"
        );
    }
}
