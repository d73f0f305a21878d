//! Why a run did not do what it was asked to, and at which step.

use std::fmt;

use domain::ErrorClass;
use sentry::protocol::SpanStatus;

use super::measurements::Measurements;

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EtlStep {
    /// Before its first step.
    Start,
    /// Asking the source.
    Extract,
    /// Turning bytes into rows.
    Transform,
    /// Writing rows.
    Load,
}

impl EtlStep {
    /// The operation of the step's span.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Start => "etl.run",
            Self::Extract => "etl.extract",
            Self::Transform => "etl.transform",
            Self::Load => "etl.load",
        }
    }

    /// For people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Start => "inicio",
            Self::Extract => "extracción",
            Self::Transform => "transformación",
            Self::Load => "carga",
        }
    }
}

impl fmt::Display for EtlStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.operation())
    }
}

/// Why a run did not do what it was asked to. The step is the monitor's to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class, stored as `error_tipo`.
    pub class: ErrorClass,
    /// What happened, for people.
    pub message: String,
    /// Of a partial run: what it did all the same.
    pub measurements: Option<Measurements>,
    /// Whether it is reported as an event. False outside of trading hours.
    pub is_alarm: bool,
}

impl Failure {
    /// Nothing was loaded.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), measurements: None, is_alarm: true }
    }

    /// Less was loaded than the source announced.
    pub fn partial(message: impl Into<String>, measurements: Measurements) -> Self {
        let measurements = Some(measurements);
        Self { class: ErrorClass::InvalidData, message: message.into(), measurements, is_alarm: true }
    }

    /// The same, of a time at which nobody sells: it is no event, and the check-in of its schedule has gone well.
    #[must_use]
    pub fn outside_trading_hours(self) -> Self {
        Self { is_alarm: false, ..self }
    }
}

/// The status of a span or transaction that ended like this.
pub(crate) const fn span_status(class: ErrorClass) -> SpanStatus {
    match class {
        ErrorClass::Timeout => SpanStatus::DeadlineExceeded,
        ErrorClass::Connection => SpanStatus::Unavailable,
        ErrorClass::InvalidData => SpanStatus::DataLoss,
        ErrorClass::Interrupted => SpanStatus::Aborted,
        ErrorClass::ApiError | ErrorClass::DatabaseError => SpanStatus::InternalError,
    }
}
