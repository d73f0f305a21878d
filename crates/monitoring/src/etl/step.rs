//! What can be reported in each step of a run.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorClass;
use sentry::{Level, Span};
use serde_json::json;

use super::duration::milliseconds;
use super::request::RequestSpan;
use super::run::ActiveRun;

/// While the source is asked. Clones tell of the same step.
#[derive(Clone)]
pub struct ExtractStep {
    run: Option<Arc<ActiveRun>>,
    span: Option<Span>,
}

impl ExtractStep {
    pub(super) fn new(run: Option<Arc<ActiveRun>>, span: Option<Span>) -> Self {
        Self { run, span }
    }

    /// A request leaves for the source. `path` without its query.
    pub fn request(&self, method: &str, path: &str) -> RequestSpan {
        match (&self.run, &self.span) {
            (Some(run), Some(parent)) => {
                RequestSpan::start(Arc::clone(&run.hub), Some(&parent.clone().into()), method, path)
            }
            _ => RequestSpan::silent(),
        }
    }

    /// The source will be asked again, for this reason, after this pause. `next_attempt` is 2 for the first retry.
    pub fn retry(&self, next_attempt: u32, reason: ErrorClass, detail: &str, pause: Duration) {
        if let Some(run) = &self.run {
            let data = json!({
                "intento": next_attempt,
                "motivo": reason.as_str(),
                "detalle": detail,
                "espera_ms": milliseconds(pause),
            });
            run.breadcrumb(Level::Warning, format!("reintento {next_attempt}: {reason}"), data);
        }
    }
}

/// While bytes are turned into rows. Clones tell of the same step.
#[derive(Clone)]
pub struct TransformStep {
    run: Option<Arc<ActiveRun>>,
}

impl TransformStep {
    pub(super) fn new(run: Option<Arc<ActiveRun>>) -> Self {
        Self { run }
    }

    /// Lines became rows; fewer, where lines came twice.
    pub fn rows(&self, lines: u64, rows: u64) {
        if let Some(run) = &self.run {
            let data = json!({ "lineas": lines, "filas": rows });
            run.breadcrumb(Level::Info, format!("transformadas {lines} líneas en {rows} filas"), data);
        }
    }
}

/// While rows are written; the statements tell of themselves ([`crate::Monitoring::query`]). Clones tell of the same
/// step.
#[derive(Clone)]
pub struct LoadStep {
    run: Option<Arc<ActiveRun>>,
}

impl LoadStep {
    pub(super) fn new(run: Option<Arc<ActiveRun>>) -> Self {
        Self { run }
    }

    /// The window's rows were replaced.
    pub fn rows_replaced(&self, deleted: u64, inserted: u64) {
        if let Some(run) = &self.run {
            let data = json!({ "borradas": deleted, "insertadas": inserted });
            run.breadcrumb(Level::Info, format!("filas reemplazadas: {deleted} por {inserted}"), data);
        }
    }

    /// The transaction was committed.
    pub fn committed(&self) {
        if let Some(run) = &self.run {
            run.breadcrumb(Level::Info, "commit".to_owned(), json!({}));
        }
    }
}
