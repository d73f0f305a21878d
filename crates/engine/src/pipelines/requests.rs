//! What the client does, told to the monitor: a span a request, a breadcrumb a retry.

use std::sync::{Arc, Mutex, PoisonError};

use klk::{AnswerEvent, CallObserver, RequestEvent, RetryEvent};
use monitoring::{Answer, ExtractStep, RequestSpan};

/// Tells an extracting step what the client does.
pub(crate) struct RequestWatcher {
    step: ExtractStep,
    open: Mutex<Option<RequestSpan>>,
}

impl RequestWatcher {
    pub(crate) fn new(step: ExtractStep) -> Arc<Self> {
        Arc::new(Self { step, open: Mutex::new(None) })
    }

    fn take(&self) -> Option<RequestSpan> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The call ended with an error after its last request.
    pub(crate) fn failed(&self, error: &klk::KlkError) {
        if let Some(open) = self.take() {
            open.failed(error.class(), &error.to_string());
        }
    }
}

impl CallObserver for RequestWatcher {
    fn on_request(&self, request: &RequestEvent<'_>) {
        let method = if request.endpoint.is_get() { "GET" } else { "POST" };
        let span = self.step.request(method, request.endpoint.path());
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(span);
    }

    fn on_answer(&self, answer: &AnswerEvent) {
        if let Some(open) = self.take() {
            open.answered(Answer { status: answer.status, lines: None, bytes: answer.body_bytes as u64 });
        }
    }

    fn on_retry(&self, retry: &RetryEvent<'_>) {
        self.failed(retry.error);
        self.step.retry(retry.attempt + 1, retry.error.class(), &retry.error.to_string(), retry.wait);
    }
}
