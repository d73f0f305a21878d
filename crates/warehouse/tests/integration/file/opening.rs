//! Opening: the schema, a file that is not ours, and a file that is somebody else's.

use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::Duration;

use domain::EtlKind;
use domain::filter::RunFilter;
use domain::run_message::RunMessage;
use duckdb::Connection;
use warehouse::{Access, JobWatch, Place, StatementObserver, Warehouse, WarehouseError, WarehouseSettings};

use crate::children::{ChildProcess, given_database, say, wait_for_finish};
use crate::samples::{PERIFERICO, batch, half_hour, line, period, run_id};
use crate::store::{LINES, Store, file_in, open};

fn open_error(path: &std::path::Path) -> WarehouseError {
    Warehouse::open(&WarehouseSettings::at(path)).unwrap_err()
}

#[tokio::test]
async fn each_migration_is_applied_once_and_in_order() {
    let mut store = Store::new();
    let first = store.table("esquema_migraciones").await;
    let versions = store.column("SELECT version FROM esquema_migraciones").await;
    let versions: Vec<u32> = versions.iter().map(|version| version.parse().unwrap()).collect();
    assert!(versions.is_sorted_by(|earlier, later| earlier < later), "{versions:?}");
    assert_eq!(store.table("esquema_migraciones").await, first);
}

#[tokio::test]
async fn a_database_of_an_earlier_version_is_brought_up_to_date() {
    let mut store = Store::new();
    let versions = "SELECT version FROM esquema_migraciones ORDER BY version";
    let before = store.column(versions).await;
    let go_back = "DELETE FROM esquema_migraciones WHERE version = 4; DROP VIEW v_gaps_por_recuperar";
    store.change(go_back).await;
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
    let mut child = ChildProcess::start("file::opening::child_that_holds_the_database", &path);
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

    let mut child = ChildProcess::start("file::opening::child_that_holds_the_database", &path);
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

/// What was asked for, by which thread, and how it ended.
#[derive(Clone, Default)]
struct Notes {
    asked_by: Arc<Mutex<Vec<ThreadId>>>,
    ended: Arc<Mutex<Vec<(&'static str, bool)>>>,
}

struct Note(&'static str, Notes);

impl StatementObserver for Notes {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        self.asked_by.lock().unwrap().push(std::thread::current().id());
        Some(Box::new(Note(name, self.clone())))
    }
}

impl JobWatch for Note {
    fn on_ended(self: Box<Self>, _work: Duration, failed: bool) {
        self.1.ended.lock().unwrap().push((self.0, failed));
    }
}

#[tokio::test]
async fn the_observer_hears_of_each_job_where_it_is_asked_for_and_whether_it_failed() {
    let notes = Notes::default();
    let warehouse = Warehouse::open_observed(&WarehouseSettings::default(), Arc::new(notes.clone())).unwrap();
    warehouse.ping().await.unwrap();
    warehouse.claim(run_id(1), "2025-11-17T12:35:00Z".parse().unwrap(), "x".to_owned(), None).await.unwrap();
    let failure = warehouse::RunFailure {
        run: run_id(1),
        ended_at: half_hour("2025-11-17T08:00").end(),
        state: domain::RunState::Failed,
        class: None,
        message: RunMessage::ConnectTimeout,
        extracted: None,
        http_status: None,
        phases: warehouse::PhaseTimes::default(),
    };
    warehouse.fail_run(failure).await.unwrap_err();
    assert!(notes.asked_by.lock().unwrap().iter().all(|thread| *thread == std::thread::current().id()));
    assert_eq!(
        *notes.ended.lock().unwrap(),
        [("ping", false), ("tomar_ejecucion", false), ("terminar_ejecucion_fallida", true)]
    );
}

/// What a process that was killed leaves: the file, and the log of what it had not merged yet.
async fn crash_image(folder: &std::path::Path) -> std::path::PathBuf {
    let store = Store::new();
    for (number, start) in ["2025-11-17T08:00", "2025-11-17T08:30", "2025-11-17T09:00"].into_iter().enumerate() {
        let number = u128::try_from(number).unwrap() + 1;
        let lines = vec![line(&format!("F-{number}"), 1, &format!("{start}:00"), "1")];
        store.load_sales(number, PERIFERICO, half_hour(start), lines).await;
    }
    let (path, image) = (store.path(), file_in(folder));
    let log = |path: &std::path::Path| path.with_extension("duckdb.wal");
    std::fs::copy(&path, &image).unwrap();
    std::fs::copy(log(&path), log(&image)).unwrap();
    image
}

#[tokio::test]
async fn what_a_killed_process_left_opens_again_however_often_and_however_it_is_closed() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let image = crash_image(folder.path()).await;
        for access in [Access::ReadOnly, Access::ReadAndWrite, Access::ReadOnly, Access::ReadAndWrite] {
            // Dropped, not closed: the next one opens while this one's writer would still be merging the log.
            drop(Warehouse::open(&WarehouseSettings { access, ..WarehouseSettings::at(&image) }).unwrap());
        }
        let warehouse = open(&image);
        assert_eq!(
            warehouse
                .coverage(EtlKind::Sales, None, period("2025-11-17T00:00", "2025-11-18T00:00"))
                .await
                .unwrap()
                .len(),
            1
        );
        warehouse.close().await;
    }
}

#[tokio::test]
async fn who_only_reads_changes_neither_the_file_nor_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let image = crash_image(folder.path()).await;
    let files = || {
        let read = |path: &std::path::Path| std::fs::read(path).unwrap();
        (read(&image), read(&image.with_extension("duckdb.wal")))
    };
    let before = files();
    let reading = WarehouseSettings { access: Access::ReadOnly, ..WarehouseSettings::at(&image) };
    let warehouse = Warehouse::open(&reading).unwrap();
    assert_eq!(
        warehouse.coverage(EtlKind::Sales, None, period("2025-11-17T00:00", "2025-11-18T00:00")).await.unwrap().len(),
        1
    );
    assert!(warehouse.note_fired("x", half_hour("2025-11-17T08:00").start()).await.is_err());
    warehouse.close().await;
    assert!(files() == before);
}

#[tokio::test]
async fn who_only_reads_needs_a_file_of_this_version() {
    let store = Store::new();
    store.warehouse.close().await;
    let reading = WarehouseSettings { access: Access::ReadOnly, ..WarehouseSettings::at(store.path()) };
    change(&store, "DELETE FROM esquema_migraciones WHERE version > 13");
    let error = Warehouse::open(&reading).unwrap_err();
    assert!(matches!(error, WarehouseError::TooOld { found: 13, known } if known > 13), "{error}");

    let absent = WarehouseSettings { place: Place::File(store.path().with_extension("nada")), ..reading };
    assert!(matches!(Warehouse::open(&absent), Err(WarehouseError::CannotOpen { .. })));
}

#[tokio::test]
async fn a_file_has_one_instance_in_a_process_and_the_next_waits_for_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let first = open(&path);
    let other_way = folder.path().join(".").join(path.file_name().unwrap());
    let second = tokio::task::spawn_blocking(move || open(&other_way));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!second.is_finished());
    drop(first);
    second.await.unwrap().ping().await.unwrap();
}

/// What would be committed from then on would be gone with the process.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_deleted_or_replaced_while_it_is_open_takes_no_more_writes() {
    for is_replaced in [false, true] {
        let store = Store::new();
        store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), Vec::new()).await;
        let (path, aside) = (store.path(), store.path().with_extension("aparte"));
        std::fs::rename(&path, &aside).unwrap();
        if is_replaced {
            std::fs::copy(&aside, &path).unwrap();
        }
        let refused = store.warehouse.enqueue(batch(2), Vec::new()).await;
        assert!(matches!(refused, Err(WarehouseError::Broken(_))), "{refused:?}");
        tokio::time::timeout(std::time::Duration::from_secs(1), store.warehouse.broken()).await.unwrap();
    }
}
