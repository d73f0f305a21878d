//! Showing a plan, and queueing exactly what was shown.

use domain::plan::{Breaker, Plan, PlanAction};
use domain::{BatchId, Branch, RunMode, Window};
use jiff::{SignedDuration, Timestamp};
use warehouse::{Decision, NewBatch, NewPlan, NewRun, PlanRecord, RunRecord, StartOutcome};

use super::control::PlanControl;
use super::decision::decision;
use super::store::PlanStore;
use super::trading_hours;
use crate::branches::BranchRegistry;
use crate::clock::IdSource;
use crate::engine::{Engine, run_detached};
use crate::planning::Planning;
use crate::queue::Waiting;
use crate::{Actor, UseCaseError};

/// Keeps a plan that is shown, so that its hash can be started.
pub(crate) async fn propose(
    engine: &Engine,
    actor: &Actor,
    plan: Plan,
    automatic: bool,
) -> Result<PlanRecord, UseCaseError> {
    let forget_before = forgotten_before(engine.clock.now(), engine.settings.plans.proposal_days);
    let new = NewPlan { id: engine.ids.batch_id(), plan, automatic, forget_before };
    Ok(engine.warehouse.propose_plan(new, decision(&*engine.clock, actor, PlanAction::Propose, None)).await?)
}

/// The moment before which plans that were shown and never started are forgotten.
fn forgotten_before(now: Timestamp, proposal_days: u32) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * i64::from(proposal_days))).unwrap_or(now)
}

/// Follows a plan whose runs are about to be handed to the workers.
pub(crate) async fn begin<S: PlanStore>(
    control: &PlanControl<S>,
    plan: BatchId,
    left: usize,
    outside_hours: bool,
    breaker: Breaker,
) {
    control.plans.insert(plan, left, outside_hours, breaker);
    if outside_hours {
        trading_hours::hold_open_branches(control).await;
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
    let runs = runs_of(plan, &engine.branches, &*engine.ids);
    engine.admit(runs.len())?;
    let new = NewStart {
        batch: NewBatch { id: known.id, ..engine.new_batch("recuperacion", actor) },
        runs,
        order: decision(&*engine.clock, actor, PlanAction::Start, None),
        outside_hours: plan.options().outside_hours,
    };
    match queue_all(&engine.plan_control, planning, new).await? {
        StartOutcome::Started(records) => {
            let (windows, origin) = (records.len(), actor.origin.as_str());
            tracing::info!(plan = known.hash.short(), windows, origin, "a plan was started");
            Ok(records)
        }
        // Whoever queues holds the same lock as we do, so nobody was quicker; the database has the last word anyway.
        StartOutcome::NotProposed | StartOutcome::InProgress => {
            Err(UseCaseError::PlanChanged { shown: known.windows, left: 0, next: None })
        }
    }
}

/// A plan to start.
struct NewStart {
    batch: NewBatch,
    runs: Vec<NewRun>,
    order: Decision,
    outside_hours: bool,
}

/// Queues all runs of a plan or none, and hands them to the workers once they are stored.
async fn queue_all<S: PlanStore>(
    control: &PlanControl<S>,
    planning: Planning,
    new: NewStart,
) -> Result<StartOutcome, UseCaseError> {
    let control = control.clone();
    run_detached(async move {
        let _one_at_a_time = control.lock().await;
        let plan = new.batch.id;
        let outcome = control.store.start(new.batch, new.runs, new.order).await?;
        if let StartOutcome::Started(records) = &outcome {
            begin(&control, plan, records.len(), new.outside_hours, Breaker::new(control.breaker)).await;
            control.queue.push(records.iter().cloned().map(|record| Waiting { record, check_in: None }));
            control.events.run_changed();
        }
        drop(planning);
        Ok(outcome)
    })
    .await
}

/// A run for each window of a plan, in their order; none for a store that is not watched.
fn runs_of(plan: &Plan, branches: &BranchRegistry, ids: &dyn IdSource) -> Vec<NewRun> {
    let run = |window: &Window| {
        let branch = Branch::clone(branches.find(&window.branch)?.as_ref());
        let (id, kind, interval) = (ids.run_id(), window.kind, window.interval);
        Some(NewRun { id, kind, branch, interval, mode: RunMode::Recovery })
    };
    plan.windows().iter().filter_map(run).collect()
}

#[cfg(test)]
mod tests {
    use domain::decision::Origin;
    use domain::plan::{PlanOptions, PlanState};
    use domain::{BranchId, EtlKind, RunState};

    use super::*;
    use crate::planning::PlanningLock;
    use crate::plans::testing::{Counting, NoRoom, PLAN, Scene};
    use crate::testing::{branch, half_hours_from, run_id};

    /// A start of so many half hours of store `a`.
    fn start_of(windows: i32, outside_hours: bool) -> NewStart {
        let order = decision(&Scene::CLOCK, &Actor::system(), PlanAction::Start, None);
        let run = |number: i32| NewRun {
            id: run_id(u128::from(number.unsigned_abs())),
            kind: EtlKind::Sales,
            branch: branch("a"),
            interval: half_hours_from(number, 1),
            mode: RunMode::Recovery,
        };
        let batch = NewBatch {
            id: PLAN,
            reason: "recuperacion",
            requested_by: None,
            origin: Origin::System,
            created_at: order.at,
            sentry_trace: None,
            baggage: None,
        };
        NewStart { batch, runs: (0..windows).map(run).collect(), order, outside_hours }
    }

    #[test]
    fn each_window_of_a_store_that_is_watched_becomes_a_recovery() {
        let window = |store: &str, number| Window {
            branch: BranchId::new(store),
            kind: EtlKind::Sales,
            interval: half_hours_from(number, 1),
        };
        let windows = [window("b", 1), window("unknown", 1), window("a", 0)];
        let plan = Plan::seal(EtlKind::Sales, PlanOptions::default(), windows);
        let branches = BranchRegistry::new(vec![branch("a"), branch("b")]);
        let runs = runs_of(&plan, &branches, &Counting::default());
        let found: Vec<_> = runs.iter().map(|run| (run.id, run.branch.id.as_str(), run.interval, run.mode)).collect();
        let expected = [
            (run_id(1), "a", half_hours_from(0, 1), RunMode::Recovery),
            (run_id(2), "b", half_hours_from(1, 1), RunMode::Recovery),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_plan_that_was_shown_is_kept_for_whole_days() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(50);
        assert_eq!(forgotten_before(now, 2), Timestamp::UNIX_EPOCH + SignedDuration::from_hours(2));
        assert_eq!(forgotten_before(Timestamp::MIN, 2), Timestamp::MIN, "nothing is older than time");
    }

    #[tokio::test]
    async fn a_started_plan_is_followed_and_its_runs_wait_in_the_order_of_its_windows() {
        let scene = Scene::shown();
        let planning = PlanningLock::default().lock().await;
        let outcome = queue_all(&scene.control, planning, start_of(2, false)).await.unwrap();
        let StartOutcome::Started(records) = outcome else { panic!("{outcome:?}") };
        assert_eq!(records.iter().map(|run| run.id).collect::<Vec<_>>(), [run_id(0), run_id(1)]);
        assert_eq!(scene.store.state(), PlanState::Running);
        assert!(scene.control.plans.contains(PLAN));
        assert_eq!(scene.control.queue.take().unwrap().record.id, run_id(0));
    }

    #[tokio::test]
    async fn a_plan_outside_of_trading_hours_starts_nothing_while_its_store_is_open() {
        let scene = Scene::shown();
        let planning = PlanningLock::default().lock().await;
        queue_all(&scene.control, planning, start_of(1, true)).await.unwrap();
        assert_eq!(scene.control.queue.len(), 1);
        assert!(scene.control.queue.take().is_none());
    }

    #[tokio::test]
    async fn a_plan_that_cannot_be_started_queues_nothing() {
        let started = Scene::with_waiting_runs(0);
        let planning = PlanningLock::default();
        let outcome = queue_all(&started.control, planning.lock().await, start_of(1, false)).await.unwrap();
        assert_eq!((outcome, started.control.queue.len()), (StartOutcome::NotProposed, 0));
        let refused = Scene::shown();
        refused.store.refuse(NoRoom);
        assert!(queue_all(&refused.control, planning.lock().await, start_of(1, false)).await.is_err());
        assert_eq!((refused.control.queue.len(), refused.control.plans.contains(PLAN)), (0, false));
    }

    #[tokio::test]
    async fn who_stops_waiting_for_a_start_does_not_stop_it() {
        let (scene, planning) = (Scene::shown(), PlanningLock::default());
        let changing = scene.control.lock().await;
        let mut start = Box::pin(queue_all(&scene.control, planning.lock().await, start_of(1, false)));
        assert!(futures::poll!(&mut start).is_pending(), "it waits for the lock of its state");
        drop(start);
        drop(changing);
        // Free once the runs are queued.
        drop(planning.lock().await);
        assert_eq!((scene.control.queue.len(), scene.store.state()), (1, PlanState::Running));
        assert_eq!(scene.control.queue.take().unwrap().record.state, RunState::Queued);
    }
}
