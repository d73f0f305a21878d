//! Who wants to hear of a call as it happens: breadcrumbs, spans, logs.

use std::time::Duration;

use crate::{Endpoint, KlkError};

/// Hears of every step of a call. Its methods run between the steps, so they have to be quick and must not block.
pub trait CallObserver: Send + Sync {
    /// A request is about to be sent.
    fn on_request(&self, request: &RequestEvent<'_>) {
        let _ = request;
    }

    /// Further headers for the request that was just observed, as those that continue a trace. What cannot be sent
    /// in a header is left out, and so is what the client says itself.
    fn headers(&self, request: &RequestEvent<'_>) -> Vec<(&'static str, String)> {
        let _ = request;
        Vec::new()
    }

    /// An answer came whole, whatever it says.
    fn on_answer(&self, answer: &AnswerEvent) {
        let _ = answer;
    }

    /// A request failed, whatever comes of it.
    fn on_failure(&self, error: &KlkError) {
        let _ = error;
    }

    /// A request failed and is sent again after a wait.
    fn on_retry(&self, retry: &RetryEvent<'_>) {
        let _ = retry;
    }
}

/// Hears nothing.
pub(crate) struct NobodyListens;

impl CallObserver for NobodyListens {}

/// A request about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct RequestEvent<'call> {
    /// What is asked.
    pub endpoint: Endpoint,
    /// The request's body or query; it holds no secrets.
    pub question: &'call str,
    /// 1 for the first request of a call.
    pub attempt: u32,
}

/// An answer that came whole.
#[derive(Clone, Copy, Debug)]
pub struct AnswerEvent {
    /// What was asked.
    pub endpoint: Endpoint,
    /// 1 for the first request of a call.
    pub attempt: u32,
    /// The HTTP status.
    pub status: u16,
    /// Bytes of its body (of a status other than 200, of the part that was read).
    pub body_bytes: usize,
    /// From the request to the end of the body.
    pub elapsed: Duration,
}

/// A request that failed and is sent again.
#[derive(Clone, Copy, Debug)]
pub struct RetryEvent<'call> {
    /// What was asked.
    pub endpoint: Endpoint,
    /// The attempt that failed.
    pub attempt: u32,
    /// How it failed.
    pub error: &'call KlkError,
    /// How long we wait before the next.
    pub wait: Duration,
}
