//! Opening: the schema, a file that is not ours, and a file that is somebody else's.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::filter::RunFilter;
use duckdb::Connection;
use warehouse::{StatementObserver, Warehouse, WarehouseError, WarehouseSettings};

use crate::children::{ChildProcess, given_database, say, wait_for_finish};
use crate::samples::{PERIFERICO, half_hour, line, run_id};
use crate::store::{LINES, Store, file_in, open};

fn open_error(path: &std::path::Path) -> WarehouseError {
    Warehouse::open(&WarehouseSettings::at(path)).unwrap_err()
}

#[tokio::test]
async fn each_migration_is_applied_once_and_in_order() {
    let mut store = Store::new();
    let first = store.table("esquema_migraciones").await;
    let versions = store.column("SELECT version FROM esquema_migraciones").await;
    let numbers: Vec<i32> = versions.iter().map(|version| version.parse().unwrap()).collect();
    assert!(numbers.first() == Some(&1) && numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    assert_eq!(store.table("esquema_migraciones").await, first);
}

#[tokio::test]
async fn a_database_of_an_earlier_version_is_brought_up_to_date() {
    let mut store = Store::new();
    let versions = "SELECT version FROM esquema_migraciones ORDER BY version";
    let before = store.column(versions).await;
    let go_back = "DELETE FROM esquema_migraciones WHERE version = 4; DROP VIEW v_gaps_por_recuperar";
    store.outside(|connection| connection.execute_batch(go_back).unwrap()).await;
    assert_eq!(store.column(versions).await, before);
    assert!(store.table("v_gaps_por_recuperar").await.is_empty());
}

#[tokio::test]
async fn rows_outlive_a_restart() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    assert_eq!(store.column(LINES).await.len(), 1);
    assert_eq!(store.covered(PERIFERICO).await, [window]);
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
    let store = Store::new();
    store.warehouse.close().await;
    change(&store, "UPDATE esquema_migraciones SET suma = 'otra' WHERE version = 2");
    let error = open_error(&store.path());
    assert!(matches!(error, WarehouseError::MigrationChanged { version: 2 }), "{error}");
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_and_left_as_it_is() {
    let store = Store::new();
    store.warehouse.close().await;
    change(&store, "INSERT INTO esquema_migraciones (version, nombre, suma) VALUES (999, 'futura', 'x')");
    let error = open_error(&store.path());
    assert!(matches!(error, WarehouseError::TooNew { found: 999, known } if known < 999), "{error}");

    change(&store, "DELETE FROM esquema_migraciones WHERE version = 999");
    open(&store.path()).ping().await.unwrap();
}

fn change(store: &Store, sql: &str) {
    Connection::open(store.path()).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn folders_above_the_file_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(&folder.path().join("data/klk/klk.duckdb"));
    warehouse.ping().await.unwrap();
}

#[tokio::test]
async fn a_database_in_memory_works_like_a_file() {
    let warehouse = Warehouse::open(&WarehouseSettings::default()).unwrap();
    let (runs, totals, _) = warehouse.run_page(RunFilter::default()).await.unwrap();
    assert_eq!((runs.len(), totals.ejecuciones), (0, 0));
}

#[tokio::test]
async fn limits_of_memory_and_threads_are_taken_and_nonsense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = WarehouseSettings {
        memory_max: Some("512MB".to_owned()),
        threads: Some(1),
        ..WarehouseSettings::at(file_in(folder.path()))
    };
    Warehouse::open(&settings).unwrap().ping().await.unwrap();

    let nonsense = WarehouseSettings { memory_max: Some("mucha".to_owned()), ..WarehouseSettings::default() };
    assert!(Warehouse::open(&nonsense).is_err());
}

/// The word is in the path, and the file is still not locked by anybody.
#[tokio::test]
async fn a_file_that_is_no_database_is_not_taken_for_one_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blocked-lock.duckdb");
    std::fs::write(&path, "lock, lock, lock: not a database at all".repeat(500)).unwrap();
    let error = open_error(&path);
    assert!(matches!(error, WarehouseError::CannotOpen { .. }), "{error:?}");

    let error = open_error(&path.join("under-a-file/klk.duckdb"));
    assert!(matches!(error, WarehouseError::CannotOpen { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_that_another_process_has_is_in_use_until_that_one_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let mut child = ChildProcess::start("opening::child_that_holds_the_database", &path);
    assert_eq!(child.hear(), "open");

    let error = open_error(&path);
    assert!(matches!(&error, WarehouseError::InUse { path: named, .. } if *named == path), "{error:?}");
    child.finish();
    open(&path).ping().await.unwrap();
}

#[tokio::test]
#[ignore = "the work of a child process, started by the test above"]
async fn child_that_holds_the_database() {
    let warehouse = open(&given_database());
    warehouse.ping().await.unwrap();
    say("open");
    wait_for_finish();
}

#[tokio::test]
async fn closing_lets_another_process_in_and_refuses_what_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let warehouse = open(&path);
    let clone = warehouse.clone();
    warehouse.close().await;

    let mut child = ChildProcess::start("opening::child_that_holds_the_database", &path);
    assert_eq!(child.hear(), "open");
    child.finish();
    assert!(matches!(clone.ping().await, Err(WarehouseError::Closed)));
    assert!(matches!(clone.note_fired("x", half_hour("2025-11-17T08:00").start()).await, Err(WarehouseError::Closed)));
    clone.close().await;
}

#[tokio::test]
async fn closing_leaves_everything_in_the_file_itself() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    store.warehouse.close().await;
    assert!(!store.path().with_extension("duckdb.wal").exists());
}

#[derive(Default)]
struct Notes(Mutex<Vec<(&'static str, bool)>>);

impl StatementObserver for Notes {
    fn on_job(&self, name: &'static str, _elapsed: Duration, failed: bool) {
        self.0.lock().unwrap().push((name, failed));
    }
}

#[tokio::test]
async fn the_observer_hears_of_each_job_and_whether_it_failed() {
    let notes = Arc::new(Notes::default());
    let observer: Arc<dyn StatementObserver> = Arc::clone(&notes) as _;
    let warehouse = Warehouse::open_observed(&WarehouseSettings::default(), observer).unwrap();
    warehouse.ping().await.unwrap();
    warehouse.note_trace(run_id(1), "x".to_owned()).await.unwrap();
    let failure = warehouse::RunFailure {
        run: run_id(1),
        ended_at: half_hour("2025-11-17T08:00").end(),
        state: domain::RunState::Failed,
        class: None,
        message: String::new(),
        extracted: None,
        phases: warehouse::PhaseTimes::default(),
    };
    warehouse.fail_run(failure).await.unwrap_err();
    assert_eq!(
        *notes.0.lock().unwrap(),
        [("ping", false), ("anotar_traza", false), ("terminar_ejecucion_fallida", true)]
    );
}
