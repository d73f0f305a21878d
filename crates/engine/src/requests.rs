//! What the client does, for the monitor: a span a request, a breadcrumb a retry.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{BranchId, ErrorClass, RunId};
use klk::{AnswerEvent, CallObserver, KlkError, RequestEvent, RetryEvent};
use monitoring::{Answer, ExtractStep, Monitoring, RequestSpan};
use warehouse::RunRecord;

use crate::Engine;
use crate::run_logs::RunStep;

/// Reports the steps of the client, and passes the trace on with each request.
pub(crate) struct RequestWatcher {
    asker: Asker,
    open: Mutex<Option<RequestSpan>>,
    /// The run and its branch, for the queue, which gives fewer workers to a branch that does not answer.
    run: Option<(Engine, RunId, BranchId)>,
}

/// On whose behalf the client asks.
enum Asker {
    Step(ExtractStep),
    /// Whoever waits for the answer in the current task.
    Task(Monitoring),
}

impl RequestWatcher {
    /// For a run that extracts.
    pub(crate) fn of_run(step: ExtractStep, engine: &Engine, run: &RunRecord) -> Arc<Self> {
        let run = Some((engine.clone(), run.id, run.branch.clone()));
        Arc::new(Self { asker: Asker::Step(step), open: Mutex::new(None), run })
    }

    /// For whoever asks outside of a run.
    pub(crate) fn of_task(monitoring: Monitoring) -> Arc<Self> {
        Arc::new(Self { asker: Asker::Task(monitoring), open: Mutex::new(None), run: None })
    }

    fn open(&self) -> MutexGuard<'_, Option<RequestSpan>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<RequestSpan> {
        self.open().take()
    }

    fn note(&self, step: RunStep) {
        if let Some((engine, run, _)) = &self.run {
            engine.note_step(*run, step);
        }
    }

    /// The call ended with an error after its last request.
    pub(crate) fn failed(&self, error: &KlkError) {
        if let Some(open) = self.take() {
            open.failed(error.class(), &error.to_string());
        }
    }
}

impl CallObserver for RequestWatcher {
    fn on_request(&self, request: &RequestEvent<'_>) {
        let method = if request.endpoint.is_get() { "GET" } else { "POST" };
        let path = request.endpoint.path();
        let span = match &self.asker {
            Asker::Step(step) => step.request(method, path),
            Asker::Task(monitoring) => monitoring.request(method, path),
        };
        *self.open() = Some(span);
        self.note(RunStep::Requested { attempt: request.attempt });
    }

    fn headers(&self, _request: &RequestEvent<'_>) -> Vec<(&'static str, String)> {
        match self.open().as_ref().and_then(RequestSpan::trace_headers) {
            Some(trace) => vec![("sentry-trace", trace.sentry_trace), ("baggage", trace.baggage)],
            None => Vec::new(),
        }
    }

    fn on_answer(&self, answer: &AnswerEvent) {
        let bytes = answer.body_bytes as u64;
        self.note(RunStep::Answered { status: answer.status, elapsed: answer.elapsed, bytes });
        if let Some((engine, ..)) = &self.run {
            engine.meters.responses.observe(answer.elapsed);
        }
        if let Some(open) = self.take() {
            open.answered(Answer { status: answer.status, lines: None, bytes });
        }
    }

    fn on_failure(&self, error: &KlkError) {
        let is_silent = matches!(error.class(), ErrorClass::Timeout | ErrorClass::Connection);
        if let Some((engine, run, branch)) = self.run.as_ref().filter(|_| is_silent) {
            engine.queue.record_unanswered(*run, branch);
        }
    }

    fn on_retry(&self, retry: &RetryEvent<'_>) {
        self.failed(retry.error);
        self.note(RunStep::Waits { class: retry.error.class(), wait: retry.wait });
        if let Asker::Step(step) = &self.asker {
            step.retry(retry.attempt + 1, retry.error.class(), &retry.error.to_string(), retry.wait);
        }
    }
}
