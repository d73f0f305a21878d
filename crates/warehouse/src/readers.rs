//! Connections that read: each question has one to itself, on a thread that may block, and sees one committed state
//! from its first statement to its last.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::database::Connection;
use tokio::sync::Semaphore;

use crate::cut_off::CutOff;
use crate::open_files::OpenFile;
use crate::{Result, StatementObserver, WarehouseError};

/// A pool of reading connections.
#[derive(Clone)]
pub(crate) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    /// Of those, as many as questions about long stretches of time may have: the others answer meanwhile.
    long: Arc<Semaphore>,
    count: u32,
    observer: Arc<dyn StatementObserver>,
    // Declared last, so that it is dropped after the connections.
    file: Arc<Mutex<Option<Arc<OpenFile>>>>,
}

impl Readers {
    /// As many connections to the same database as asked, at least one.
    pub(crate) fn open(
        origin: &Connection,
        count: u32,
        observer: Arc<dyn StatementObserver>,
        file: Option<Arc<OpenFile>>,
    ) -> Result<Self> {
        let count = count.max(1);
        let connections = (0..count).map(|_| origin.try_clone()).collect::<crate::database::Result<Vec<_>>>()?;
        let permits = Arc::new(Semaphore::new(connections.len()));
        let long = Arc::new(Semaphore::new((connections.len() / 2).max(1)));
        let (free, file) = (Arc::new(Mutex::new(connections)), Arc::new(Mutex::new(file)));
        Ok(Self { free, permits, long, count, observer, file })
    }

    /// Asks a question.
    pub(crate) async fn read<T, F>(&self, name: &'static str, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let watch = self.observer.on_asked(name);
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| WarehouseError::Closed)?;
        let this = self.clone();
        let cut_off = CutOff::default();
        let _waiter = cut_off.waiter();
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = this.take().ok_or(WarehouseError::Closed)?;
            let started = Instant::now();
            let mut lent = Lent { connection: Some(connection), free: &this.free };
            let answer = || {
                let snapshot = lent.connection.as_mut().ok_or(WarehouseError::Closed)?.snapshot()?;
                // Ends before the transaction does: an interrupted ROLLBACK would leave the connection within it.
                let _running = cut_off.begin(&snapshot).ok_or(WarehouseError::Closed)?;
                question(&snapshot)
            };
            let result = catch_unwind(AssertUnwindSafe(answer)).unwrap_or(Err(WarehouseError::Panicked));
            if let Some(watch) = watch {
                watch.on_ended(started.elapsed(), result.is_err());
            }
            result
        });
        asked.await.map_err(|_| WarehouseError::Closed)?
    }

    /// Asks a question that may take long: half of the connections are left to all others.
    pub(crate) async fn read_long<T, F>(&self, name: &'static str, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let one_of_few = Arc::clone(&self.long).acquire_owned().await.map_err(|_| WarehouseError::Closed)?;
        let counted = move |connection: &Connection| {
            // As long as it is asked, also where nobody waits for the answer any more.
            let _one_of_few = one_of_few;
            question(connection)
        };
        self.read(name, counted).await
    }

    /// Waits for the questions that were asked, ends every connection and refuses further questions.
    pub(crate) async fn close(&self) {
        // A connection that is still in use would keep the file open.
        drop(self.permits.acquire_many(self.count).await);
        self.permits.close();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn take(&self) -> Option<Connection> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// A connection that goes back into the pool, also when the question panicked.
struct Lent<'pool> {
    connection: Option<Connection>,
    free: &'pool Mutex<Vec<Connection>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Context, Waker};

    use super::*;
    use crate::NoopObserver;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_query_that_nobody_waits_for_is_cut_off_and_the_next_one_is_not() {
        let origin = Connection::open_in_memory().unwrap();
        let readers = Readers::open(&origin, 1, Arc::new(NoopObserver), None).unwrap();
        let (tell_begun, begun) = tokio::sync::oneshot::channel();
        let asking = readers.clone();
        let query = tokio::spawn(async move {
            let endless = move |connection: &Connection| {
                tell_begun.send(()).unwrap();
                let sum = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b";
                Ok(connection.query_row(sum, [], |row| row.get::<_, i128>(0))?)
            };
            asking.read("sin_fin", endless).await
        });
        begun.await.unwrap();
        query.abort();
        // There is one connection, so this waits for it.
        let seven = |connection: &Connection| Ok(connection.query_row("SELECT 7", [], |row| row.get::<_, i32>(0))?);
        assert_eq!(readers.read("siguiente", seven).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn closing_waits_for_a_question_and_leaves_no_connection() {
        let origin = Connection::open_in_memory().unwrap();
        let readers = Readers::open(&origin, 2, Arc::new(NoopObserver), None).unwrap();
        let (tell_asked, asked) = tokio::sync::oneshot::channel();
        let (go_on, wait) = mpsc::channel();
        let asking = readers.clone();
        let question = tokio::spawn(async move {
            let slow = move |_: &Connection| {
                tell_asked.send(()).unwrap();
                Ok(wait.recv().unwrap())
            };
            asking.read("lenta", slow).await
        });
        asked.await.unwrap();

        let mut closing = pin!(readers.close());
        assert!(closing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        go_on.send(7).unwrap();
        assert_eq!(question.await.unwrap().unwrap(), 7);
        closing.await;

        assert!(readers.free.lock().unwrap().is_empty());
        let later = readers.read("tarde", |_| Ok(())).await;
        assert!(matches!(later, Err(WarehouseError::Closed)), "{later:?}");
    }
}
