//! Connections that read: each question has one to itself, on a thread that may block.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use duckdb::Connection;
use tokio::sync::Semaphore;

use crate::{Result, StatementObserver, WarehouseError};

/// A pool of reading connections.
#[derive(Clone)]
pub(crate) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    observer: Arc<dyn StatementObserver>,
}

impl Readers {
    /// As many connections to the same database as asked, at least one.
    pub(crate) fn open(origin: &Connection, count: usize, observer: Arc<dyn StatementObserver>) -> Result<Self> {
        let connections =
            (0..count.max(1)).map(|_| origin.try_clone()).collect::<std::result::Result<Vec<_>, duckdb::Error>>()?;
        let permits = Arc::new(Semaphore::new(connections.len()));
        Ok(Self { free: Arc::new(Mutex::new(connections)), permits, observer })
    }

    /// Asks a question.
    pub(crate) async fn read<T, F>(&self, name: &'static str, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| WarehouseError::Closed)?;
        let this = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = this.take().ok_or(WarehouseError::Closed)?;
            let started = Instant::now();
            let lent = Lent { connection: Some(connection), free: &this.free };
            let result = lent.connection.as_ref().ok_or(WarehouseError::Closed).and_then(question);
            this.observer.on_job(name, started.elapsed(), result.is_err());
            result
        });
        asked.await.map_err(|error| if error.is_panic() { WarehouseError::Panicked } else { WarehouseError::Closed })?
    }

    /// Ends every connection that is not in use, and refuses further questions.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
