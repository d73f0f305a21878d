//! A process that is killed at any moment leaves each window whole or absent, and says which.

use std::collections::BTreeSet;

use domain::{EtlKind, RunState};

use crate::children::{ChildProcess, given_database, say};
use crate::samples::{
    PERIFERICO, batch, branch, end, instant, line, new_run, numbered_half_hour, sales_window, unused_id, zone,
};
use crate::store::{Store, open};

/// So many that a commit takes a while.
const LINES_EACH: usize = 3_000;

/// How many things the child says before it is killed, each time: after a queueing, a start or a commit.
const KILLED_AFTER: [usize; 6] = [1, 2, 5, 6, 8, 13];

#[tokio::test]
async fn a_window_is_whole_or_absent_whenever_the_process_is_killed() {
    let mut store = Store::new();
    for said_before in KILLED_AFTER {
        store.warehouse.close().await;
        let mut child = ChildProcess::start("kill::child_that_loads_windows", &store.path());
        let said: Vec<String> = (0..said_before).map(|_| child.hear()).collect();
        child.kill();

        store.warehouse = open(&store.path());
        assert_eq!(store.warehouse.lost_commits(), None, "nothing that was committed is missing");
        let committed: BTreeSet<String> =
            said.iter().filter_map(|text| text.strip_prefix("committed ")).map(str::to_owned).collect();
        let left = store.warehouse.interrupt_running(instant("2026-01-01T00:00:00Z"), 5, unused_id).await.unwrap();
        assert!(left.len() <= 1, "one run was in progress at a time: {left:?}");
        assert!(left.iter().all(|run| !committed.contains(&run.id.to_string())), "{left:?} {committed:?}");
        check(&mut store, &committed).await;
    }
    let states = store.column("SELECT DISTINCT estado FROM etl_ejecuciones").await;
    assert!(states.contains(&RunState::Succeeded.to_string()), "{states:?}");
    assert!(states.contains(&RunState::Interrupted.to_string()), "{states:?}");
}

/// Each run that succeeded has its lines and its coverage, each other one has neither.
async fn check(store: &mut Store, committed: &BTreeSet<String>) {
    let runs = store
        .rows(
            "SELECT ejecucion.id, ejecucion.estado,
                (SELECT count(*) FROM ventas WHERE ejecucion_id = ejecucion.id),
                (SELECT count(*) FROM cobertura WHERE ejecucion_id = ejecucion.id)
             FROM etl_ejecuciones AS ejecucion",
        )
        .await;
    for run in &runs {
        let [id, state, lines, coverage] = [0, 1, 2, 3].map(|index| run[index].clone().unwrap_or_default());
        let whole = state == RunState::Succeeded.as_str();
        let expected = if whole { (LINES_EACH.to_string(), "1") } else { ("0".to_owned(), "0") };
        assert_eq!((lines, coverage.as_str()), expected, "run {id} is {state}");
        assert_ne!(state, RunState::Running.as_str(), "run {id}");
        assert!(whole || !committed.contains(&id), "run {id} was acknowledged as committed, and it is {state}");
    }
    let known: BTreeSet<&str> = runs.iter().filter_map(|run| run[0].as_deref()).collect();
    assert!(committed.iter().all(|id| known.contains(id.as_str())), "a run that was committed is gone");
}

#[tokio::test]
#[ignore = "the work of a child process, started by the test above"]
async fn child_that_loads_windows() {
    let warehouse = open(&given_database());
    let any = domain::filter::RunFilter::default();
    let (_, totals, _) = warehouse.run_page(any).await.unwrap();
    for number in totals.ejecuciones.. {
        let window = numbered_half_hour(i32::try_from(number).unwrap());
        let run = new_run(u128::from(number), branch(PERIFERICO), window);
        warehouse.enqueue(batch(u128::from(number)), vec![run.clone()]).await.unwrap();
        say(&format!("queued {}", run.id));
        assert!(warehouse.claim(run.id, window.end(), "child".to_owned(), None).await.unwrap());
        say(&format!("started {}", run.id));
        let local = zone().to_datetime(window.start()).to_string();
        let lines: Vec<_> =
            (0..LINES_EACH).map(|index| line(&format!("F-{number}-{index}"), 1, &local, "1.5")).collect();
        assert_eq!(run.kind, EtlKind::Sales);
        warehouse
            .commit_sales_window(end(run.id, window.end(), LINES_EACH), sales_window(PERIFERICO, window), lines)
            .await
            .unwrap();
        say(&format!("committed {}", run.id));
    }
}
