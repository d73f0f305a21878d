//! Plans: shown, started as a whole or not at all, held, taken back, and remembered.

use std::time::Duration;

use domain::decision::{DecisionFilter, Origin};
use domain::plan::{Plan, PlanAction, PlanOptions, PlanState, Slot};
use domain::{BranchId, EtlKind, Interval, RunMode, Window};
use jiff::Timestamp;
use warehouse::{Decision, NewBatch, NewPlan, NewRun, PlanChange, PlanRecord, StartOutcome};

use crate::samples::{
    CENTRO, PERIFERICO, batch, batch_id, branch, half_hour, instant, line, new_run, numbered_half_hour, run_id,
};
use crate::store::Store;

const NOW: &str = "2025-11-17T16:00:00Z";

fn by(action: PlanAction, actor: &str) -> Decision {
    Decision {
        action,
        actor: actor.to_owned(),
        origin: "web",
        address: None,
        reason: None,
        cause: None,
        at: instant(NOW),
    }
}

fn sealed(windows: &[Interval<Timestamp>]) -> Plan {
    let window = |interval: &Interval<Timestamp>| Window {
        branch: BranchId::new(PERIFERICO),
        kind: EtlKind::Sales,
        interval: *interval,
    };
    Plan::seal(EtlKind::Sales, PlanOptions::default(), windows.iter().map(window))
}

fn new_plan(number: u128, windows: &[Interval<Timestamp>]) -> NewPlan {
    NewPlan { id: batch_id(number), plan: sealed(windows), automatic: false, forget_before: instant(NOW) }
}

async fn propose(store: &Store, number: u128, windows: &[Interval<Timestamp>], actor: &str) -> PlanRecord {
    store.warehouse.propose_plan(new_plan(number, windows), by(PlanAction::Propose, actor)).await.unwrap()
}

async fn start(store: &Store, number: u128, windows: &[Interval<Timestamp>]) -> StartOutcome {
    let runs = windows
        .iter()
        .zip(number * 100..)
        .map(|(window, run)| NewRun { mode: RunMode::Recovery, ..new_run(run, branch(PERIFERICO), *window) });
    store.warehouse.start_plan(batch(number), runs.collect(), by(PlanAction::Start, "ana")).await.unwrap()
}

/// A plan that somebody was shown and started.
pub async fn propose_and_start(store: &Store, number: u128, windows: &[Interval<Timestamp>]) {
    propose(store, number, windows, "ana").await;
    assert!(matches!(start(store, number, windows).await, StartOutcome::Started(_)));
}

async fn change(store: &Store, number: u128, action: PlanAction) -> Option<PlanChange> {
    store.warehouse.change_plan(batch_id(number), by(action, "luis")).await.unwrap()
}

async fn state(store: &Store, number: u128) -> PlanState {
    store.warehouse.plan(batch_id(number)).await.unwrap().unwrap().state
}

fn noon() -> [Interval<Timestamp>; 2] {
    [half_hour("2025-11-17T12:00"), half_hour("2025-11-17T12:30")]
}

#[tokio::test]
async fn two_who_are_shown_the_same_are_shown_one_plan_and_both_are_recorded_once() {
    let store = Store::new();
    let first = propose(&store, 1, &noon(), "ana").await;
    let second = propose(&store, 2, &noon(), "luis").await;
    assert_eq!(propose(&store, 3, &noon(), "luis").await, second);
    assert_eq!((first.id, first.state, first.windows), (batch_id(1), PlanState::Proposed, 2));
    assert_eq!(second, first);
    let decisions = store.warehouse.plan_decisions(batch_id(1)).await.unwrap();
    assert_eq!(decisions.iter().map(|decision| decision.actor.as_str()).collect::<Vec<_>>(), ["ana", "luis"]);
}

#[tokio::test]
async fn the_scope_of_a_plan_is_the_time_of_its_windows() {
    let store = Store::new();
    let windows = [noon()[0], noon()[1], half_hour("2025-11-17T15:00")];
    propose(&store, 1, &windows, "ana").await;
    let scope = store.warehouse.plan_scope(batch_id(1)).await.unwrap();
    assert_eq!(scope.parts.len(), 2);
    assert_eq!(scope.of_branch(&BranchId::new(PERIFERICO)), windows.into_iter().collect());
}

#[tokio::test]
async fn a_plan_is_started_once_with_all_of_its_runs() {
    let store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    let StartOutcome::Started(runs) = start(&store, 1, &noon()).await else { panic!("it was not started") };
    assert_eq!(runs.iter().map(|run| run.interval).collect::<Vec<_>>(), noon());
    assert!(runs.iter().all(|run| run.batch == Some(batch_id(1))));
    assert_eq!(start(&store, 1, &noon()).await, StartOutcome::NotProposed);

    let plan = store.warehouse.plan(batch_id(1)).await.unwrap().unwrap();
    assert_eq!((plan.state, plan.counts.queued, plan.started_by.as_deref()), (PlanState::Running, 2, Some("ana")));
    assert_eq!(store.warehouse.queued_runs().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_plan_with_a_window_in_progress_queues_nothing_at_all() {
    let mut store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    store.queue(50, EtlKind::Sales, PERIFERICO, noon()[1]).await;
    assert_eq!(start(&store, 1, &noon()).await, StartOutcome::InProgress);
    assert_eq!(state(&store, 1).await, PlanState::Proposed);
    assert_eq!(store.column("SELECT count(*) FROM etl_ejecuciones").await, ["1"]);
    assert_eq!(store.column("SELECT count(*) FROM planes_decisiones WHERE accion = 'iniciado'").await, ["0"]);
}

#[tokio::test]
async fn what_is_done_with_a_plan_is_in_the_history_and_its_batch_is_not_there_twice() {
    let store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    start(&store, 1, &noon()).await;
    change(&store, 1, PlanAction::Pause).await;
    let filter = DecisionFilter { limit: 10, ..DecisionFilter::default() };
    let (decisions, _) = store.warehouse.decisions(filter.clone()).await.unwrap();
    let found = decisions.iter().map(|row| (row.actor.as_str(), row.action.as_str(), row.object.as_str(), row.origin));
    let mut found: Vec<_> = found.collect();
    found.sort_unstable();
    let object = "ventas tienda_01 2 ventanas";
    assert_eq!(found, [("ana", "plan_iniciado", object, Origin::Web), ("luis", "plan_pausado", object, Origin::Web)]);
    let of_store = DecisionFilter { branch: Some(BranchId::new(PERIFERICO)), ..filter.clone() };
    assert_eq!(store.warehouse.decisions(of_store).await.unwrap().0.len(), 2);

    // Page by page, also where both are of one moment.
    let one = DecisionFilter { limit: 1, ..filter };
    let (first, next) = store.warehouse.decisions(one.clone()).await.unwrap();
    let (second, _) = store.warehouse.decisions(DecisionFilter { cursor: next, ..one }).await.unwrap();
    assert_ne!((first.len(), first[0].id), (second.len(), second[0].id));
}

#[tokio::test]
async fn nothing_of_a_plan_starts_while_it_is_held() {
    let store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    start(&store, 1, &noon()).await;
    let claim = async |run| store.warehouse.claim(run_id(run), instant(NOW), "host-1".to_owned(), None).await.unwrap();
    for hold in [PlanAction::Pause, PlanAction::Stop] {
        change(&store, 1, hold).await.unwrap();
        assert!(!claim(100).await);
        assert_eq!(store.warehouse.run(run_id(100)).await.unwrap().unwrap().state, domain::RunState::Queued);
        change(&store, 1, PlanAction::Resume).await.unwrap();
    }
    assert!(claim(100).await);
}

#[tokio::test]
async fn cancelling_takes_back_what_waits_and_leaves_what_is_in_progress() {
    let mut store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    start(&store, 1, &noon()).await;
    assert!(store.warehouse.claim(run_id(100), instant(NOW), "host-1".to_owned(), None).await.unwrap());
    let done = change(&store, 1, PlanAction::Cancel).await.unwrap();
    assert_eq!((done.after, done.cancelled), (PlanState::Cancelled, 1));
    let again = change(&store, 1, PlanAction::Cancel).await.unwrap();
    assert_eq!((again.before, again.cancelled), (PlanState::Cancelled, 0));
    assert_eq!(change(&store, 1, PlanAction::Resume).await, None);
    let runs = "SELECT estado || ' ' || coalesce(error_mensaje, '') FROM etl_ejecuciones ORDER BY id";
    assert_eq!(store.column(runs).await, ["en_proceso ", "cancelado Cancelado por luis."]);
    let actions = "SELECT accion || ' ' || actor || ' ' || origen FROM planes_decisiones ORDER BY en";
    let expected = ["propuesto ana web", "iniciado ana web", "cancelado luis web"];
    assert_eq!(store.column(actions).await, expected);
}

#[tokio::test]
async fn a_plan_ends_when_none_of_its_runs_waits_and_can_then_be_shown_anew() {
    let store = Store::new();
    let window = [noon()[0]];
    propose(&store, 1, &window, "ana").await;
    start(&store, 1, &window).await;
    let finish = async || store.warehouse.finish_plan(batch_id(1), by(PlanAction::Finish, "sistema")).await.unwrap();
    assert!(!finish().await);
    change(&store, 1, PlanAction::Cancel).await.unwrap();
    assert!(!finish().await, "a cancelled plan stays one");

    let again = propose(&store, 2, &window, "ana").await;
    assert_eq!((again.id, again.hash.as_str()), (batch_id(2), sealed(&window).hash().as_str()));
    start(&store, 2, &window).await;
    store.warehouse.claim(run_id(200), instant(NOW), "host-1".to_owned(), None).await.unwrap();
    let end = crate::samples::end(run_id(200), instant(NOW), 0);
    let sales = crate::samples::sales_window(PERIFERICO, window[0]);
    store.warehouse.commit_sales_window(end, sales, Vec::new()).await.unwrap();
    assert!(store.warehouse.finish_plan(batch_id(2), by(PlanAction::Finish, "sistema")).await.unwrap());
    assert_eq!(state(&store, 2).await, PlanState::Finished);
    assert!(store.warehouse.active_plans().await.unwrap().is_empty());

    let digits = again.hash.short().to_owned();
    let latest = store.warehouse.plans_that_begin(digits).await.unwrap();
    assert_eq!(latest.iter().map(|plan| plan.id).collect::<Vec<_>>(), [batch_id(2)]);
}

#[tokio::test]
async fn plans_that_nobody_started_are_forgotten_and_started_ones_never() {
    let store = Store::new();
    propose(&store, 1, &[half_hour("2025-11-17T09:00")], "ana").await;
    propose(&store, 2, &noon(), "ana").await;
    start(&store, 2, &noon()).await;
    let later =
        NewPlan { forget_before: instant("2025-11-18T00:00:00Z"), ..new_plan(3, &[half_hour("2025-11-17T10:00")]) };
    store.warehouse.propose_plan(later, by(PlanAction::Propose, "ana")).await.unwrap();
    for (number, is_known) in [(1, false), (2, true), (3, true)] {
        assert_eq!(store.warehouse.plan(batch_id(number)).await.unwrap().is_some(), is_known, "{number}");
    }
    let started = store.warehouse.plans(20).await.unwrap();
    assert_eq!(started.iter().map(|plan| plan.id).collect::<Vec<_>>(), [batch_id(2)]);
}

#[tokio::test]
async fn ten_thousand_windows_are_shown_and_started_in_one_go() {
    let store = Store::new();
    let windows: Vec<_> = (0..10_000).map(|number| numbered_half_hour(2 * number)).collect();
    propose(&store, 1, &windows, "ana").await;
    assert!(matches!(start(&store, 1, &windows).await, StartOutcome::Started(runs) if runs.len() == 10_000));
    assert_eq!(store.warehouse.plan(batch_id(1)).await.unwrap().unwrap().counts.queued, 10_000);
}

#[tokio::test]
async fn past_weeks_tell_lines_by_weekday_and_half_hour_and_how_long_calls_take() {
    let store = Store::new();
    // Two Mondays at noon with 2 lines and 1, and a Tuesday.
    for (number, (day, lines)) in [("2025-11-10", 2), ("2025-11-17", 1), ("2025-11-18", 5)].into_iter().enumerate() {
        let window = half_hour(&format!("{day}T12:00"));
        let lines =
            (0..lines).map(|at| line(&format!("F-{day}-{at}"), 1, &format!("{day}T12:0{at}:00"), "1")).collect();
        store.load_sales(number as u128 + 1, PERIFERICO, window, lines).await;
    }
    let range = Interval::new("2025-11-01T00:00:00".parse().unwrap(), "2025-12-01T00:00:00".parse().unwrap()).unwrap();
    let mut found = store.warehouse.lines_by_slot(range).await.unwrap();
    found.sort();
    let slot = |weekday| Slot { weekday, half_hour: 24 };
    let store_id = BranchId::new(PERIFERICO);
    assert_eq!(found, [(store_id.clone(), slot(0), 3), (store_id.clone(), slot(1), 5)]);

    let latencies = store.warehouse.latencies(EtlKind::Sales, instant("2025-11-01T00:00:00Z")).await.unwrap();
    let measured = latencies[&store_id];
    assert_eq!(measured.pos_seconds, Duration::from_millis(1_500).as_secs_f64());
    assert!(measured.run_seconds >= measured.pos_seconds);
    assert!(!latencies.contains_key(&BranchId::new(CENTRO)));
}

#[tokio::test]
async fn windows_of_a_plan_that_the_end_of_a_process_interrupted_are_queued_anew_but_not_for_ever() {
    let store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    start(&store, 1, &noon()).await;
    let mut in_progress = run_id(100);
    for number in 0..2 {
        assert!(store.warehouse.claim(in_progress, instant(NOW), "host-1".to_owned(), None).await.unwrap());
        let left = store.warehouse.interrupt_running(instant(NOW), 2, move || run_id(900 + number)).await.unwrap();
        assert_eq!(left.iter().map(|run| run.id).collect::<Vec<_>>(), [in_progress]);
        let again = store.warehouse.queued_runs().await.unwrap().pop().unwrap();
        assert_eq!((again.id, again.interval, again.batch), (run_id(900 + number), noon()[0], Some(batch_id(1))));
        assert_eq!(again.attempt, 2 + u32::try_from(number).unwrap());
        // Each window once, whatever it took.
        let counts = store.warehouse.plan(batch_id(1)).await.unwrap().unwrap().counts;
        assert_eq!((counts.queued, counts.running, counts.failed), (2, 0, 0));
        let counts = store.warehouse.batch(batch_id(1)).await.unwrap().unwrap();
        assert_eq!((counts.runs, counts.finished, counts.failed), (2, 0, 0));
        in_progress = again.id;
    }
    assert!(store.warehouse.claim(in_progress, instant(NOW), "host-1".to_owned(), None).await.unwrap());
    store.warehouse.interrupt_running(instant(NOW), 2, || run_id(990)).await.unwrap();
    let counts = store.warehouse.plan(batch_id(1)).await.unwrap().unwrap().counts;
    assert_eq!((counts.queued, counts.running, counts.failed), (1, 0, 1));
}

#[tokio::test]
async fn what_was_interrupted_of_a_cancelled_plan_is_not_queued_anew() {
    let store = Store::new();
    propose(&store, 1, &noon(), "ana").await;
    start(&store, 1, &noon()).await;
    assert!(store.warehouse.claim(run_id(100), instant(NOW), "host-1".to_owned(), None).await.unwrap());
    change(&store, 1, PlanAction::Cancel).await.unwrap();
    assert_eq!(store.warehouse.interrupt_running(instant(NOW), 5, || run_id(900)).await.unwrap().len(), 1);
    assert!(store.warehouse.queued_runs().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_comparison_that_was_interrupted_is_queued_anew_and_a_window_on_schedule_is_not() {
    let store = Store::new();
    for (number, reason) in [(1, "conciliacion"), (2, "reconciliacion"), (3, "programada")] {
        let day = |number: u128| half_hour(&format!("2025-11-1{number}T12:00"));
        let run = new_run(number, branch(PERIFERICO), day(number));
        store.warehouse.enqueue(NewBatch { reason, ..batch(number) }, vec![run]).await.unwrap();
        assert!(store.warehouse.claim(run_id(number), instant(NOW), "host-1".to_owned(), None).await.unwrap());
    }
    let next = std::sync::atomic::AtomicU64::new(900);
    let new_id = move || run_id(u128::from(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
    assert_eq!(store.warehouse.interrupt_running(instant(NOW), 5, new_id).await.unwrap().len(), 3);
    let queued = store.warehouse.queued_runs().await.unwrap();
    assert_eq!(queued.iter().map(|run| run.batch).collect::<Vec<_>>(), [Some(batch_id(1)), Some(batch_id(2))]);
}
