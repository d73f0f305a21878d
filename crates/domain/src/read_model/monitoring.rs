//! What became of what is reported to Sentry: `GET /api/monitoreo` and `POST /api/monitoreo/prueba`.
//!
//! No secret is in it: of the DSN, only the host.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::read_model;
use crate::state::wire_names;
use crate::{BranchId, ErrorClass};

/// What is reported, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReportKind {
    /// An error, a warning, a message.
    Event,
    /// A run, a request.
    Transaction,
    /// A cron monitor's check-in.
    CheckIn,
    /// A log line.
    Log,
    /// A measurement.
    Metric,
    /// What the SDK reports of itself.
    Other,
}
wire_names!(ReportKind {
    Event => "evento",
    Transaction => "transaccion",
    CheckIn => "check_in",
    Log => "log",
    Metric => "metrica",
    Other => "otro",
});

/// Why something was not reported and will not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReportDropReason {
    /// Reported faster than it could be taken.
    QueueFull,
    /// The outbox was full; the oldest had to go.
    OutboxFull,
    /// The outbox could not be written or read.
    OutboxFailed,
    /// It waited so long that Sentry would date it wrongly.
    TooOld,
    /// Sentry will not have it.
    Rejected,
    /// It could not be read, so it could not be cleaned of what is private.
    Unreadable,
}
wire_names!(ReportDropReason {
    QueueFull => "cola_llena",
    OutboxFull => "bandeja_llena",
    OutboxFailed => "bandeja_inaccesible",
    TooOld => "demasiado_viejo",
    Rejected => "rechazado",
    Unreadable => "ilegible",
});

/// Why Sentry did not take something, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportFailureKind {
    /// It did not answer within the limit.
    Timeout,
    /// There is no host of that name.
    UnknownHost,
    /// The host does not take connections, or the line broke.
    Connection,
    /// Its certificate is not trusted.
    Certificate,
    /// It asks for patience.
    RateLimited,
    /// It does not know us: the DSN is of no project, or was withdrawn.
    Unauthorised,
    /// It will not have what was sent.
    Rejected,
    /// It has a fault of its own.
    ServerError,
    /// None of these.
    Other,
}
wire_names!(ReportFailureKind {
    Timeout => "timeout",
    UnknownHost => "host_desconocido",
    Connection => "conexion",
    Certificate => "certificado",
    RateLimited => "limite",
    Unauthorised => "no_autorizado",
    Rejected => "rechazado",
    ServerError => "error_del_servidor",
    Other => "otro",
});

/// The last check-in of a cron monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckInState {
    /// The schedule's work has begun.
    InProgress,
    /// All of it went well.
    Ok,
    /// Some of it failed.
    Error,
}
wire_names!(CheckInState { InProgress => "en_proceso", Ok => "ok", Error => "error" });

/// What can be made to fail on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MonitoringTrial {
    /// The server ends a request with an internal error.
    ServerError,
}
wire_names!(MonitoringTrial { ServerError => "error" });

read_model! {
    /// How many of a kind.
    pub struct ReportCount {
        pub tipo: ReportKind,
        pub cantidad: u64,
    }

    /// How many of a kind were dropped for a reason.
    pub struct DroppedReports {
        pub tipo: ReportKind,
        pub motivo: ReportDropReason,
        pub cantidad: u64,
    }

    /// What waits to be sent.
    pub struct WaitingReports {
        pub total: u64,
        pub por_tipo: Vec<ReportCount>,
        pub bytes: u64,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub mas_antiguo: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub mas_antiguo_local: Option<DateTime>,
    }

    /// Why Sentry last did not take something.
    pub struct ReportFailure {
        pub motivo: ReportFailureKind,
        /// As the network or Sentry said it.
        pub detalle: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub en_local: DateTime,
    }

    /// A cron monitor; without a check-in where the schedule has not fired yet.
    pub struct CronMonitorView {
        /// The monitor's slug, as `ventas-klk-incremental`.
        pub nombre: String,
        pub expresion: String,
        pub zona: String,
        /// False where the scheduler is switched off.
        pub activo: bool,
        pub estado: Option<CheckInState>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub ultimo_check_in: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub ultimo_check_in_local: Option<DateTime>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub proximo_check_in: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub proximo_check_in_local: Option<DateTime>,
    }

    /// The issues of a store.
    pub struct BranchIssues {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        pub enlace: String,
    }

    /// The issues of a class of error.
    pub struct ErrorIssues {
        pub error_tipo: ErrorClass,
        pub enlace: String,
    }

    /// Links into Sentry.
    pub struct MonitoringLinks {
        pub monitores: String,
        pub por_tienda: Vec<BranchIssues>,
        pub por_error: Vec<ErrorIssues>,
    }

    /// What became of what is reported; counts are of the last 24 hours.
    pub struct MonitoringView {
        /// How far the POS's clock is ahead of ours; None before the first response that says when it was made.
        #[serde(default)]
        pub reloj: Option<SourceClockView>,
        /// False where there is no DSN, or none that can be read.
        pub configurado: bool,
        pub host: Option<String>,
        pub entorno: Option<String>,
        /// As `klk-tracking@0.1.0`.
        pub version: Option<String>,
        /// Whether the last attempt got through; None before the first.
        pub alcanzable: Option<bool>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub ultimo_envio: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub ultimo_envio_local: Option<DateTime>,
        pub ultima_falla: Option<ReportFailure>,
        pub enviados: Vec<ReportCount>,
        pub en_espera: WaitingReports,
        pub descartados: Vec<DroppedReports>,
        pub monitores: Vec<CronMonitorView>,
        /// The processes that share the database; none where it is a file, which has one.
        #[serde(default)]
        pub procesos: Vec<ProcessView>,
        /// None where no organisation is configured.
        pub enlaces: Option<MonitoringLinks>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }

    /// A process that shares the database, and its lease.
    pub struct ProcessView {
        /// As `host` of its runs.
        pub nombre: String,
        /// `web`, `trabajador` or `todo`.
        pub rol: String,
        pub version: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub iniciado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub iniciado_en_local: DateTime,
        /// When it last renewed its lease.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub renovado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub renovado_en_local: DateTime,
        /// Whether its lease has run out: what it had in progress is interrupted.
        pub vencido: bool,
        /// Whether it fires the schedules.
        pub dirige: bool,
        pub en_proceso: u64,
    }

    /// How far the POS's clock is from ours.
    pub struct SourceClockView {
        /// Negative where it is behind.
        pub adelanto_segundos: i64,
        pub limite_segundos: i64,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub medido_en: Timestamp,
    }

    /// What to make fail.
    pub struct MonitoringTrialRequest {
        pub que: MonitoringTrial,
    }
}
