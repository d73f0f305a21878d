//! The one type that a pipeline is watched with.

use std::future::Future;
use std::sync::Arc;

use sentry::{Hub, SentryFutureExt, Span};

use super::failure::{EtlStep, Failure};
use super::finish::{End, finish};
use super::measurements::Measurements;
use super::run::{ActiveRun, OpenStep};
use super::run_info::EtlRunInfo;
use super::step::{ExtractStep, LoadStep, TransformStep};
use crate::trace::TraceHeaders;

/// Watches one run: a transaction with its steps, breadcrumbs, metrics, the error if it fails, and its part in the
/// check-in of its schedule.
///
/// Each step is handed what can be reported in it, so that a request can only be reported while extracting. Finishing
/// consumes the monitor. One that is dropped unfinished reports the run as `interrumpido`.
/// Where monitoring is off, every call does nothing.
#[must_use = "a monitor that is dropped unfinished reports its run as interrupted"]
pub struct EtlMonitor {
    run: Option<Arc<ActiveRun>>,
}

impl EtlMonitor {
    pub(crate) fn start(parent: &Arc<Hub>, info: EtlRunInfo) -> Self {
        Self { run: Some(Arc::new(ActiveRun::start(parent, info))) }
    }

    /// A monitor that tells nobody.
    pub fn silent() -> Self {
        Self { run: None }
    }

    /// The trace of the run, to be stored with it; None where monitoring is off.
    pub fn trace_id(&self) -> Option<String> {
        self.run.as_ref().map(|run| run.transaction.get_trace_context().trace_id.to_string())
    }

    /// The place in the trace that the run is at, for what it causes elsewhere.
    pub fn trace_headers(&self) -> Option<TraceHeaders> {
        self.run.as_ref().and_then(|run| Hub::run(Arc::clone(&run.hub), TraceHeaders::current))
    }

    /// Asks the source: the span `etl.extract`.
    pub async fn extract<Work, Output, T, E>(&self, work: Work) -> Result<T, E>
    where
        Work: FnOnce(ExtractStep) -> Output,
        Output: Future<Output = Result<T, E>>,
    {
        self.step(EtlStep::Extract, |run, span| work(ExtractStep::new(run, span))).await
    }

    /// Turns what came into rows: the span `etl.transform`.
    pub async fn transform<Work, Output, T, E>(&self, work: Work) -> Result<T, E>
    where
        Work: FnOnce(TransformStep) -> Output,
        Output: Future<Output = Result<T, E>>,
    {
        self.step(EtlStep::Transform, |run, _| work(TransformStep::new(run))).await
    }

    /// Writes the rows: the span `etl.load`.
    pub async fn load<Work, Output, T, E>(&self, work: Work) -> Result<T, E>
    where
        Work: FnOnce(LoadStep) -> Output,
        Output: Future<Output = Result<T, E>>,
    {
        self.step(EtlStep::Load, |run, _| work(LoadStep::new(run))).await
    }

    /// Runs something with the run's tags and trace, between its steps.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.run {
            Some(run) => Hub::run(Arc::clone(&run.hub), work),
            None => work(),
        }
    }

    /// Does something with the run's tags and trace, between its steps.
    pub async fn watch<Work: Future>(&self, work: Work) -> Work::Output {
        match &self.run {
            Some(run) => work.bind_hub(Arc::clone(&run.hub)).await,
            None => work.await,
        }
    }

    /// Everything the source announced was committed.
    pub fn finish_succeeded(mut self, measurements: Measurements) {
        self.end(End::Succeeded(measurements));
    }

    /// The run did not do what it was asked to. The step is the first that failed.
    pub fn finish_failed(mut self, failure: Failure) {
        self.end(End::Failed(failure));
    }

    /// The run was taken back; nobody has to look at it.
    pub fn finish_cancelled(mut self) {
        self.end(End::Cancelled);
    }

    fn end(&mut self, end: End) {
        if let Some(run) = self.run.take() {
            finish(&run, end);
        }
    }

    async fn step<Output, T, E>(
        &self,
        step: EtlStep,
        work: impl FnOnce(Option<Arc<ActiveRun>>, Option<Span>) -> Output,
    ) -> Result<T, E>
    where
        Output: Future<Output = Result<T, E>>,
    {
        let Some(run) = &self.run else { return work(None, None).await };
        let open = OpenStep::open(run, step);
        let future = Hub::run(Arc::clone(&run.hub), || work(Some(Arc::clone(run)), Some(open.span())));
        let result = future.bind_hub(Arc::clone(&run.hub)).await;
        open.close(result.is_ok());
        result
    }
}

impl Drop for EtlMonitor {
    fn drop(&mut self) {
        self.end(End::Interrupted);
    }
}
