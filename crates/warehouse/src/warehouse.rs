//! Opening and closing the database.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use duckdb::{AccessMode, Config};
use tokio::sync::{broadcast, watch};

use crate::backup;
use crate::commit_mark::{CommitMark, LostCommits};
use crate::current_write::RunningWrite;
use crate::database::postgres::{Heard, Server};
use crate::database::{Connection, Transaction};
use crate::error::is_damage;
use crate::group_write::{GroupWrite, Outcome};
use crate::half_moved::is_half_moved;
use crate::instants::unique;
use crate::invoice_days::InvoiceDays;
use crate::migrations::{earlier_schema, migrate, require_schema};
use crate::open_files::OpenFile;
use crate::readers::Readers;
use crate::run_counts::RunCounts;
use crate::version::{Elsewhere, Versions};
use crate::writer::Writer;
use crate::{
    Access, DatabaseError, NoopObserver, Place, PostgresSettings, Result, StatementObserver, Subject, Version,
    WarehouseError, WarehouseSettings,
};

/// The database. Clones share its writer and its readers; the last one that goes closes it.
#[derive(Clone)]
pub struct Warehouse(Arc<Instance>);

struct Instance {
    // Taken away by closing, so that the writer's thread ends.
    writer: Mutex<Option<Writer>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Readers,
    invoice_days: Arc<InvoiceDays>,
    run_counts: Arc<RunCounts>,
    versions: Arc<Versions>,
    /// What was missing of the file when it was opened.
    lost: Option<LostCommits>,
    /// None for a database in memory, and once it is closed.
    file: Mutex<Option<Arc<OpenFile>>>,
    access: Access,
    /// None of a file, and once it is closed.
    server: Mutex<Option<Arc<Server>>>,
    /// The connection of this process's lease.
    lease: Mutex<Option<Connection>>,
    /// The connection of what processes share beside the data.
    aside: Mutex<Option<Connection>>,
    /// What other processes of the database have changed.
    elsewhere: broadcast::Sender<Elsewhere>,
    /// True once DuckDB has given up the file.
    is_broken: watch::Sender<bool>,
}

/// Part of the message of every statement after an error that DuckDB cannot recover from.
const GIVEN_UP: &str = "database has been invalidated";

impl Instance {
    /// The writer, unless the file is not at its place any more: what is written from then on is gone with the process.
    fn writer(&self) -> Result<Writer> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if file.and_then(|file| file.mark().map(CommitMark::is_replaced)).unwrap_or(false) {
            let problem = "its file was deleted or replaced while it was open";
            if !self.is_broken.send_replace(true) {
                tracing::error!("the database has to be opened anew: {problem}");
            }
            return Err(WarehouseError::Broken(problem.to_owned()));
        }
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(WarehouseError::Closed)
    }

    /// Tells errors after which nothing works from those of one statement; the first one wakes who waits for it.
    fn detect_broken<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(WarehouseError::Statement(error)) if error.to_string().contains(GIVEN_UP) => {
                if !self.is_broken.send_replace(true) {
                    tracing::error!(%error, "the database has to be opened anew");
                }
                Err(WarehouseError::Broken(error.to_string()))
            }
            Err(WarehouseError::Statement(error)) if error.is_away() => Err(WarehouseError::Away(error)),
            Err(WarehouseError::Statement(error)) if is_damage(&error.to_string()) => {
                Err(WarehouseError::Damaged(error.to_string()))
            }
            result => result,
        }
    }
}

/// Closes the file if [`Warehouse::close`] was not called, and blocks until the writer has ended.
impl Drop for Instance {
    fn drop(&mut self) {
        drop(self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // A job may have held the last clone; its thread cannot wait for itself, and ends after it.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            report_end(thread.join());
        }
    }
}

impl std::fmt::Debug for Warehouse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Warehouse")
    }
}

impl Warehouse {
    /// Opens the database, makes it where there is none, and brings its schema up to date. Where this process is still
    /// closing the same file, it waits for that.
    pub fn open(settings: &WarehouseSettings) -> Result<Self> {
        Self::open_observed(settings, Arc::new(NoopObserver))
    }

    /// The same; the observer hears of every job, from the question to the end of the work.
    pub fn open_observed(settings: &WarehouseSettings, observer: Arc<dyn StatementObserver>) -> Result<Self> {
        let Opened { mut connection, file, server, lost } = open_place(settings)?;
        let mark = file.as_ref().and_then(|file| file.mark());
        if is_half_moved(&connection)? {
            return Err(WarehouseError::HalfMoved);
        }
        match (settings.access, &settings.place) {
            (Access::ReadOnly, Place::File(_) | Place::Postgres(_)) => require_schema(&connection)?,
            _ => {
                if let (Some(file), Some(found)) = (&file, earlier_schema(&connection)?) {
                    copy_before_migration(&connection, file, found)?;
                }
                migrate(&mut connection)?;
            }
        }
        if let Some(mark) = mark.filter(|_| settings.access == Access::ReadAndWrite) {
            mark.write();
        }
        if connection.is_file() {
            // From here on no statement reads or writes another file, and none can change that.
            connection
                .execute_batch("SET GLOBAL enable_external_access = false; SET GLOBAL lock_configuration = true")?;
        }
        let count = u32::try_from(settings.readers).unwrap_or(u32::MAX);
        let readers = Readers::open(&connection, count, Arc::clone(&observer), file.clone())?;
        let elsewhere = broadcast::Sender::new(CHANGES_KEPT_MAX);
        let versions = match &server {
            Some(server) => follow(server, &connection, &elsewhere)?,
            None => Arc::default(),
        };
        let kept = Mutex::new(file.clone());
        let invoice_days = Arc::<InvoiceDays>::default();
        let (writer, thread) =
            Writer::start(connection, settings, observer, Arc::clone(&versions), Arc::clone(&invoice_days), file)?;
        let (writer, thread) = (Mutex::new(Some(writer)), Mutex::new(Some(thread)));
        let (run_counts, is_broken) = (Arc::default(), watch::Sender::new(false));
        let (file, access) = (kept, settings.access);
        let (server, lease, aside) = (Mutex::new(server), Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Instance {
            server,
            lease,
            aside,
            elsewhere,
            writer,
            thread,
            readers,
            invoice_days,
            run_counts,
            versions,
            lost,
            file,
            access,
            is_broken,
        })))
    }

    /// Whether a question is answered.
    pub async fn ping(&self) -> Result<()> {
        self.read("ping", |connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    /// For how long the writer has been at the write that it does, or at the piece of a copy of the database; None where it
    /// does neither.
    pub fn current_write(&self) -> Option<Duration> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.current_write()
    }

    /// Committed work that was missing when the file was opened. Its half hours are gaps again: coverage is lost with the lines of its
    /// transaction. Who opens the file to write finds it once, who only reads as often as they look.
    pub fn lost_commits(&self) -> Option<LostCommits> {
        self.0.lost
    }

    /// Resolves when DuckDB has given up the file: this instance will never work again.
    pub async fn broken(&self) {
        let mut is_broken = self.0.is_broken.subscribe();
        // An error says that the database is gone altogether.
        drop(is_broken.wait_for(|is_broken| *is_broken).await);
    }

    /// Waits for the writes and questions that were handed over and closes the file. Later calls fail with
    /// [`WarehouseError::Closed`].
    pub async fn close(&self) {
        drop(self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.0.file.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.close_lease();
        drop(self.0.aside.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.0.server.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.0.readers.close().await;
        if let Some(thread) = thread
            && let Ok(ended) = tokio::task::spawn_blocking(move || thread.join()).await
        {
            report_end(ended);
        }
    }

    /// The version of some subjects. Read before a question is asked, it says what the answer has at least: a commit that
    /// was acknowledged is in the version, and in what is read after it.
    pub fn version(&self, subjects: &[Subject]) -> Version {
        self.0.versions.of(subjects)
    }

    /// What other processes of the database change from here on. Who is too slow to hear all of it takes it that anything has.
    pub fn elsewhere(&self) -> broadcast::Receiver<Elsewhere> {
        self.0.elsewhere.subscribe()
    }

    /// The server, while it is open; None of a file.
    pub(crate) fn server(&self) -> Option<Arc<Server>> {
        self.0.server.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The connection of this process's lease; None until it has one.
    pub(crate) fn lease(&self) -> &Mutex<Option<Connection>> {
        &self.0.lease
    }

    /// The connection of what processes share beside the data; None until it was needed.
    pub(crate) fn aside(&self) -> &Mutex<Option<Connection>> {
        &self.0.aside
    }

    pub(crate) fn close_lease(&self) {
        drop(self.0.lease.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Which days may have an invoice.
    pub(crate) fn invoice_days(&self) -> Arc<InvoiceDays> {
        Arc::clone(&self.0.invoice_days)
    }

    /// How many runs there are.
    pub(crate) fn run_counts(&self) -> Arc<RunCounts> {
        Arc::clone(&self.0.run_counts)
    }

    /// The file, while it is open.
    pub(crate) fn file(&self) -> Option<Arc<OpenFile>> {
        self.0.file.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What may be done with it.
    pub(crate) fn access(&self) -> Access {
        self.0.access
    }

    /// Does a job on the writer's connection while nothing is written.
    pub(crate) async fn hold_writes<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &RunningWrite<'_>) -> T + Send + 'static,
    {
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        writer.ok_or(WarehouseError::Closed)?.hold(job).await
    }

    pub(crate) async fn write<T, F>(&self, name: &'static str, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        self.0.detect_broken(self.0.writer()?.write(name, job).await)
    }

    /// A write that others may share the transaction of.
    pub(crate) async fn write_together<T>(&self, name: &'static str, write: impl GroupWrite) -> Result<T>
    where
        T: TryFrom<Outcome, Error = WarehouseError>,
    {
        let outcome = self.0.writer()?.write_together(name, Box::new(write)).await;
        self.0.detect_broken(outcome)?.try_into()
    }

    pub(crate) async fn read<T, F>(&self, name: &'static str, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.0.detect_broken(self.0.readers.read(name, question).await)
    }

    pub(crate) async fn read_long<T, F>(&self, name: &'static str, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.0.detect_broken(self.0.readers.read_long(name, question).await)
    }
}

/// A database that was opened: its schema was not looked at yet.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) file: Option<Arc<OpenFile>>,
    pub(crate) server: Option<Arc<Server>>,
    /// What was missing of the file before it was opened.
    pub(crate) lost: Option<LostCommits>,
}

/// Opens a database as all others of this crate find it: instants are written in UTC.
pub(crate) fn open_place(settings: &WarehouseSettings) -> Result<Opened> {
    let file = settings.place.file().map(OpenFile::take).transpose()?.map(Arc::new);
    let lost = file.as_ref().and_then(|file| file.mark()).and_then(CommitMark::lost);
    let server = match &settings.place {
        Place::Postgres(server) => Some(
            Server::new(server, settings.access == Access::ReadOnly).map_err(|error| cannot_connect(server, &error))?,
        ),
        Place::File(_) | Place::Memory => None,
    };
    let connection: Connection = match (&settings.place, &server) {
        (Place::File(path), _) => open_file(path, settings)?,
        (Place::Postgres(place), Some(server)) => {
            Connection::of_server(Arc::clone(server)).map_err(|error| cannot_connect(place, &error))?
        }
        _ => duckdb::Connection::open_in_memory_with_flags(config(settings)?)?.into(),
    };
    if connection.is_file() {
        // What DuckDB prints of an instant is then the same on every machine; we bind and read microseconds.
        connection.execute_batch("SET GLOBAL TimeZone = 'UTC'")?;
    }
    Ok(Opened { connection, file, server, lost })
}

/// Changes of other processes that somebody who listens may be behind.
const CHANGES_KEPT_MAX: usize = 1024;

fn cannot_connect(server: &PostgresSettings, error: &DatabaseError) -> WarehouseError {
    let (server, detail) = (server.shown(), error.to_string());
    if error.is_away() {
        WarehouseError::CannotConnect { server, detail }
    } else {
        WarehouseError::Refused { server, detail }
    }
}

/// Counts what other processes change, and notifies who listens.
fn follow(server: &Server, connection: &Connection, elsewhere: &broadcast::Sender<Elsewhere>) -> Result<Arc<Versions>> {
    let own: String = connection.query_row("SELECT gen_random_uuid()::VARCHAR", [], |row| row.get(0))?;
    let versions = Arc::new(Versions::of_process(unique("proceso", &own)?));
    let (counted, elsewhere) = (Arc::clone(&versions), elsewhere.clone());
    server.listen(move |heard| {
        let change = match heard {
            Heard::Everything => Some(Elsewhere::everything()),
            Heard::Note(note) => counted.heard(note),
        };
        let Some(change) = change else { return };
        counted.record_elsewhere(&change);
        // Nobody listening is no fault.
        drop(elsewhere.send(change));
    });
    Ok(versions)
}

fn copy_before_migration(connection: &Connection, file: &OpenFile, found: i32) -> Result<()> {
    let copied = backup::before_migration(connection, file, found);
    let copy = copied.map_err(|error| WarehouseError::NotCopied { found, detail: error.to_string() })?;
    tracing::warn!(schema = found, copy = %copy.display(), "the database of an earlier version was copied before it is brought up to date");
    Ok(())
}

fn report_end(ended: std::thread::Result<()>) {
    if ended.is_err() {
        tracing::error!("the writer's thread did not end as it should");
    }
}

fn config(settings: &WarehouseSettings) -> Result<Config> {
    // Extensions that are not inside the library would be downloaded.
    let mut config = Config::default()
        .with("autoinstall_known_extensions", "false")?
        .with("checkpoint_threshold", format!("{}B", settings.log_bytes_max))?;
    if let Some(memory) = &settings.memory_max {
        config = config.max_memory(memory)?;
    }
    if let Some(threads) = settings.threads {
        config = config.threads(i64::from(threads))?;
    }
    if settings.access == Access::ReadOnly && settings.place.file().is_some() {
        config = config.access_mode(AccessMode::ReadOnly)?;
    }
    Ok(config)
}

fn open_file(path: &Path, settings: &WarehouseSettings) -> Result<Connection> {
    let cannot = |detail: String| WarehouseError::CannotOpen { path: path.to_owned(), detail };
    let config = config(settings)?;
    if settings.access == Access::ReadAndWrite
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| cannot(format!("{}: {error}", folder.display())))?;
    }
    duckdb::Connection::open_with_flags(path, config).map(Connection::from).map_err(|error| {
        let detail = error.to_string();
        if detail.contains("Could not set lock on file") {
            WarehouseError::InUse { path: path.to_owned(), detail }
        } else {
            cannot(detail)
        }
    })
}

#[cfg(test)]
mod tests;
