//! Who wants to know what the database is asked, and how long its work takes.

use std::time::Duration;

/// Hears of each job on the database when it is asked for.
pub trait StatementObserver: Send + Sync + 'static {
    /// A job of this name is asked for. Called where it is asked for, in the asker's task; what it gives goes along with
    /// the job. None where nobody wants to hear of this one.
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>>;
}

/// Goes along with one job, to the thread that does it. Dropped without a call where the job is never done.
pub trait JobWatch: Send {
    /// The job has ended, on the thread that did it; `work` is without the time that it waited for its turn.
    fn on_ended(self: Box<Self>, work: Duration, failed: bool);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopObserver;

impl StatementObserver for NoopObserver {
    fn on_asked(&self, _name: &'static str) -> Option<Box<dyn JobWatch>> {
        None
    }
}
