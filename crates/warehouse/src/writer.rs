//! The one writer of this process: a thread that owns a connection and does one job after the other, each in a
//! transaction; writes of runs that wait side by side share one ([`crate::group_write`]). Between processes that share a
//! server, locks do what the one thread does within ([`Turn`]).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::current_write::{CurrentWrite, RunningWrite};
use crate::database::{Connection, Transaction, Turn};
use tokio::sync::{mpsc, oneshot};

use crate::group_write::{GroupWrite, Outcome, Waiting};
use crate::invoice_days::InvoiceDays;
use crate::open_files::OpenFile;
use crate::version::{Change, Versions};
use crate::{Access, Result, StatementObserver, WarehouseError, WarehouseSettings};

enum Job {
    /// Has a transaction of its own, or none.
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
    /// May share one with its neighbours.
    Together(Box<Waiting>),
}

/// Hands jobs to the writer's thread.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    observer: Arc<dyn StatementObserver>,
    after: AfterWrite,
    current: Arc<CurrentWrite>,
}

/// What every write is followed by, before anybody hears of it.
#[derive(Clone)]
struct AfterWrite {
    versions: Arc<Versions>,
    file: Option<Arc<OpenFile>>,
}

impl AfterWrite {
    /// What other processes hear of these writes.
    fn note(&self, names: impl IntoIterator<Item = &'static str>) -> String {
        self.versions.note(names.into_iter().map(Change::of))
    }

    /// Also where it failed: an error of a commit does not say that nothing was committed.
    fn ended(&self, names: impl IntoIterator<Item = &'static str>, is_committed: bool) {
        if let Some(mark) = self.file.as_ref().and_then(|file| file.mark()).filter(|_| is_committed) {
            mark.write();
        }
        for name in names {
            self.versions.record(Change::of(name));
        }
    }
}

impl Writer {
    /// Starts the thread. It ends, after the jobs that were handed over, when every `Writer` is gone.
    pub(crate) fn start(
        mut connection: Connection,
        settings: &WarehouseSettings,
        observer: Arc<dyn StatementObserver>,
        versions: Arc<Versions>,
        days: Arc<InvoiceDays>,
        file: Option<Arc<OpenFile>>,
    ) -> Result<(Self, JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel::<Job>(settings.writes_waiting_max.max(1));
        let merges_log = settings.access == Access::ReadAndWrite;
        let after = AfterWrite { versions, file: file.clone() };
        let current = Arc::new(CurrentWrite::new());
        let mut thread = Thread { waiting, next: None, after: after.clone(), days, current: Arc::clone(&current) };
        let together_max = settings.writes_together_max.max(1);
        let thread = std::thread::Builder::new()
            .name("warehouse-writer".to_owned())
            .spawn(move || {
                thread.work(&mut connection, together_max);
                // The file is free when nothing of it is open.
                drop(thread);
                // A small file and a quick start; without it the next start replays the log, so failing is no loss.
                if merges_log
                    && connection.is_file()
                    && let Err(error) = connection.execute_batch("CHECKPOINT")
                {
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
        Ok((Self { jobs, observer, after, current }, thread))
    }

    /// For how long the thread has been at the write that it does, or at the piece that it copies; None where it does
    /// neither.
    pub(crate) fn current_write(&self) -> Option<Duration> {
        self.current.elapsed()
    }

    /// Does a job that writes nothing while nobody else writes either, and says of each step that it is done: it takes as
    /// long as the file is large, and no step does.
    pub(crate) async fn hold<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &RunningWrite<'_>) -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let current = Arc::clone(&self.current);
        let job = Job::Alone(Box::new(move |connection| {
            let running = current.begin();
            let result = catch_unwind(AssertUnwindSafe(|| job(connection, &running)));
            drop(running);
            // Who waited may have gone.
            drop(answer.send(result.map_err(|_| WarehouseError::Panicked)));
        }));
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
        let (after, current) = (self.after.clone(), Arc::clone(&self.current));
        let job = Job::Alone(Box::new(move |connection| {
            let running = current.begin();
            let started = Instant::now();
            let result = in_transaction(connection, Turn::Alone, &after.note([name]), job);
            after.ended([name], result.is_ok());
            drop(running);
            if let Some(watch) = watch {
                watch.on_ended(started.elapsed(), result.is_err());
            }
            // Who asked may have gone; the job is done all the same.
            drop(answer.send(result));
        }));
        self.jobs.send(job).await.map_err(|_| WarehouseError::Closed)?;
        answered.await.map_err(|_| WarehouseError::Closed)?
    }

    /// Does a write of a run, together with those that wait beside it.
    pub(crate) async fn write_together(&self, name: &'static str, write: Box<dyn GroupWrite>) -> Result<Outcome> {
        let (answer, answered) = oneshot::channel();
        let watch = self.observer.on_asked(name);
        let waiting = Box::new(Waiting { name, write, watch, answer });
        self.jobs.send(Job::Together(waiting)).await.map_err(|_| WarehouseError::Closed)?;
        answered.await.map_err(|_| WarehouseError::Closed)?
    }
}

/// What the thread has.
struct Thread {
    waiting: mpsc::Receiver<Job>,
    /// Taken out of the channel already.
    next: Option<Job>,
    after: AfterWrite,
    days: Arc<InvoiceDays>,
    current: Arc<CurrentWrite>,
}

impl Thread {
    /// Until nobody can hand over a job any more, and all that were are done.
    fn work(&mut self, connection: &mut Connection, together_max: usize) {
        while let Some(job) = self.next.take().or_else(|| self.waiting.blocking_recv()) {
            match job {
                Job::Alone(job) => job(connection),
                Job::Together(first) => {
                    let mut writes = vec![*first];
                    // In the order in which they came: what is to be done alone has its turn between its neighbours.
                    while writes.len() < together_max
                        && let Ok(job) = self.waiting.try_recv()
                    {
                        match job {
                            Job::Together(write) => writes.push(*write),
                            Job::Alone(_) => {
                                self.next = Some(job);
                                break;
                            }
                        }
                    }
                    self.write(connection, writes);
                }
            }
        }
    }

    fn write(&self, connection: &mut Connection, writes: Vec<Waiting>) {
        let started = Instant::now();
        let together = if writes.len() > 1 { self.try_together(connection, &writes) } else { None };
        let mut alone = Vec::new();
        for (place, write) in writes.into_iter().enumerate() {
            match together.as_ref().and_then(|outcomes| outcomes.get(place).copied().flatten()) {
                Some(outcome) => answer(write, started, Ok(outcome)),
                None => alone.push(write),
            }
        }
        for write in alone {
            let started = Instant::now();
            let running = self.current.begin();
            let (turn, note) = (Turn::Beside, self.after.note([write.name]));
            let outcome =
                in_transaction(connection, turn, &note, |transaction| write.write.do_alone(transaction, &self.days));
            self.after.ended([write.name], outcome.is_ok());
            drop(running);
            answer(write, started, outcome);
        }
    }

    /// None where the transaction failed, whatever of it: alone, only the one that it failed of does.
    fn try_together(&self, connection: &mut Connection, writes: &[Waiting]) -> Option<Vec<Option<Outcome>>> {
        let all: Vec<&dyn GroupWrite> = writes.iter().map(|write| &*write.write).collect();
        let first = *all.first()?;
        let _running = self.current.begin();
        let note = self.after.note(writes.iter().map(|write| write.name));
        let outcomes = in_transaction(connection, Turn::Beside, &note, |transaction| {
            first.do_together(transaction, &self.days, &all)
        });
        self.after.ended(writes.iter().map(|write| write.name), outcomes.is_ok());
        match outcomes {
            Ok(outcomes) => Some(outcomes),
            Err(error) => {
                tracing::debug!(%error, writes = writes.len(), "writes that could not be done together are done one by one");
                None
            }
        }
    }
}

fn answer(write: Waiting, started: Instant, outcome: Result<Outcome>) {
    if let Some(watch) = write.watch {
        watch.on_ended(started.elapsed(), outcome.is_err());
    }
    // Who asked may have gone; the write is done all the same.
    drop(write.answer.send(outcome));
}

/// Commits where the job returns Ok. A transaction that is dropped is rolled back, also by a panic.
fn in_transaction<T>(
    connection: &mut Connection,
    turn: Turn,
    note: &str,
    job: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(|| {
        let transaction = connection.transaction(turn)?;
        let result = job(&transaction)?;
        transaction.commit_noting(Some(note))?;
        Ok(result)
    }));
    result.unwrap_or(Err(WarehouseError::Panicked))
}
