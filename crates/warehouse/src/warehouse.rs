//! Opening and closing the database.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use duckdb::{Config, Connection, Transaction};

use crate::migrations::migrate;
use crate::readers::Readers;
use crate::writer::Writer;
use crate::{NobodyObserves, Result, StatementObserver, WarehouseError, WarehouseSettings};

/// The database. Clones share its writer and its readers.
#[derive(Clone)]
pub struct Warehouse {
    // Taken away by closing, so that the writer's thread ends.
    writer: Arc<Mutex<Option<Writer>>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    readers: Readers,
}

impl std::fmt::Debug for Warehouse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Warehouse")
    }
}

impl Warehouse {
    /// Opens the database, makes it where there is none, and brings its schema up to date.
    pub fn open(settings: &WarehouseSettings) -> Result<Self> {
        Self::open_observed(settings, Arc::new(NobodyObserves))
    }

    /// The same; the observer hears of every job, from the question to the end of the work.
    pub fn open_observed(settings: &WarehouseSettings, observer: Arc<dyn StatementObserver>) -> Result<Self> {
        let mut connection = match &settings.path {
            Some(path) => open_file(path, config(settings)?)?,
            None => Connection::open_in_memory_with_flags(config(settings)?)?,
        };
        // What DuckDB prints of an instant is then the same on every machine; we bind and read microseconds.
        connection.execute_batch("SET GLOBAL TimeZone = 'UTC'")?;
        migrate(&mut connection)?;
        let readers =
            Readers::open(&connection, u32::try_from(settings.readers).unwrap_or(u32::MAX), Arc::clone(&observer))?;
        let (writer, thread) = Writer::start(connection, settings.writes_waiting_max, observer)?;
        Ok(Self { writer: Arc::new(Mutex::new(Some(writer))), thread: Arc::new(Mutex::new(Some(thread))), readers })
    }

    /// Whether a question is answered.
    pub async fn ping(&self) -> Result<()> {
        self.read("ping", |connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    /// Waits for the writes and questions that were handed over and closes the file. Later calls fail with
    /// [`WarehouseError::Closed`].
    pub async fn close(&self) {
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.readers.close().await;
        if let Some(thread) = thread
            && tokio::task::spawn_blocking(move || thread.join()).await.is_err()
        {
            tracing::error!("the writer's thread did not end as it should");
        }
    }

    pub(crate) async fn write<T, F>(&self, name: &'static str, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        writer.ok_or(WarehouseError::Closed)?.write(name, job).await
    }

    pub(crate) async fn read<T, F>(&self, name: &'static str, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.readers.read(name, question).await
    }
}

fn config(settings: &WarehouseSettings) -> Result<Config> {
    // Extensions that are not inside the library would be downloaded.
    let mut config = Config::default().with("autoinstall_known_extensions", "false")?;
    if let Some(memory) = &settings.memory_max {
        config = config.max_memory(memory)?;
    }
    if let Some(threads) = settings.threads {
        config = config.threads(i64::from(threads))?;
    }
    Ok(config)
}

fn open_file(path: &Path, config: Config) -> Result<Connection> {
    let cannot = |detail: String| WarehouseError::CannotOpen { path: path.to_owned(), detail };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| cannot(format!("{}: {error}", folder.display())))?;
    }
    Connection::open_with_flags(path, config).map_err(|error| {
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
