//! A run in progress: its hub, its transaction, and the step it is at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use domain::RunId;
use sentry::protocol::{Context, SpanStatus, Value};
use sentry::{Breadcrumb, Hub, Level, Span, Transaction, TransactionContext};

use super::failure::EtlStep;
use super::run_info::{ETL_RUN_OPERATION, EtlRunInfo};
use crate::check_in::CheckIn;
use crate::trace::TraceHeaders;

/// A run in progress. It has a hub of its own, so that runs beside it never see its tags and breadcrumbs.
pub(crate) struct ActiveRun {
    pub(super) hub: Arc<Hub>,
    pub(super) transaction: Transaction,
    pub(super) run: RunId,
    pub(super) name: String,
    pub(super) tags: Vec<(&'static str, String)>,
    pub(super) started: Instant,
    pub(super) check_in: Option<CheckIn>,
    steps: Mutex<Steps>,
}

#[derive(Clone, Copy)]
struct Steps {
    current: EtlStep,
    /// The first step that failed. What fails after it fails because of it.
    failed: Option<EtlStep>,
}

impl ActiveRun {
    pub(super) fn start(parent: &Arc<Hub>, info: EtlRunInfo) -> Self {
        let hub = Arc::new(Hub::new_from_top(parent));
        let name = info.transaction_name();
        let own_trace = info.trace_id.as_deref().and_then(|id| id.parse().ok());
        let context = match (info.caused_by.as_ref().map(TraceHeaders::across_queue), own_trace) {
            (Some(cause), _) => TransactionContext::continue_from_headers(&name, ETL_RUN_OPERATION, cause.pairs()),
            (None, Some(trace)) => TransactionContext::new_with_trace_id(&name, ETL_RUN_OPERATION, trace),
            (None, None) => TransactionContext::new(&name, ETL_RUN_OPERATION),
        };
        let transaction = hub.start_transaction(context);
        transaction.set_origin("manual.etl");
        let tags = info.tags();
        hub.configure_scope(|scope| {
            for (key, value) in &tags {
                scope.set_tag(key, value);
            }
            scope.set_context("etl", Context::Other(info.context().into_iter().collect()));
            // The span first: naming the transaction reaches through it.
            scope.set_span(Some(transaction.clone().into()));
            scope.set_transaction(Some(&name));
        });
        let steps = Mutex::new(Steps { current: EtlStep::Start, failed: None });
        Self { hub, transaction, run: info.run, name, tags, started: Instant::now(), check_in: info.check_in, steps }
    }

    /// A breadcrumb of category `etl`.
    pub(super) fn breadcrumb(&self, level: Level, message: String, data: Value) {
        breadcrumb(&self.hub, level, message, data);
    }

    /// The step that explains a failure: the first that failed, else the one the run is at.
    pub(super) fn failed_step(&self) -> EtlStep {
        let steps = self.steps();
        steps.failed.unwrap_or(steps.current)
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A breadcrumb of category `etl`.
pub(super) fn breadcrumb(hub: &Hub, level: Level, message: String, data: Value) {
    let data = match data {
        Value::Object(fields) => fields.into_iter().collect(),
        _ => Default::default(),
    };
    hub.add_breadcrumb(Breadcrumb {
        category: Some("etl".to_owned()),
        level,
        message: Some(message),
        data,
        ..Breadcrumb::default()
    });
}

/// A step in progress. Dropped before [`OpenStep::close`] (its future was dropped, or it panicked) it counts as failed.
pub(super) struct OpenStep {
    run: Arc<ActiveRun>,
    step: EtlStep,
    span: Span,
    status: SpanStatus,
}

impl OpenStep {
    pub(super) fn open(run: &Arc<ActiveRun>, step: EtlStep) -> Self {
        let span = run.transaction.start_child(step.operation(), step.title());
        run.steps().current = step;
        run.hub.configure_scope(|scope| scope.set_span(Some(span.clone().into())));
        Self { run: Arc::clone(run), step, span, status: SpanStatus::Aborted }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(super) fn close(mut self, succeeded: bool) {
        self.status = if succeeded { SpanStatus::Ok } else { SpanStatus::InternalError };
    }
}

impl Drop for OpenStep {
    fn drop(&mut self) {
        if self.status != SpanStatus::Ok {
            self.run.steps().failed.get_or_insert(self.step);
        }
        self.span.set_status(self.status);
        self.span.clone().finish();
        self.run.hub.configure_scope(|scope| scope.set_span(Some(self.run.transaction.clone().into())));
    }
}
