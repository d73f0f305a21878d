//! A request to the source.

use std::sync::Arc;
use std::time::Instant;

use domain::ErrorClass;
use sentry::protocol::SpanStatus;
use sentry::{Hub, Level, Span, TransactionOrSpan};
use serde_json::json;

use super::duration::milliseconds;
use super::failure::span_status;
use super::run::breadcrumb;
use crate::trace::TraceHeaders;

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

/// A request in progress: a span `http.client` and two breadcrumbs. Dropped unanswered it counts as aborted.
#[must_use = "a request that is dropped unanswered counts as aborted"]
pub struct RequestSpan {
    open: Option<OpenRequest>,
}

struct OpenRequest {
    hub: Arc<Hub>,
    /// None outside of a transaction.
    span: Option<Span>,
    started: Instant,
}

impl RequestSpan {
    pub(crate) fn start(hub: Arc<Hub>, parent: Option<&TransactionOrSpan>, method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        let span = parent.map(|parent| parent.start_child("http.client", &format!("{method} {path}")));
        if let Some(span) = &span {
            span.set_data("http.request.method", method.into());
            span.set_data("url.path", path.into());
        }
        let data = json!({ "metodo": method, "ruta": path });
        breadcrumb(&hub, Level::Info, format!("petición {method} {path}"), data);
        Self { open: Some(OpenRequest { hub, span, started: Instant::now() }) }
    }

    pub(crate) fn silent() -> Self {
        Self { open: None }
    }

    /// The headers with which the request carries the trace on; None where monitoring is off.
    pub fn trace_headers(&self) -> Option<TraceHeaders> {
        let open = self.open.as_ref()?;
        TraceHeaders::of(&open.hub, &open.span.clone()?.into())
    }

    /// An answer came, whatever it says.
    pub fn answered(mut self, answer: Answer) {
        let Some(open) = self.open.take() else { return };
        let duration_ms = milliseconds(open.started.elapsed());
        let Answer { status, lines, bytes } = answer;
        if let Some(span) = &open.span {
            span.set_data("http.response.status_code", status.into());
            span.set_data("http.response_content_length", bytes.into());
            if let Some(lines) = lines {
                span.set_data("lineas", lines.into());
            }
        }
        let lines_text = lines.map_or_else(String::new, |lines| format!(", {lines} líneas"));
        breadcrumb(
            &open.hub,
            if status < 400 { Level::Info } else { Level::Warning },
            format!("respuesta {status}{lines_text}, {bytes} bytes en {duration_ms} ms"),
            json!({ "status": status, "lineas": lines, "bytes": bytes, "ms": duration_ms }),
        );
        open.finish(if status < 400 { SpanStatus::Ok } else { SpanStatus::InternalError });
    }

    /// No answer came, or one that cannot be used.
    pub fn failed(mut self, class: ErrorClass, detail: &str) {
        let Some(open) = self.open.take() else { return };
        let duration_ms = milliseconds(open.started.elapsed());
        let data = json!({ "error_tipo": class.as_str(), "detalle": detail, "ms": duration_ms });
        breadcrumb(&open.hub, Level::Warning, format!("sin respuesta: {class} tras {duration_ms} ms"), data);
        open.finish(span_status(class));
    }
}

impl OpenRequest {
    fn finish(self, status: SpanStatus) {
        if let Some(span) = self.span {
            span.set_status(status);
            span.finish();
        }
    }
}

impl Drop for RequestSpan {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.finish(SpanStatus::Aborted);
        }
    }
}
