//! Processes that share a database. They need a PostgreSQL server, so that only `./dev test` runs them, on its own.

use std::time::Duration;

use domain::{EtlKind, RunState};
use uuid::Uuid;
use warehouse::NewProcess;

use crate::samples::{CENTRO, PERIFERICO, end, half_hour, instant, line, run_id, sales_window, unused_id};
use crate::store::{Store, open};

const LONG: Duration = Duration::from_secs(3600);

fn process(number: u128, name: &str) -> NewProcess {
    NewProcess {
        id: Uuid::from_u128(number),
        name: name.to_owned(),
        role: "trabajador".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn what_a_process_that_is_gone_had_in_progress_is_interrupted_and_its_neighbour_goes_on() {
    let store = Store::new();
    let neighbour = open(&store.path());
    assert!(store.warehouse.renew_lease(process(1, "a"), Duration::from_millis(1), true).await.unwrap());
    assert!(!neighbour.renew_lease(process(2, "b"), LONG, true).await.unwrap(), "one leads");
    let (eight, half_past) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T08:30"));
    for (number, window, host) in [(1, eight, "a"), (2, half_past, "b")] {
        let run = store.queue(number, EtlKind::Sales, PERIFERICO, window).await;
        assert!(store.warehouse.claim(run, window.end(), host.to_owned(), None).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let left = neighbour.interrupt_running(instant("2025-11-17T13:00:00Z"), 5, unused_id).await.unwrap();
    assert_eq!(left.iter().map(|run| run.id).collect::<Vec<_>>(), [run_id(1)]);

    // The one that was only slow commits nothing of it any more.
    let lines = vec![line("F-1", 1, "2025-11-17T08:00:00", "1")];
    let late = store.warehouse.commit_sales_window(
        end(run_id(1), eight.end(), 1),
        sales_window(PERIFERICO, eight),
        lines.clone(),
    );
    assert!(late.await.is_err());
    let own = neighbour.commit_sales_window(
        end(run_id(2), half_past.end(), 1),
        sales_window(PERIFERICO, half_past),
        vec![line("F-2", 1, "2025-11-17T08:30:00", "1")],
    );
    assert_eq!(own.await.unwrap().added, 1);
    assert_eq!(store.covered(PERIFERICO).await, [half_past]);
    let states = [1, 2].map(|number| store.warehouse.run(run_id(number)));
    let states: Vec<RunState> =
        futures::future::join_all(states).await.into_iter().map(|run| run.unwrap().unwrap().state).collect();
    assert_eq!(states, [RunState::Interrupted, RunState::Succeeded]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_run_is_taken_once_and_a_window_is_queued_once_by_processes_that_try_at_the_same_time() {
    let store = Store::new();
    let others: Vec<_> = (0..4).map(|_| open(&store.path())).collect();
    for number in 1..=20_u32 {
        let window = crate::samples::numbered_half_hour(number.cast_signed());
        let queued = others.iter().enumerate().map(|(place, warehouse)| {
            let number = u128::from(number) * 100 + place as u128;
            let run = crate::samples::new_run(number, crate::samples::branch(CENTRO), window);
            warehouse.enqueue(crate::samples::batch(number), vec![run])
        });
        let queued = futures::future::join_all(queued).await;
        let runs: Vec<_> = queued.into_iter().flat_map(|outcome| outcome.unwrap().queued).collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        let taken = others.iter().map(|warehouse| warehouse.claim(runs[0].id, window.end(), "x".to_owned(), None));
        let taken = futures::future::join_all(taken).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn an_invoice_that_another_process_loaded_is_known_here() {
    let store = Store::new();
    let other = open(&store.path());
    let (eight, nine) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-18T09:00"));
    store.load_sales(1, PERIFERICO, eight, vec![line("C1-01-00000007", 1, "2025-11-17T08:00:00", "1")]).await;
    let run = store.start(2, EtlKind::Sales, PERIFERICO, nine).await;
    let moved = vec![line("C1-01-00000007", 1, "2025-11-18T09:00:00", "1")];
    let refused = other.commit_sales_window(end(run, nine.end(), 1), sales_window(PERIFERICO, nine), moved).await;
    assert!(matches!(refused, Err(warehouse::WarehouseError::LinesElsewhere(_))), "{refused:?}");
    // The other one knows the store now; what is loaded here is read there all the same.
    store
        .load_sales(
            3,
            PERIFERICO,
            half_hour("2025-11-17T08:30"),
            vec![line("C1-01-00000008", 1, "2025-11-17T08:30:00", "1")],
        )
        .await;
    let moved = vec![line("C1-01-00000008", 1, "2025-11-18T09:00:00", "1")];
    let refused = other.commit_sales_window(end(run, nine.end(), 1), sales_window(PERIFERICO, nine), moved).await;
    assert!(matches!(refused, Err(warehouse::WarehouseError::LinesElsewhere(_))), "{refused:?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_connection_that_was_cut_off_is_made_again_and_another_process_is_heard_again() {
    let store = Store::new();
    let other = open(&store.path());
    let mut heard = other.elsewhere();
    let address = test_database::address_of(&store.path()).unwrap();
    test_database::execute(
        &address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    // A write that finds the connection gone fails or makes it again; the next one works.
    let window = half_hour("2025-11-17T08:00");
    let mut queued = 0;
    for number in 1..=20 {
        let run = crate::samples::new_run(number, crate::samples::branch(PERIFERICO), window);
        let outcome = store.warehouse.enqueue(crate::samples::batch(number), vec![run]).await;
        if let Ok(outcome) = outcome {
            queued += outcome.queued.len();
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(queued, 1);
    assert_eq!(other.queued_runs().await.unwrap().len(), 1);
    let waiting = tokio::time::timeout(Duration::from_secs(30), heard.recv());
    assert!(waiting.await.unwrap().is_ok());
}
