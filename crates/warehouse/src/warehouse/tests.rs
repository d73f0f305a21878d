//! The writer and the readers beside each other. Channels say who waits for whom, never time.

use std::sync::mpsc;

use crate::database::params;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;

/// A database with an empty table of numbers, and two readers.
async fn with_numbers() -> (TempDir, Warehouse) {
    let folder = tempfile::tempdir().unwrap();
    let settings = WarehouseSettings { readers: 2, ..WarehouseSettings::at(folder.path().join("klk.duckdb")) };
    let warehouse = Warehouse::open(&settings).unwrap();
    warehouse
        .write("tabla", |transaction| Ok(transaction.execute_batch("CREATE TABLE numeros (numero INTEGER)")?))
        .await
        .unwrap();
    (folder, warehouse)
}

async fn add(warehouse: &Warehouse, number: i32) {
    warehouse.write("sumar", move |transaction| insert(transaction, number)).await.unwrap();
}

fn insert(connection: &Connection, number: i32) -> Result<()> {
    connection.execute("INSERT INTO numeros VALUES (?)", params![number])?;
    Ok(())
}

fn numbers(connection: &Connection) -> Result<Vec<i32>> {
    let mut statement = connection.prepare("SELECT numero FROM numeros ORDER BY numero")?;
    let found = statement.query_map([], |row| row.get(0))?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

/// A job of the writer that stands in its transaction, after it added a number, until it is let go.
struct HeldWrite {
    written: oneshot::Receiver<()>,
    go_on: mpsc::Sender<()>,
    done: tokio::task::JoinHandle<Result<()>>,
}

fn hold_a_write(warehouse: &Warehouse, number: i32) -> HeldWrite {
    let (tell_written, written) = oneshot::channel();
    let (go_on, wait) = mpsc::channel();
    let warehouse = warehouse.clone();
    let done = tokio::spawn(async move {
        let job = move |transaction: &Transaction<'_>| {
            insert(transaction, number)?;
            tell_written.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        };
        warehouse.write("esperar", job).await
    });
    HeldWrite { written, go_on, done }
}

#[tokio::test]
async fn readers_see_the_state_before_a_write_that_goes_on_and_do_not_wait_for_it() {
    let (_folder, warehouse) = with_numbers().await;
    add(&warehouse, 1).await;
    let held = hold_a_write(&warehouse, 2);
    held.written.await.unwrap();

    // Would never be answered if it waited: the write ends only afterwards.
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1]);
    held.go_on.send(()).unwrap();
    held.done.await.unwrap().unwrap();
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_write_that_goes_on_is_seen_from_elsewhere_until_it_ends() {
    let (_folder, warehouse) = with_numbers().await;
    assert_eq!(warehouse.current_write(), None);
    let held = hold_a_write(&warehouse, 1);
    held.written.await.unwrap();
    let earlier = warehouse.current_write().unwrap();
    assert!(warehouse.current_write().unwrap() >= earlier);
    held.go_on.send(()).unwrap();
    held.done.await.unwrap().unwrap();
    assert_eq!(warehouse.current_write(), None);
}

#[tokio::test]
async fn a_question_sees_one_state_from_its_first_statement_to_its_last() {
    let (_folder, warehouse) = with_numbers().await;
    add(&warehouse, 1).await;
    let (tell_first, first) = oneshot::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let reader = warehouse.clone();
    let question = tokio::spawn(async move {
        let twice = move |connection: &Connection| {
            let before = numbers(connection)?;
            tell_first.send(()).unwrap();
            wait.recv().unwrap();
            Ok((before, numbers(connection)?))
        };
        reader.read("dos_veces", twice).await
    });
    first.await.unwrap();
    add(&warehouse, 2).await;
    go_on.send(()).unwrap();

    assert_eq!(question.await.unwrap().unwrap(), (vec![1], vec![1]));
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_job_that_fails_or_panics_is_rolled_back_and_the_writer_goes_on() {
    let (_folder, warehouse) = with_numbers().await;
    let failed = warehouse
        .write("fallar", |transaction| {
            insert(transaction, 1)?;
            Ok(transaction.execute_batch("SELECT * FROM no_existe")?)
        })
        .await;
    assert!(matches!(failed, Err(WarehouseError::Statement(_))), "{failed:?}");
    let panicked: Result<()> = warehouse
        .write("panico", |transaction| {
            insert(transaction, 2)?;
            panic!("on purpose")
        })
        .await;
    assert!(matches!(panicked, Err(WarehouseError::Panicked)), "{panicked:?}");

    add(&warehouse, 3).await;
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [3]);
}

/// More often than there are readers, so that each of them panics.
#[tokio::test]
async fn a_question_that_panics_leaves_its_reader_usable() {
    let (_folder, warehouse) = with_numbers().await;
    add(&warehouse, 1).await;
    for _ in 0..5 {
        let panicked: Result<()> = warehouse.read("panico", |_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(WarehouseError::Panicked)), "{panicked:?}");
    }
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_job_is_done_although_nobody_waits_for_it_any_more() {
    let (_folder, warehouse) = with_numbers().await;
    let held = hold_a_write(&warehouse, 1);
    held.written.await.unwrap();
    held.done.abort();
    assert!(held.done.await.unwrap_err().is_cancelled());
    held.go_on.send(()).unwrap();
    add(&warehouse, 2).await;
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn closing_waits_for_what_was_handed_over_and_refuses_what_comes_later() {
    let (folder, warehouse) = with_numbers().await;
    let held = hold_a_write(&warehouse, 1);
    held.written.await.unwrap();
    let closing = warehouse.clone();
    let closed = tokio::spawn(async move { closing.close().await });
    // Refused as soon as closing has begun.
    let refused = warehouse.write("tarde", |_| Ok(()));
    tokio::task::yield_now().await;
    assert!(matches!(refused.await, Err(WarehouseError::Closed)));
    held.go_on.send(()).unwrap();
    held.done.await.unwrap().unwrap();
    closed.await.unwrap();

    let path = folder.path().join("klk.duckdb");
    assert!(!path.with_extension("duckdb.wal").exists(), "the log is merged");
    assert_eq!(numbers(&duckdb::Connection::open(path).unwrap().into()).unwrap(), [1]);
    assert!(matches!(warehouse.ping().await, Err(WarehouseError::Closed)));
}

#[tokio::test]
async fn long_questions_leave_a_reader_to_the_others() {
    let (_folder, warehouse) = with_numbers().await;
    add(&warehouse, 1).await;
    let mut held = Vec::new();
    for _ in 0..4 {
        let (go_on, wait) = mpsc::channel::<()>();
        let asking = warehouse.clone();
        let slow = move |_: &Connection| Ok(wait.recv().is_ok());
        held.push((go_on, tokio::spawn(async move { asking.read_long("larga", slow).await })));
    }
    // Never answered if the four had both readers.
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1]);
    for (go_on, asked) in held {
        go_on.send(()).unwrap();
        assert!(asked.await.unwrap().unwrap());
    }
}

#[tokio::test]
async fn no_statement_reaches_another_file_and_none_can_change_that() {
    let (folder, warehouse) = with_numbers().await;
    let beside = folder.path().join("beside");
    let path = beside.display();
    let attempts = [
        format!("COPY (SELECT 1) TO '{path}.csv'"),
        format!("SELECT * FROM read_csv('{path}.csv')"),
        format!("ATTACH '{path}.duckdb' AS beside"),
        "SELECT * FROM read_text('/etc/hostname')".to_owned(),
        "SET enable_external_access = true".to_owned(),
        "SET lock_configuration = false".to_owned(),
        "LOAD httpfs".to_owned(),
    ];
    for attempt in attempts {
        let statement = attempt.clone();
        let outcome = warehouse.read("intento", move |connection| Ok(connection.execute_batch(&statement)?)).await;
        assert!(outcome.is_err(), "{attempt}");
    }
    assert_eq!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .filter_map(std::result::Result::ok)
            .filter(|file| file.file_name().to_string_lossy().starts_with("beside"))
            .count(),
        0
    );
    add(&warehouse, 1).await;
    warehouse.close().await;
}

/// A reader that began before the last write keeps its state of the database, and the copy has the last one.
#[tokio::test]
async fn a_copy_has_the_last_commit_while_somebody_reads_an_earlier_state() {
    let (folder, warehouse) = with_numbers().await;
    let (tell_first, first) = oneshot::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let reader = warehouse.clone();
    let question = tokio::spawn(async move {
        let twice = move |connection: &Connection| {
            numbers(connection)?;
            tell_first.send(()).unwrap();
            wait.recv().unwrap();
            numbers(connection)
        };
        reader.read("dos_veces", twice).await
    });
    first.await.unwrap();
    add(&warehouse, 1).await;
    let copy = folder.path().join("copia.duckdb");
    warehouse.back_up(copy.clone()).await.unwrap();
    add(&warehouse, 2).await;

    assert_eq!(numbers(&duckdb::Connection::open(copy).unwrap().into()).unwrap(), [1]);
    go_on.send(()).unwrap();
    assert_eq!(question.await.unwrap().unwrap(), [0; 0]);
    assert_eq!(warehouse.read("numeros", numbers).await.unwrap(), [1, 2]);
}
