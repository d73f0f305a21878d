//! A database in a folder of its own, and a way to look into it as any DuckDB client would.

use std::path::{Path, PathBuf};

use domain::{BranchId, EtlKind, Interval, RunId};
use duckdb::Connection;
use jiff::Timestamp;
use tempfile::TempDir;
use warehouse::{
    EvidenceFilter, EvidenceRows, NewBatch, NewRun, Place, PostgresSettings, Receipt, SalesWindow, Warehouse,
    WarehouseSettings,
};

use crate::samples::{batch, batch_id, branch, end, instant, new_run, sales_window};

pub use test_database::TextRow;

/// The database of one test.
pub struct Store {
    pub warehouse: Warehouse,
    folder: TempDir,
}

impl Store {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { warehouse: open(&file_in(folder.path())), folder }
    }

    /// In a file of its own, also where tests have their databases on a server.
    pub fn of_file(path: &Path) -> Self {
        let settings = WarehouseSettings { readers: 2, ..WarehouseSettings::at(path) };
        Self { warehouse: Warehouse::open(&settings).unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> PathBuf {
        file_in(self.folder.path())
    }

    /// Closes the database and opens it again.
    pub async fn reopen(&mut self) {
        self.change("SELECT 1").await;
    }

    /// Closes the database, does statements past it, and opens it again.
    pub async fn change(&mut self, sql: &str) {
        match test_database::address_of(&self.path()) {
            Some(address) => {
                self.warehouse.close().await;
                test_database::execute(&address, sql);
                self.warehouse = open(&self.path());
            }
            None => self.outside(|connection| connection.execute_batch(sql).unwrap()).await,
        }
    }

    /// Closes the database, does something to its file, and opens it again.
    async fn outside<T>(&mut self, job: impl FnOnce(&Connection) -> T) -> T {
        self.warehouse.close().await;
        let connection = Connection::open(self.path()).unwrap();
        connection.execute_batch("SET TimeZone = 'UTC'").unwrap();
        let result = job(&connection);
        drop(connection);
        self.warehouse = open(&self.path());
        result
    }

    /// What a statement gives, every column as text.
    pub async fn rows(&mut self, sql: &str) -> Vec<TextRow> {
        if let Some(address) = test_database::address_of(&self.path()) {
            return test_database::rows(&address, sql);
        }
        let sql = sql.to_owned();
        self.outside(move |connection| text_rows(connection, &sql)).await
    }

    /// What a statement of one column without NULLs gives.
    pub async fn column(&mut self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().map(|row| row.into_iter().next().flatten().unwrap()).collect()
    }

    /// Every column of every row of a table, in the order in which they are stored.
    pub async fn table(&mut self, name: &str) -> Vec<TextRow> {
        self.rows(&format!("SELECT * FROM {name}")).await
    }

    /// Queues one run of a batch with the same number, and takes it into work at its window's end.
    pub async fn start(&self, number: u128, kind: EtlKind, branch_id: &str, window: Interval<Timestamp>) -> RunId {
        let run = self.queue(number, kind, branch_id, window).await;
        assert!(self.warehouse.claim(run, window.end(), "host-1".to_owned(), None).await.unwrap());
        run
    }

    /// Queues one run of a batch with the same number.
    pub async fn queue(&self, number: u128, kind: EtlKind, branch_id: &str, window: Interval<Timestamp>) -> RunId {
        let run = NewRun { kind, ..new_run(number, branch(branch_id), window) };
        let outcome = self.warehouse.enqueue(batch(number), vec![run]).await.unwrap();
        assert_eq!(outcome.queued.len(), 1, "in progress already: {:?}", outcome.in_progress);
        outcome.queued[0].id
    }

    /// Runs a window of sales from the queue to its commit.
    pub async fn load_sales(
        &self,
        number: u128,
        branch_id: &str,
        window: Interval<Timestamp>,
        lines: Vec<domain::sale::SaleLine>,
    ) -> Receipt {
        let run = self.start(number, EtlKind::Sales, branch_id, window).await;
        let end = end(run, window.end(), lines.len());
        self.warehouse.commit_sales_window(end, sales_window(branch_id, window), lines).await.unwrap()
    }

    /// What gaps of all branches are computed from, as it is now.
    pub async fn evidence(&self, kind: EtlKind, range: Interval<Timestamp>) -> EvidenceRows {
        self.warehouse.evidence(EvidenceFilter::of_range(kind, range)).await.unwrap()
    }

    /// The covered windows of sales of a branch, in order.
    pub async fn covered(&self, branch_id: &str) -> Vec<Interval<Timestamp>> {
        let ever = Interval::new(instant("2000-01-01T00:00:00Z"), instant("2100-01-01T00:00:00Z")).unwrap();
        let mut found: Vec<_> =
            self.warehouse.coverage(EtlKind::Sales, Some(BranchId::new(branch_id)), ever).await.unwrap();
        found.sort_unstable();
        found.into_iter().map(|(_, interval)| interval).collect()
    }
}

/// The rows of `ventas` as the columns that tell lines apart.
pub const LINES: &str = "SELECT ubicacion_id || ' ' || numero_factura || '/' || linea || ' ' || venta_total_bs \
                         FROM ventas ORDER BY ubicacion_id, fecha_hora, numero_factura, linea";

pub fn open(path: &Path) -> Warehouse {
    Warehouse::open(&WarehouseSettings { readers: 2, ..settings_at(path) }).unwrap()
}

/// The database of a file, which is on a server where tests have theirs there.
pub fn settings_at(path: &Path) -> WarehouseSettings {
    let file = WarehouseSettings::at(path);
    match test_database::address_of(path) {
        Some(address) => WarehouseSettings { place: Place::Postgres(PostgresSettings { address }), ..file },
        None => file,
    }
}

pub fn file_in(folder: &Path) -> PathBuf {
    folder.join("klk.duckdb")
}

/// What a statement gives of a database that nobody has open, in an order that only the rows decide.
pub fn sorted_rows(path: &Path, sql: &str) -> Vec<TextRow> {
    let mut rows = match test_database::address_of(path) {
        Some(address) => test_database::rows(&address, sql),
        None => rows_of_file(path, sql),
    };
    rows.sort();
    rows
}

/// The same of a file, also where tests have their databases on a server.
pub fn rows_of_file(path: &Path, sql: &str) -> Vec<TextRow> {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("SET TimeZone = 'UTC'").unwrap();
    let mut rows = text_rows(&connection, sql);
    rows.sort();
    rows
}

pub fn text_rows(connection: &Connection, sql: &str) -> Vec<TextRow> {
    let mut statement = connection.prepare(&format!("SELECT COLUMNS(*)::VARCHAR FROM ({sql})")).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let width = row.as_ref().column_count();
        found.push((0..width).map(|index| row.get(index).unwrap()).collect());
    }
    found
}

/// A batch with this number and reason.
pub fn batch_for(number: u128, reason: &'static str, created_at: Timestamp) -> NewBatch {
    NewBatch { id: batch_id(number), reason, created_at, ..batch(number) }
}

/// A commit of sales that is expected to be refused.
pub async fn refused_commit(
    warehouse: &Warehouse,
    run: RunId,
    window: SalesWindow,
    lines: Vec<domain::sale::SaleLine>,
) -> warehouse::WarehouseError {
    let end = end(run, window.interval.end(), lines.len());
    warehouse.commit_sales_window(end, window, lines).await.unwrap_err()
}
