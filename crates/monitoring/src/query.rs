//! Statements of the database: a span each, and a warning where one takes too long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sentry::protocol::{Event, SpanStatus};
use sentry::{Hub, Level, Span, TransactionOrSpan};

/// Which database is asked, as OpenTelemetry names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatabaseSystem {
    /// A file of this process.
    #[default]
    DuckDb,
    /// A server that processes share.
    PostgreSql,
}

impl DatabaseSystem {
    const fn as_str(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::PostgreSql => "postgresql",
        }
    }
}

/// A statement that was asked for: a span `db.query` from the question to the end of the work. Dropped unfinished it
/// counts as aborted.
#[must_use = "a query that is dropped unfinished counts as aborted"]
pub struct QuerySpan {
    open: Option<OpenQuery>,
}

struct OpenQuery {
    hub: Arc<Hub>,
    span: Option<Span>,
    name: &'static str,
    asked: Instant,
    slow_limit: Duration,
}

impl QuerySpan {
    /// `parent` is None outside of a transaction; a slow statement is reported there too.
    pub(crate) fn start(
        hub: Arc<Hub>,
        parent: Option<&TransactionOrSpan>,
        (system, name): (DatabaseSystem, &'static str),
        slow_limit: Duration,
    ) -> Self {
        let span = parent.map(|parent| parent.start_child("db.query", name));
        if let Some(span) = &span {
            span.set_data("db.system.name", system.as_str().into());
            span.set_data("db.query.summary", name.into());
        }
        Self { open: Some(OpenQuery { hub, span, name, asked: Instant::now(), slow_limit }) }
    }

    pub(crate) fn silent() -> Self {
        Self { open: None }
    }

    /// The statement is done. `work` is how long it took once the database had turned to it, and what a slow statement
    /// is known by: one that waited behind another is not slow itself.
    pub fn finish(mut self, work: Duration) {
        self.close(SpanStatus::Ok, work);
    }

    /// The database refused.
    pub fn failed(mut self, work: Duration) {
        self.close(SpanStatus::InternalError, work);
    }

    fn close(&mut self, status: SpanStatus, work: Duration) {
        let Some(open) = self.open.take() else { return };
        if let Some(span) = open.span {
            let waited = open.asked.elapsed().saturating_sub(work);
            span.set_data("espera_ms", milliseconds(waited).into());
            span.set_status(status);
            span.finish();
        }
        if work > open.slow_limit {
            open.hub.capture_event(slow_query(open.name, work, open.slow_limit));
        }
    }
}

impl Drop for QuerySpan {
    fn drop(&mut self) {
        self.close(SpanStatus::Aborted, Duration::ZERO);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn slow_query(name: &'static str, duration: Duration, limit: Duration) -> Event<'static> {
    Event {
        level: Level::Warning,
        message: Some(format!("Consulta lenta: {name}")),
        fingerprint: vec!["consulta_lenta".into(), name.into()].into(),
        tags: [("consulta".to_owned(), name.to_owned())].into(),
        extra: [
            ("duracion_segundos".to_owned(), duration.as_secs_f64().into()),
            ("limite_segundos".to_owned(), limit.as_secs_f64().into()),
        ]
        .into(),
        ..Event::default()
    }
}
