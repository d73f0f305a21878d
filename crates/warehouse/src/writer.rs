//! The one writer: a thread that owns a connection and does one job after the other, each in a transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use duckdb::{Connection, Transaction};
use tokio::sync::{mpsc, oneshot};

use crate::open_files::OpenFile;
use crate::version::{Change, Versions};
use crate::{Access, Result, StatementObserver, WarehouseError, WarehouseSettings};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Hands jobs to the writer's thread.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    observer: Arc<dyn StatementObserver>,
    versions: Arc<Versions>,
    file: Option<Arc<OpenFile>>,
}

impl Writer {
    /// Starts the thread. It ends, after the jobs that were handed over, when every `Writer` is gone.
    pub(crate) fn start(
        mut connection: Connection,
        settings: &WarehouseSettings,
        observer: Arc<dyn StatementObserver>,
        versions: Arc<Versions>,
        file: Option<Arc<OpenFile>>,
    ) -> Result<(Self, JoinHandle<()>)> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(settings.writes_waiting_max.max(1));
        let own_file = file.clone();
        let merges_log = settings.access == Access::ReadAndWrite;
        let thread = std::thread::Builder::new()
            .name("warehouse-writer".to_owned())
            .spawn(move || {
                while let Some(job) = waiting.blocking_recv() {
                    job(&mut connection);
                }
                // A small file and a quick start; without it the next start replays the log, so failing is no loss.
                if merges_log && let Err(error) = connection.execute_batch("CHECKPOINT") {
                    tracing::warn!(%error, "no checkpoint at the end");
                }
                if let Some(mark) = file.as_ref().and_then(|file| file.mark()).filter(|_| merges_log) {
                    mark.write();
                }
                // In this order: the file is free when nothing of it is open.
                drop(connection);
                drop(file);
            })
            .map_err(|_| WarehouseError::Closed)?;
        Ok((Self { jobs, observer, versions, file: own_file }, thread))
    }

    /// Does a job that writes nothing while nobody else writes either.
    pub(crate) async fn hold<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = catch_unwind(AssertUnwindSafe(|| job(connection)));
            // Who waited may have gone.
            drop(answer.send(result.map_err(|_| WarehouseError::Panicked)));
        });
        self.jobs.send(job).await.map_err(|_| WarehouseError::Closed)?;
        answered.await.map_err(|_| WarehouseError::Closed)?
    }

    /// Does a job in a transaction, which is committed when the job returns Ok and rolled back otherwise.
    pub(crate) async fn write<T, F>(&self, name: &'static str, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let watch = self.observer.on_asked(name);
        let (versions, file) = (Arc::clone(&self.versions), self.file.clone());
        let job: Job = Box::new(move |connection| {
            let started = Instant::now();
            let result = catch_unwind(AssertUnwindSafe(|| in_transaction(connection, job)));
            let result = result.unwrap_or(Err(WarehouseError::Panicked));
            if let Some(mark) = file.as_ref().and_then(|file| file.mark()).filter(|_| result.is_ok()) {
                mark.write();
            }
            // Also where it failed: an error of a commit does not say that nothing was committed.
            versions.record(Change::of(name));
            if let Some(watch) = watch {
                watch.on_ended(started.elapsed(), result.is_err());
            }
            // Who asked may have gone; the job is done all the same.
            drop(answer.send(result));
        });
        self.jobs.send(job).await.map_err(|_| WarehouseError::Closed)?;
        answered.await.map_err(|_| WarehouseError::Closed)?
    }
}

/// A transaction that is dropped is rolled back, also by a panic.
fn in_transaction<T>(connection: &mut Connection, job: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
    let transaction = connection.transaction()?;
    let result = job(&transaction)?;
    transaction.commit()?;
    Ok(result)
}
