//! A query that nobody waits for any more is cut off, so that a person who leaves a page does not keep a connection busy.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::database::{Connection, Interrupt};

/// How long after an interruption the next one follows, while the query still runs.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// How far a query is; shared by whoever waits for it and the thread that runs it.
#[derive(Clone, Default)]
pub(crate) struct CutOff(Arc<Mutex<Stage>>);

#[derive(Default)]
enum Stage {
    #[default]
    Waiting,
    Running(Interrupt),
    Ended,
    Abandoned,
}

/// Cuts the query off when it is dropped before the query has ended.
pub(crate) struct Waiter(CutOff);

/// Until it is dropped, the connection may be interrupted.
pub(crate) struct Running<'query>(&'query CutOff);

impl CutOff {
    /// For whoever waits.
    pub(crate) fn waiter(&self) -> Waiter {
        Waiter(self.clone())
    }

    /// Before the first statement; None where nobody waits any more.
    pub(crate) fn begin(&self, connection: &Connection) -> Option<Running<'_>> {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*stage, Stage::Abandoned) {
            return None;
        }
        *stage = Stage::Running(connection.interrupt_handle());
        Some(Running(self))
    }
}

impl CutOff {
    /// Interrupts the statement that runs, or keeps the query from beginning. Says whether it still runs: between two statements
    /// there is nothing to interrupt, so it has to be done again until the query has ended.
    fn interrupt(&self) -> bool {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*stage {
            Stage::Running(handle) => {
                handle.interrupt();
                true
            }
            Stage::Waiting => {
                *stage = Stage::Abandoned;
                false
            }
            Stage::Ended | Stage::Abandoned => false,
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // From here on the connection is somebody else's.
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = Stage::Ended;
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if self.0.interrupt()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let cut_off = self.0.clone();
            runtime.spawn(async move {
                while cut_off.interrupt() {
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            });
        }
    }
}
