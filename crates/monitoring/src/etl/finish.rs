//! How a run's story ends.

use std::sync::Arc;

use domain::ErrorClass;
use sentry::protocol::{Event, Exception, Mechanism, SpanStatus};
use sentry::{Hub, Level};

use super::failure::{EtlStep, Failure, span_status};
use super::measurements::{self, Measurements};
use super::run::ActiveRun;

/// How a run ended.
pub(super) enum End {
    Succeeded(Measurements),
    Failed(Failure),
    Cancelled,
    /// The monitor was dropped: the process ends, the task was aborted, or it panicked.
    Interrupted,
}

/// Sends the run's transaction, and what belongs to it.
pub(super) fn finish(run: &ActiveRun, end: End) {
    let measurements = match &end {
        End::Succeeded(measurements) => Some(measurements),
        End::Failed(failure) => failure.measurements.as_ref(),
        End::Cancelled | End::Interrupted => None,
    };
    let went_well = match &end {
        End::Succeeded(_) | End::Cancelled => true,
        End::Failed(failure) => !failure.is_alarm,
        End::Interrupted => false,
    };
    if let Some(check_in) = run.check_in.as_ref().filter(|_| went_well) {
        check_in.succeed();
    }
    let mut tags = run.tags.clone();
    let status = match &end {
        End::Succeeded(_) => SpanStatus::Ok,
        End::Cancelled => SpanStatus::Cancelled,
        End::Failed(failure) => fail(run, &mut tags, failure),
        End::Interrupted => {
            let message = "La ejecución terminó sin llegar a su fin: el proceso se detuvo o la tarea se canceló";
            fail(run, &mut tags, &Failure::new(ErrorClass::Interrupted, message))
        }
    };
    run.transaction.set_status(status);
    measurements::record(&run.hub, &run.transaction, &tags, measurements, run.started.elapsed().as_secs_f64());
    // Tags and contexts are taken from the current hub, not from the one the transaction was started on.
    Hub::run(Arc::clone(&run.hub), || run.transaction.clone().finish());
}

fn fail(run: &ActiveRun, tags: &mut Vec<(&'static str, String)>, failure: &Failure) -> SpanStatus {
    let class = failure.class.as_str();
    tags.push(("error_tipo", class.to_owned()));
    run.hub.configure_scope(|scope| scope.set_tag("error_tipo", class));
    // A panic has been reported already, on this hub, with everything that is known of the run.
    if failure.is_alarm && !std::thread::panicking() {
        run.hub.capture_event(error_event(run, failure));
    }
    span_status(failure.class)
}

fn error_event(run: &ActiveRun, failure: &Failure) -> Event<'static> {
    let step: EtlStep = run.failed_step();
    let class = failure.class.as_str();
    Event {
        level: Level::Error,
        transaction: Some(run.name.clone()),
        // One issue for each class and step, not one for each store.
        fingerprint: vec!["etl".into(), class.into(), step.operation().into()].into(),
        // The run as a tag, too: contexts cannot be searched. Not on metrics, where each would be a series of its own.
        tags: [("etl_paso".to_owned(), step.operation().to_owned()), ("ejecucion_id".to_owned(), run.run.to_string())]
            .into(),
        exception: vec![Exception {
            ty: format!("ETL: {class} en {}", step.title()),
            value: Some(failure.message.clone()),
            mechanism: Some(Mechanism { ty: "etl".to_owned(), handled: Some(true), ..Mechanism::default() }),
            ..Exception::default()
        }]
        .into(),
        ..Event::default()
    }
}
