//! A request to the source.

use std::sync::Arc;
use std::time::Instant;

use domain::ErrorClass;
use sentry::protocol::SpanStatus;
use sentry::{Level, Span};
use serde_json::json;

use super::failure::span_status;
use super::run::ActiveRun;
use super::step::milliseconds;

/// What the source answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// Lines or products in it, where it could be read.
    pub lines: Option<u64>,
    /// Its length.
    pub bytes: u64,
}

/// A request in work: a span `http.client` and two breadcrumbs. Dropped unanswered it counts as aborted.
#[must_use = "a request that is dropped unanswered counts as aborted"]
pub struct RequestSpan {
    open: Option<OpenRequest>,
}

struct OpenRequest {
    run: Arc<ActiveRun>,
    span: Span,
    started: Instant,
}

impl RequestSpan {
    pub(super) fn start(run: Arc<ActiveRun>, parent: &Span, method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        let span = parent.start_child("http.client", &format!("{method} {path}"));
        span.set_data("http.request.method", method.into());
        span.set_data("url.path", path.into());
        run.breadcrumb(Level::Info, format!("petición {method} {path}"), json!({ "metodo": method, "ruta": path }));
        Self { open: Some(OpenRequest { run, span, started: Instant::now() }) }
    }

    pub(super) fn silent() -> Self {
        Self { open: None }
    }

    /// The value of the `sentry-trace` header with which the request can carry the trace on.
    pub fn sentry_trace(&self) -> Option<String> {
        let open = self.open.as_ref()?;
        open.span.iter_headers().find(|(name, _)| *name == "sentry-trace").map(|(_, value)| value)
    }

    /// An answer came, whatever it says.
    pub fn answered(mut self, answer: Answer) {
        let Some(open) = self.open.take() else { return };
        let duration_ms = milliseconds(open.started.elapsed());
        let Answer { status, lines, bytes } = answer;
        open.span.set_data("http.response.status_code", status.into());
        open.span.set_data("http.response_content_length", bytes.into());
        if let Some(lines) = lines {
            open.span.set_data("lineas", lines.into());
        }
        let lines_text = lines.map_or_else(String::new, |lines| format!(", {lines} líneas"));
        open.run.breadcrumb(
            if status < 400 { Level::Info } else { Level::Warning },
            format!("respuesta {status}{lines_text}, {bytes} bytes en {duration_ms} ms"),
            json!({ "status": status, "lineas": lines, "bytes": bytes, "ms": duration_ms }),
        );
        open.span.set_status(if status < 400 { SpanStatus::Ok } else { SpanStatus::InternalError });
        open.span.finish();
    }

    /// No answer came, or one that cannot be used.
    pub fn failed(mut self, class: ErrorClass, detail: &str) {
        let Some(open) = self.open.take() else { return };
        let duration_ms = milliseconds(open.started.elapsed());
        let data = json!({ "error_tipo": class.as_str(), "detalle": detail, "ms": duration_ms });
        open.run.breadcrumb(Level::Warning, format!("sin respuesta: {class} tras {duration_ms} ms"), data);
        open.span.set_status(span_status(class));
        open.span.finish();
    }
}

impl Drop for RequestSpan {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.span.set_status(SpanStatus::Aborted);
            open.span.finish();
        }
    }
}
