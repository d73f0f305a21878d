//! Copies of the database, and putting them back.

use std::path::{Path, PathBuf};

use domain::access::AuditAction;
use domain::decision::Origin;
use duckdb::Connection;
use uuid::Uuid;
use warehouse::{Access, AuditEntry, BackupError, Warehouse, WarehouseError, WarehouseSettings, restore};

use crate::children::{ChildProcess, given_database, say, wait_for_finish};
use crate::samples::{PERIFERICO, half_hour, instant, line};
use crate::store::{LINES, Store, file_in, open, text_rows};

const EIGHT: &str = "2025-11-17T08:00";
const NINE: &str = "2025-11-17T09:00";

async fn load(store: &Store, number: u128, start: &str) {
    let lines = vec![line(&format!("F-{number}"), 1, &format!("{start}:00"), "1.25")];
    store.load_sales(number, PERIFERICO, half_hour(start), lines).await;
}

fn audit() -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(7),
        at: instant("2025-11-18T16:00:00Z"),
        actor: "ana".to_owned(),
        origin: Origin::CommandLine,
        address: None,
        action: AuditAction::Restore,
        object: "copia".to_owned(),
        times: 1,
    }
}

fn beside(store: &Store, name: &str) -> PathBuf {
    store.path().with_file_name(name)
}

fn lines_of(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    text_rows(&connection, LINES).into_iter().map(|row| row[0].clone().unwrap()).collect()
}

/// The names of everything in the folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Where DuckDB keeps its blocks: behind three headers of 4 KiB, each of 256 KiB with its sum before it.
const HEADERS_BYTES: usize = 3 * 4096;
const BLOCK_BYTES: usize = 262_144;

/// Of each block in turn a byte is another one.
#[tokio::test]
async fn a_damaged_block_is_found_by_reading_all_and_told_from_a_refused_statement() {
    let store = Store::new();
    load(&store, 1, EIGHT).await;
    assert!(store.warehouse.read_all().await.unwrap() > 10);
    store.warehouse.close().await;
    let whole = std::fs::read(store.path()).unwrap();
    let mut damaged = 0;
    for block in (HEADERS_BYTES..whole.len()).step_by(BLOCK_BYTES) {
        let mut bytes = whole.clone();
        bytes[block + 64] ^= 0x40;
        std::fs::write(store.path(), &bytes).unwrap();
        let settings = WarehouseSettings { access: Access::ReadOnly, ..WarehouseSettings::at(store.path()) };
        // A block that says where the others are is needed to open the file.
        let Ok(warehouse) = Warehouse::open(&settings) else { continue };
        match warehouse.read_all().await {
            Ok(_) => {}
            Err(WarehouseError::Damaged(said)) => {
                assert!(said.contains("checksum"), "{said}");
                damaged += 1;
            }
            Err(other) => panic!("block at {block}: {other:?}"),
        }
        warehouse.close().await;
    }
    assert!(damaged > 0, "no block was damaged");
}

#[tokio::test]
async fn a_copy_has_what_the_database_had_and_nothing_that_came_later() {
    let store = Store::new();
    load(&store, 1, EIGHT).await;
    let copy = beside(&store, "copias/uno.duckdb");
    let backup = store.warehouse.back_up(copy.clone()).await.unwrap();
    load(&store, 2, NINE).await;

    assert_eq!((backup.contents.rows("ventas"), backup.contents.rows("cobertura")), (1, 1));
    assert_eq!(backup.bytes, std::fs::metadata(&copy).unwrap().len());
    assert_eq!(lines_of(&copy), ["tienda_01 F-1/1 1.250000"]);
    assert_eq!(names(copy.parent().unwrap()), ["uno.duckdb"]);
    assert_eq!(store.covered(PERIFERICO).await.len(), 2, "the database goes on");
}

/// Closing any descriptor of a file gives up the process's locks on it: a copy that is made carelessly lets others in.
#[tokio::test]
async fn the_database_is_still_this_process_s_own_after_a_copy() {
    let store = Store::new();
    for number in 0..2 {
        store.warehouse.back_up(beside(&store, &format!("copia-{number}.duckdb"))).await.unwrap();
    }
    let mut child = ChildProcess::start("file::backups::child_that_tries_to_open", &store.path());
    assert_eq!(child.hear(), "in use");
    child.finish();
    store.warehouse.close().await;
    let mut child = ChildProcess::start("file::backups::child_that_tries_to_open", &store.path());
    assert_eq!(child.hear(), "open");
    child.finish();
}

#[tokio::test]
#[ignore = "the work of a child process, started by the test above"]
async fn child_that_tries_to_open() {
    match Warehouse::open(&WarehouseSettings::at(given_database())) {
        Ok(_) => say("open"),
        Err(WarehouseError::InUse { .. }) => say("in use"),
        Err(error) => panic!("{error}"),
    }
    wait_for_finish();
}

#[tokio::test]
async fn who_only_reads_copies_what_a_killed_process_left_in_the_log() {
    let store = Store::new();
    load(&store, 1, EIGHT).await;
    let image = beside(&store, "resto.duckdb");
    std::fs::copy(store.path(), &image).unwrap();
    std::fs::copy(store.path().with_extension("duckdb.wal"), image.with_extension("duckdb.wal")).unwrap();
    let reading = WarehouseSettings { access: Access::ReadOnly, ..WarehouseSettings::at(&image) };
    let warehouse = Warehouse::open(&reading).unwrap();
    let copy = beside(&store, "copia.duckdb");
    warehouse.back_up(copy.clone()).await.unwrap();
    warehouse.close().await;
    assert!(image.with_extension("duckdb.wal").exists(), "it stays as it was");
    assert!(!copy.with_extension("duckdb.wal").exists(), "a copy is one file");
    assert_eq!(lines_of(&copy).len(), 1);
}

#[tokio::test]
async fn what_cannot_be_copied_leaves_no_file() {
    let store = Store::new();
    let taken = beside(&store, "copia.duckdb");
    std::fs::write(&taken, "mine").unwrap();
    let error = store.warehouse.back_up(taken.clone()).await.unwrap_err();
    assert!(matches!(&error, BackupError::Exists(path) if *path == taken), "{error}");
    assert_eq!(std::fs::read(&taken).unwrap(), b"mine");

    let below_a_file = taken.join("copia.duckdb");
    assert!(matches!(store.warehouse.back_up(below_a_file).await, Err(BackupError::File { .. })));
    assert_eq!(
        names(store.path().parent().unwrap()),
        ["copia.duckdb", "klk.duckdb", "klk.duckdb.marca", "klk.duckdb.wal"]
    );

    let in_memory = Warehouse::open(&WarehouseSettings::default()).unwrap();
    let error = in_memory.back_up(beside(&store, "otra.duckdb")).await.unwrap_err();
    assert!(matches!(error, BackupError::InMemory), "{error}");
}

#[tokio::test]
async fn what_was_loaded_after_the_copy_is_missing_again_once_it_is_put_back() {
    let mut store = Store::new();
    load(&store, 1, EIGHT).await;
    let copy = beside(&store, "copia.duckdb");
    let backup = store.warehouse.back_up(copy.clone()).await.unwrap();
    load(&store, 2, NINE).await;
    store.warehouse.close().await;

    let restored = restore(&copy, &store.path(), ".antes", &audit()).unwrap();
    assert_eq!(restored.contents.rows("ventas"), backup.contents.rows("ventas"));
    assert_eq!(lines_of(&restored.set_aside.unwrap()).len(), 2, "what was there is kept");
    store.warehouse = open(&store.path());
    assert_eq!(store.covered(PERIFERICO).await, [half_hour(EIGHT)]);
    assert_eq!(store.column(LINES).await.len(), 1);
    let audit = store.warehouse.audit(10).await.unwrap();
    assert_eq!((audit.len(), audit[0].action), (1, AuditAction::Restore));
    assert_eq!(lines_of(&copy).len(), 1, "the copy can be put back again");
}

/// The log of the database that was there would be replayed into the copy.
#[tokio::test]
async fn the_log_of_the_database_goes_aside_with_it() {
    let mut store = Store::new();
    let copy = beside(&store, "copia.duckdb");
    store.warehouse.back_up(copy.clone()).await.unwrap();
    load(&store, 1, EIGHT).await;
    let killed = beside(&store, "muerto.duckdb");
    std::fs::copy(store.path(), &killed).unwrap();
    std::fs::copy(store.path().with_extension("duckdb.wal"), killed.with_extension("duckdb.wal")).unwrap();

    std::fs::write(beside(&store, "muerto.duckdb.marca"), "of the database that was there").unwrap();

    let restored = restore(&copy, &killed, ".antes", &audit()).unwrap();
    assert_eq!(lines_of(&killed).len(), 0);
    assert!(!beside(&store, "muerto.duckdb.marca").exists() && beside(&store, "muerto.duckdb.antes.marca").exists());
    assert_eq!(lines_of(&restored.set_aside.unwrap()).len(), 1);
    store.warehouse.close().await;
    store.warehouse = open(&store.path());
}

#[tokio::test]
async fn a_database_that_is_not_there_is_made_of_the_copy() {
    let store = Store::new();
    load(&store, 1, EIGHT).await;
    let copy = beside(&store, "copia.duckdb");
    store.warehouse.back_up(copy.clone()).await.unwrap();
    let new = beside(&store, "nueva.duckdb");
    assert!(restore(&copy, &new, ".antes", &audit()).unwrap().set_aside.is_none());
    assert_eq!(lines_of(&new).len(), 1);
}

#[tokio::test]
async fn a_database_that_another_process_has_is_left_alone() {
    let store = Store::new();
    let copy = beside(&store, "copia.duckdb");
    store.warehouse.back_up(copy.clone()).await.unwrap();
    let held = tempfile::tempdir().unwrap();
    let path = file_in(held.path());
    let mut child = ChildProcess::start("file::opening::child_that_holds_the_database", &path);
    assert_eq!(child.hear(), "open");
    let before = std::fs::read(&path).unwrap();
    let error = restore(&copy, &path, ".antes", &audit()).unwrap_err();
    assert!(matches!(error, BackupError::Database(WarehouseError::InUse { .. })), "{error}");
    assert!(std::fs::read(&path).unwrap() == before);
    assert!(!path.with_extension("duckdb.antes").exists());
    child.finish();
}

#[tokio::test]
async fn a_copy_that_is_damaged_foreign_or_of_a_later_version_replaces_nothing() {
    let store = Store::new();
    load(&store, 1, EIGHT).await;
    let copy = beside(&store, "copia.duckdb");
    store.warehouse.back_up(copy.clone()).await.unwrap();
    store.warehouse.close().await;
    let before = std::fs::read(store.path()).unwrap();

    let mut damaged = std::fs::read(&copy).unwrap();
    // Past the headers, a byte of each of the blocks.
    (12_288 + 4096..damaged.len()).step_by(65_536).for_each(|place| damaged[place] ^= 0x55);
    let [bad, foreign, later] = ["mala.duckdb", "ajena.duckdb", "futura.duckdb"].map(|name| beside(&store, name));
    std::fs::write(&bad, damaged).unwrap();
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE cosas (x INTEGER)").unwrap();
    std::fs::copy(&copy, &later).unwrap();
    let future = "INSERT INTO esquema_migraciones (version, nombre, suma) VALUES (999, 'futura', 'x')";
    Connection::open(&later).unwrap().execute_batch(future).unwrap();

    let error = restore(&bad, &store.path(), ".antes", &audit()).unwrap_err();
    assert!(matches!(&error, BackupError::Unreadable { path, .. } if *path == bad), "{error}");
    let error = restore(&beside(&store, "nada.duckdb"), &store.path(), ".antes", &audit()).unwrap_err();
    assert!(matches!(error, BackupError::Missing(_)), "{error}");
    let error = restore(&foreign, &store.path(), ".antes", &audit()).unwrap_err();
    assert!(matches!(error, BackupError::Foreign(_)), "{error}");
    let error = restore(&later, &store.path(), ".antes", &audit()).unwrap_err();
    assert!(matches!(error, BackupError::Database(WarehouseError::TooNew { found: 999, .. })), "{error}");
    let error = restore(&store.path(), &store.path(), ".antes", &audit()).unwrap_err();
    assert!(matches!(error, BackupError::Same(_)), "{error}");
    assert!(std::fs::read(store.path()).unwrap() == before);
    assert!(
        !names(store.path().parent().unwrap()).iter().any(|name| name.contains("parcial") || name.contains("antes"))
    );
}

#[tokio::test]
async fn a_database_of_an_earlier_version_is_copied_before_it_is_changed() {
    let store = Store::new();
    load(&store, 1, EIGHT).await;
    store.warehouse.close().await;
    let version_of = |path: &Path| {
        let versions = "SELECT max(version), count(*) FROM esquema_migraciones";
        text_rows(&Connection::open(path).unwrap(), versions).remove(0)
    };
    let earlier = "DELETE FROM esquema_migraciones WHERE version = 4; DROP VIEW v_gaps_por_recuperar";
    Connection::open(store.path()).unwrap().execute_batch(earlier).unwrap();
    let before = version_of(&store.path());
    let copy = beside(&store, &format!("klk.duckdb.esquema-{}", before[0].clone().unwrap()));
    drop(open(&store.path()));
    assert_eq!(lines_of(&copy).len(), 1);
    assert_eq!(version_of(&copy), before, "the copy keeps the earlier schema");

    std::fs::remove_file(&copy).unwrap();
    drop(open(&store.path()));
    assert!(!copy.exists(), "a database of this version is not copied");
}
