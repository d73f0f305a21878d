//! What the database is asked, for the monitor: a span a statement, where it was asked for, and a warning for a slow
//! one.

use std::time::Duration;

use monitoring::{DatabaseSystem, Monitoring, QuerySpan};
use warehouse::{JobWatch, StatementObserver};

/// Reports every statement to the monitor and to the log.
pub struct StatementWatcher {
    monitoring: Monitoring,
    system: DatabaseSystem,
    slow_limit: Duration,
}

impl StatementWatcher {
    /// Statements that work longer than the limit are worth a line in the log; the monitor has a limit of its own.
    pub fn new(monitoring: Monitoring, slow_limit: Duration) -> Self {
        Self { monitoring, system: DatabaseSystem::default(), slow_limit }
    }

    /// The statements are of this database.
    #[must_use]
    pub fn of(self, system: DatabaseSystem) -> Self {
        Self { system, ..self }
    }
}

impl StatementObserver for StatementWatcher {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        let span = self.monitoring.query_of(self.system, name);
        Some(Box::new(WatchedStatement { name, span, slow_limit: self.slow_limit }))
    }
}

struct WatchedStatement {
    name: &'static str,
    span: QuerySpan,
    slow_limit: Duration,
}

impl JobWatch for WatchedStatement {
    fn on_ended(self: Box<Self>, work: Duration, failed: bool) {
        let (job, milliseconds) = (self.name, u64::try_from(work.as_millis()).unwrap_or(u64::MAX));
        if work > self.slow_limit {
            tracing::warn!(job, milliseconds, failed, "a job on the database took long");
        } else {
            tracing::debug!(job, milliseconds, failed, "job on the database");
        }
        if failed {
            self.span.failed(work);
        } else {
            self.span.finish(work);
        }
    }
}
