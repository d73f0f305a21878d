//! DuckDB statements: a span each, and a warning where one takes too long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sentry::protocol::{Event, SpanStatus};
use sentry::{Hub, Level, Span, TransactionOrSpan};

/// A statement in work: a span `db.query`. Dropped unfinished it counts as aborted.
#[must_use = "a query that is dropped unfinished counts as aborted"]
pub struct QuerySpan {
    open: Option<OpenQuery>,
}

struct OpenQuery {
    hub: Arc<Hub>,
    span: Option<Span>,
    name: &'static str,
    started: Instant,
    slow_limit: Duration,
}

impl QuerySpan {
    /// `parent` is None outside of a transaction; a slow statement is reported there too.
    pub(crate) fn start(
        hub: Arc<Hub>,
        parent: Option<&TransactionOrSpan>,
        name: &'static str,
        slow_limit: Duration,
    ) -> Self {
        let span = parent.map(|parent| parent.start_child("db.query", name));
        if let Some(span) = &span {
            span.set_data("db.system.name", "duckdb".into());
            span.set_data("db.query.summary", name.into());
        }
        Self { open: Some(OpenQuery { hub, span, name, started: Instant::now(), slow_limit }) }
    }

    pub(crate) fn silent() -> Self {
        Self { open: None }
    }

    /// The statement is done; with the rows it gave or changed.
    pub fn finish(mut self, rows: Option<u64>) {
        if let (Some(rows), Some(span)) = (rows, self.open.as_ref().and_then(|open| open.span.as_ref())) {
            span.set_data("db.response.returned_rows", rows.into());
        }
        self.close(SpanStatus::Ok);
    }

    /// The database refused.
    pub fn failed(mut self) {
        self.close(SpanStatus::InternalError);
    }

    fn close(&mut self, status: SpanStatus) {
        let Some(open) = self.open.take() else { return };
        let duration = open.started.elapsed();
        if let Some(span) = open.span {
            span.set_status(status);
            span.finish();
        }
        if duration > open.slow_limit {
            open.hub.capture_event(slow_query(open.name, duration, open.slow_limit));
        }
    }
}

impl Drop for QuerySpan {
    fn drop(&mut self) {
        self.close(SpanStatus::Aborted);
    }
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
