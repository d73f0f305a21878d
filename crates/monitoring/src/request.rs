//! A request in hand: what is done for it in other tasks has its trace, and what fails of it is reported once.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sentry::protocol::{Event, SpanStatus};
use sentry::{Hub, Level, SentryFutureExt, TransactionOrSpan};

use crate::capture::{CORRELATION_TAG, EndpointTags};
use crate::repeats::RepeatLimiter;

/// A request in hand. The layers put it into the request's extensions; clones are the same request.
#[derive(Clone)]
pub struct RequestScope {
    hub: Arc<Hub>,
    code: Arc<str>,
    is_reported: Arc<AtomicBool>,
}

/// Said of an answer of 5xx by whoever made it: what is wrong, for the event that reports it. An extension of the answer.
#[derive(Clone, Debug)]
pub struct FailureDetail(pub String);

impl RequestScope {
    /// Of the current hub, which is the request's own. What is captured of it from here on carries the code, unless it
    /// brings one.
    pub(crate) fn open(code: String) -> Self {
        let scope = Self { hub: Hub::current(), code: code.into(), is_reported: Arc::default() };
        let (code, is_reported) = (Arc::clone(&scope.code), Arc::clone(&scope.is_reported));
        scope.hub.configure_scope(|inner| {
            inner.add_event_processor(move |mut event| {
                if event.level >= Level::Error {
                    event.tags.entry(CORRELATION_TAG.to_owned()).or_insert_with(|| code.to_string());
                    is_reported.store(true, Ordering::Relaxed);
                }
                Some(event)
            });
        });
        scope
    }

    /// The reference code of the request: of every event that brings none of its own.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Says which endpoint answers the request: the tags are the request's, and its transaction's.
    pub fn tag(&self, tags: &EndpointTags<'_>) {
        tags.apply_to(&self.hub);
    }

    /// Does the work that the request itself asks for, with these tags.
    pub async fn serve<Work: Future>(&self, tags: &EndpointTags<'_>, work: Work) -> Work::Output {
        self.tag(tags);
        work.bind_hub(Arc::clone(&self.hub)).await
    }

    /// Does the work of one part of a page: a span of the page's transaction, whose tags are seen by nothing but what
    /// this work reports.
    pub async fn serve_part<T, E>(
        &self,
        tags: &EndpointTags<'_>,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let hub = Arc::new(Hub::new_from_top(&self.hub));
        tags.apply_to(&hub);
        let mut open = OpenPart::open(&hub, tags);
        let outcome = work.bind_hub(hub).await;
        open.status = if outcome.is_ok() { SpanStatus::Ok } else { SpanStatus::InternalError };
        outcome
    }

    /// Reports an answer of 5xx that nothing else has been reported of; the same one of other requests, once a minute.
    pub(crate) fn report_unless_reported(
        &self,
        status: u16,
        route: &str,
        detail: Option<&str>,
        repeats: &RepeatLimiter,
    ) {
        if self.is_reported.load(Ordering::Relaxed) {
            return;
        }
        let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        let message = format!("HTTP {status} en {route}{detail}");
        let turn = repeats.take_turn(&message, Instant::now());
        Hub::run(Arc::clone(&self.hub), || match turn {
            Some(left_out) => {
                tracing::error!(
                    target: crate::REPORTED_TARGET, correlacion = self.code(), status, route, left_out, "{message}"
                );
            }
            None => tracing::debug!(correlacion = self.code(), status, route, "{message}"),
        });
        let Some(left_out) = turn else { return };
        self.hub.capture_event(Event {
            level: Level::Error,
            message: Some(message),
            fingerprint: vec!["respuesta_5xx".into(), route.to_owned().into(), status.to_string().into()].into(),
            extra: [("omitidas_antes".to_owned(), left_out.into())].into(),
            ..Event::default()
        });
    }
}

/// The span of a part of a page. Dropped before its status was set (nobody waits any more) it counts as aborted.
struct OpenPart {
    span: Option<TransactionOrSpan>,
    status: SpanStatus,
}

impl OpenPart {
    fn open(hub: &Hub, tags: &EndpointTags<'_>) -> Self {
        let parent = hub.configure_scope(|scope| scope.get_span());
        let span = parent.map(|parent| TransactionOrSpan::from(parent.start_child("function", tags.endpoint)));
        if let Some(span) = &span {
            for (key, value) in tags.pairs() {
                span.set_tag(key, value);
            }
            hub.configure_scope(|scope| scope.set_span(Some(span.clone())));
        }
        Self { span, status: SpanStatus::Aborted }
    }
}

impl Drop for OpenPart {
    fn drop(&mut self) {
        if let Some(span) = self.span.take() {
            span.set_status(self.status);
            span.finish();
        }
    }
}
