//! Queueing: a window of a branch and kind is in progress once, for all callers and however often they request it (DESIGN, rule 7).

use domain::{EtlKind, RunMode, RunState};
use warehouse::schedules::Firing;
use warehouse::{NewRun, QueuedBy, RunRecord};

use crate::samples::{
    CENTRO, PERIFERICO, batch, batch_id, branch, half_hour, instant, new_run, numbered_half_hour, period, run_id,
};
use crate::store::Store;

fn ids(records: &[RunRecord]) -> Vec<domain::RunId> {
    records.iter().map(|record| record.id).collect()
}

#[tokio::test]
async fn what_was_queued_is_what_was_asked_for() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let outcome = store.warehouse.enqueue(batch(1), vec![new_run(1, branch(PERIFERICO), window)]).await.unwrap();
    let expected = RunRecord {
        id: run_id(1),
        kind: EtlKind::Sales,
        branch: domain::BranchId::new(PERIFERICO),
        interval: window,
        mode: RunMode::Incremental,
        state: RunState::Queued,
        attempt: 1,
        batch: Some(batch_id(1)),
        requested_by: batch(1).requested_by,
        sentry_trace: batch(1).sentry_trace,
        baggage: batch(1).baggage,
    };
    assert_eq!(outcome.queued, std::slice::from_ref(&expected));
    assert!(outcome.in_progress.is_empty());
    assert_eq!(store.warehouse.run(run_id(1)).await.unwrap(), Some(expected));
    assert_eq!(store.warehouse.run(run_id(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_window_that_overlaps_one_that_waits_or_is_in_progress_is_named_instead() {
    let store = Store::new();
    let waiting = store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let running = store.start(2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    store.queue(3, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T12:00")).await;

    let asked = vec![
        new_run(10, branch(PERIFERICO), period("2025-11-17T08:00", "2025-11-17T09:00")),
        new_run(11, branch(PERIFERICO), half_hour("2025-11-17T08:30")),
        new_run(12, branch(PERIFERICO), half_hour("2025-11-17T09:00")),
        new_run(13, branch(PERIFERICO), half_hour("2025-11-17T07:30")),
    ];
    let outcome = store.warehouse.enqueue(batch(4), asked).await.unwrap();

    assert_eq!(ids(&outcome.queued), [run_id(12), run_id(13)]);
    assert_eq!(ids(&outcome.in_progress), [waiting, running]);
    assert_eq!(
        outcome.in_progress.iter().map(|run| run.state).collect::<Vec<_>>(),
        [RunState::Queued, RunState::Running]
    );
}

#[tokio::test]
async fn another_branch_and_another_kind_are_other_windows() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let asked = vec![
        new_run(1, branch(PERIFERICO), window),
        new_run(2, branch(CENTRO), window),
        NewRun { kind: EtlKind::Inventory, ..new_run(3, branch(PERIFERICO), window) },
    ];
    let outcome = store.warehouse.enqueue(batch(1), asked).await.unwrap();
    assert_eq!(ids(&outcome.queued), [run_id(1), run_id(2), run_id(3)]);
}

#[tokio::test]
async fn the_same_window_twice_in_one_call_is_queued_once() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let asked = vec![new_run(1, branch(PERIFERICO), window), new_run(2, branch(PERIFERICO), window)];
    let outcome = store.warehouse.enqueue(batch(1), asked).await.unwrap();
    assert_eq!(ids(&outcome.queued), [run_id(1)]);
    assert!(outcome.in_progress.is_empty(), "it is not in progress elsewhere: {:?}", outcome.in_progress);
}

#[tokio::test]
async fn twenty_who_ask_at_once_get_one_run() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let callers: Vec<_> = (1..=20)
        .map(|number| {
            let warehouse = store.warehouse.clone();
            let asked = vec![new_run(number, branch(PERIFERICO), window)];
            tokio::spawn(async move { warehouse.enqueue(batch(number), asked).await.unwrap() })
        })
        .collect();
    let (mut queued, mut in_progress) = (Vec::new(), Vec::new());
    for caller in callers {
        let outcome = caller.await.unwrap();
        queued.extend(ids(&outcome.queued));
        in_progress.extend(ids(&outcome.in_progress));
    }
    assert_eq!(queued.len(), 1);
    assert_eq!(in_progress, vec![queued[0]; 19]);
    assert_eq!(ids(&store.warehouse.queued_runs().await.unwrap()), queued);
}

#[tokio::test]
async fn a_batch_none_of_whose_runs_was_queued_leaves_nothing() {
    let mut store = Store::new();
    store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let again = vec![new_run(2, branch(PERIFERICO), half_hour("2025-11-17T08:00"))];
    assert!(store.warehouse.enqueue(batch(2), again).await.unwrap().queued.is_empty());
    assert!(store.warehouse.enqueue(batch(3), Vec::new()).await.unwrap().queued.is_empty());

    assert_eq!(store.warehouse.batch(batch_id(2)).await.unwrap(), None);
    assert_eq!(store.column("SELECT id FROM lotes").await, [batch_id(1).to_string()]);
}

#[tokio::test]
async fn attempts_of_a_window_are_counted_by_branch_and_kind() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, Vec::new()).await;
    store.load_sales(2, PERIFERICO, window, Vec::new()).await;
    store.load_sales(3, CENTRO, window, Vec::new()).await;
    store.load_sales(4, PERIFERICO, period("2025-11-17T00:00", "2025-11-18T00:00"), Vec::new()).await;

    let asked = vec![
        new_run(10, branch(PERIFERICO), window),
        new_run(11, branch(CENTRO), window),
        NewRun { kind: EtlKind::Inventory, ..new_run(12, branch(PERIFERICO), window) },
        new_run(13, branch(PERIFERICO), half_hour("2025-11-17T08:30")),
    ];
    let outcome = store.warehouse.enqueue(batch(10), asked).await.unwrap();
    assert_eq!(outcome.queued.iter().map(|run| run.attempt).collect::<Vec<_>>(), [3, 2, 1, 1]);
}

#[tokio::test]
async fn ten_thousand_windows_are_queued_in_one_call_and_in_order() {
    let mut store = Store::new();
    let asked: Vec<NewRun> = (0..10_000)
        .map(|number: i32| new_run(u128::from(number.unsigned_abs()), branch(PERIFERICO), numbered_half_hour(number)))
        .collect();
    let expected: Vec<_> = asked.iter().map(|run| (run.id, run.interval)).collect();
    let outcome = store.warehouse.enqueue(batch(1), asked.clone()).await.unwrap();
    assert_eq!(outcome.queued.len(), 10_000);

    // A restart takes nothing away (rule 6).
    assert_eq!(store.column("SELECT count(*) FROM etl_ejecuciones").await, ["10000"]);
    let queued = store.warehouse.queued_runs().await.unwrap();
    assert_eq!(queued.iter().map(|run| (run.id, run.interval)).collect::<Vec<_>>(), expected);
    assert_eq!(queued, outcome.queued);

    let again: Vec<NewRun> = asked
        .into_iter()
        .enumerate()
        .map(|(number, run)| NewRun { id: run_id(20_000 + number as u128), ..run })
        .collect();
    let outcome = store.warehouse.enqueue(batch(2), again).await.unwrap();
    assert!(outcome.queued.is_empty());
    assert_eq!(outcome.in_progress.len(), 10_000);

    let views = store.warehouse.run_views(ids(&outcome.in_progress)).await.unwrap();
    assert_eq!(views.len(), 10_000);
}

#[tokio::test]
async fn what_a_schedule_queues_and_that_it_fired_are_kept_together() {
    let store = Store::new();
    let (schedule, at) = ("ventas-klk-incremental", instant("2025-11-17T12:35:00Z"));
    let window = half_hour("2025-11-17T08:00");
    let firing = QueuedBy::Firing(Firing { schedule, at });
    let run = new_run(1, branch(PERIFERICO), window);
    let outcome = store.warehouse.enqueue_by(batch(1), vec![run], firing.clone()).await.unwrap();
    assert_eq!((outcome.queued.len(), outcome.had_fired), (1, false));
    assert_eq!(store.warehouse.last_fired().await.unwrap(), [(schedule.to_owned(), at)]);

    // Also where nothing is due: that it fired is what people see.
    let later = instant("2025-11-17T13:05:00Z");
    let outcome = store
        .warehouse
        .enqueue_by(batch(2), Vec::new(), QueuedBy::Firing(Firing { schedule, at: later }))
        .await
        .unwrap();
    assert_eq!((outcome.queued.len(), outcome.had_fired), (0, false));
    assert_eq!(store.warehouse.last_fired().await.unwrap(), [(schedule.to_owned(), later)]);

    // Processes that share the database may both believe that they lead.
    if store.warehouse.is_shared() {
        let next = new_run(3, branch(PERIFERICO), half_hour("2025-11-17T09:00"));
        let outcome = store.warehouse.enqueue_by(batch(3), vec![next], firing).await.unwrap();
        assert_eq!((outcome.queued.len(), outcome.had_fired), (0, true));
        assert_eq!(store.warehouse.queued_runs().await.unwrap().len(), 1);
    }
}
