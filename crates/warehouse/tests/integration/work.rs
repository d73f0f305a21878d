//! From the queue into work and out of it.

use domain::{EtlKind, RunState};
use warehouse::RunRecord;

use crate::samples::{PERIFERICO, half_hour, instant, run_id, unused_id};
use crate::store::Store;

#[tokio::test]
async fn only_a_waiting_run_can_be_taken() {
    let mut store = Store::new();
    let run = store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let started = instant("2025-11-17T12:35:00.123456Z");
    assert!(store.warehouse.claim(run, started, "host-1".to_owned(), None).await.unwrap());
    assert!(!store.warehouse.claim(run, instant("2025-11-17T12:36:00Z"), "host-2".to_owned(), None).await.unwrap());
    assert!(!store.warehouse.claim(run_id(99), started, "host-1".to_owned(), None).await.unwrap());

    assert_eq!(store.warehouse.run(run).await.unwrap().unwrap().state, RunState::Running);
    assert_eq!(
        store.rows("SELECT fecha_inicio, host FROM etl_ejecuciones").await,
        [["2025-11-17 12:35:00.123456+00", "host-1"].map(|text| Some(text.to_owned())).to_vec()]
    );
}

#[tokio::test]
async fn of_twenty_who_take_a_run_one_has_it() {
    let store = Store::new();
    let run = store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let takers: Vec<_> = (0..20)
        .map(|number| {
            let warehouse = store.warehouse.clone();
            let at = instant("2025-11-17T12:35:00Z");
            tokio::spawn(async move { warehouse.claim(run, at, format!("host-{number}"), None).await.unwrap() })
        })
        .collect();
    let mut taken = 0;
    for taker in takers {
        taken += usize::from(taker.await.unwrap());
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn waiting_runs_come_in_the_order_in_which_they_were_queued() {
    let store = Store::new();
    for (number, start) in [(3, "2025-11-17T08:00"), (1, "2025-11-17T09:00"), (2, "2025-11-17T08:30")] {
        store.queue(number, EtlKind::Sales, PERIFERICO, half_hour(start)).await;
    }
    store.start(4, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T10:00")).await;
    let waiting: Vec<_> = store.warehouse.queued_runs().await.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(waiting, [run_id(1), run_id(2), run_id(3)]);
}

#[tokio::test]
async fn what_a_process_left_in_progress_is_interrupted_and_what_waits_goes_on_waiting() {
    let mut store = Store::new();
    let left = store.start(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let waiting = store.queue(2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    store.load_sales(3, PERIFERICO, half_hour("2025-11-17T09:00"), Vec::new()).await;

    let interrupted = store.warehouse.interrupt_running(instant("2025-11-17T12:31:00Z"), 5, unused_id).await.unwrap();
    let summary = |run: &RunRecord| (run.id, run.state);
    assert_eq!(interrupted.iter().map(summary).collect::<Vec<_>>(), [(left, RunState::Interrupted)]);
    assert!(store.warehouse.interrupt_running(instant("2025-11-17T12:32:00Z"), 5, unused_id).await.unwrap().is_empty());

    assert_eq!(
        store
            .rows(
                "SELECT id, estado, error_tipo, fecha_fin, duracion_segundos::INTEGER FROM etl_ejecuciones ORDER BY id LIMIT 2"
            )
            .await,
        [
            vec![
                Some(left.to_string()),
                Some("interrumpido".to_owned()),
                Some("interrumpido".to_owned()),
                Some("2025-11-17 12:31:00+00".to_owned()),
                Some("60".to_owned()),
            ],
            vec![Some(waiting.to_string()), Some("en_cola".to_owned()), None, None, None],
        ]
    );
    assert_eq!(store.warehouse.run(run_id(3)).await.unwrap().unwrap().state, RunState::Succeeded);
    // Its window can be asked for again.
    store.queue(4, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
}

#[tokio::test]
async fn the_trace_of_a_run_is_stored_with_its_start() {
    let store = Store::new();
    let run = store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let (at, trace) = (instant("2025-11-17T12:35:00Z"), "4bf92f3577b34da6a3ce929d0e0e4736".to_owned());
    assert!(store.warehouse.claim(run, at, "host-1".to_owned(), Some(trace)).await.unwrap());
    let views = store.warehouse.run_views(vec![run]).await.unwrap();
    assert_eq!(views[0].traza_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
}

#[tokio::test]
async fn a_schedule_remembers_its_last_firing() {
    let store = Store::new();
    assert!(store.warehouse.last_fired().await.unwrap().is_empty());
    let (first, second) = (instant("2025-11-17T12:05:00Z"), instant("2025-11-17T12:35:00Z"));
    store.warehouse.note_fired("ventas-klk-incremental", first).await.unwrap();
    store.warehouse.note_fired("inventario-klk", first).await.unwrap();
    store.warehouse.note_fired("ventas-klk-incremental", second).await.unwrap();
    let mut fired = store.warehouse.last_fired().await.unwrap();
    fired.sort();
    assert_eq!(fired, [("inventario-klk".to_owned(), first), ("ventas-klk-incremental".to_owned(), second)]);
}
