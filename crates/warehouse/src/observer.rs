//! Who wants to know how long work on the database takes.

use std::time::Duration;

/// Hears of each job on the database when it has ended, on the thread that did it.
pub trait StatementObserver: Send + Sync + 'static {
    /// A job of this name has ended; `failed` says how.
    fn on_job(&self, name: &'static str, elapsed: Duration, failed: bool);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NobodyObserves;

impl StatementObserver for NobodyObserves {
    fn on_job(&self, _name: &'static str, _elapsed: Duration, _failed: bool) {}
}
