//! From `tracing` to Sentry.

use sentry::integrations::tracing::{BreadcrumbLayer, ErrorLayer, LogLayer, SpanLayer};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// The target to log an error under that was captured already: it becomes a breadcrumb and a log line, and no second
/// issue.
pub const REPORTED_TARGET: &str = "klk::reported";

/// A panic has been captured by the panic hook when tower-http tells of it.
const PANIC_TARGET: &str = "tower_http::catch_panic";
/// A span becomes one of Sentry's when it says what operation it is.
const OPERATION_FIELD: &str = "sentry.op";

/// What is logged becomes a breadcrumb from level info, a log line from warn, an event from error. Spans with a field
/// `sentry.op` become spans.
pub fn tracing_layers<S>() -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let spans = SpanLayer::new().with_filter(filter_fn(is_operation));
    let breadcrumbs = BreadcrumbLayer::new().with_filter(filter_fn(|metadata| is_event(metadata, Level::INFO)));
    let lines = LogLayer::new().with_filter(filter_fn(|metadata| is_event(metadata, Level::WARN)));
    let errors = ErrorLayer::new().with_filter(filter_fn(is_unreported_error));
    spans.and_then(breadcrumbs).and_then(lines).and_then(errors)
}

fn is_operation(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.fields().field(OPERATION_FIELD).is_some()
}

fn is_event(metadata: &Metadata<'_>, least: Level) -> bool {
    metadata.is_event() && *metadata.level() <= least
}

fn is_unreported_error(metadata: &Metadata<'_>) -> bool {
    is_event(metadata, Level::ERROR) && ![REPORTED_TARGET, PANIC_TARGET].contains(&metadata.target())
}
