//! What the team sees in Sentry: runs, check-ins, scrubbing, outbox. The only crate that names Sentry.
//!
//! Start it with [`init`], before anything else and on the main thread. Without a DSN every call here does nothing.

mod capture;
mod check_in;
mod check_in_status;
mod client;
mod cron_monitor;
mod delivery;
mod etl;
mod http;
mod incident;
mod limits;
mod links;
mod logs;
mod provision;
mod query;
mod relay;
mod repeats;
mod request;
mod sampling;
mod scope;
mod scrub;
mod self_test;
mod settings;
mod shared;
mod source_change;
mod trace;

pub use capture::{COMPONENT_API, EndpointTags, GapRecovery, capture_server_error, count_as_reported};
pub use check_in::CheckIn;
pub use check_in_status::CheckInStatus;
pub use client::{Monitoring, MonitoringGuard, Started, init};
pub use cron_monitor::CronMonitor;
pub use delivery::status::{DropReason, DroppedCount, ItemKind, LastCheckIn, LastFailure, MonitoringStatus};
pub use etl::failure::{EtlStep, Failure};
pub use etl::measurements::Measurements;
pub use etl::monitor::EtlMonitor;
pub use etl::request::{Answer, RequestSpan};
pub use etl::run_info::{EtlRunInfo, etl_name};
pub use etl::step::{ExtractStep, LoadStep, TransformStep};
pub use http::{HttpLayers, ReferenceCode, RouteName, RouteNameLayer, STATIC_FILE, UNMATCHED_ROUTE, http_layers};
pub use links::SentryLinks;
pub use logs::{REPORTED_TARGET, tracing_layers};
pub use provision::{
    Change, DEFAULT_SENTRY_URL, PlannedRequest, ProvisionError, ProvisionReport, ProvisionStep, ProvisionTarget,
    SentryApiAccess, WATCHED_ROUTES, planned_requests, provision,
};
pub use query::{DatabaseSystem, QuerySpan};
pub use relay::{RelayAnswer, Relayed};
pub use repeats::RepeatLimiter;
pub use request::{FailureDetail, RequestScope};
pub use scope::{in_current_scope, with_current_scope};
pub use scrub::Scrubber;
pub use self_test::{SelfTest, SelfTestAnswer, SelfTestItem};
pub use settings::{DEVELOPMENT, MonitoringSettings, SentryWeb, SettingsWarning, WallClock};
pub use source_change::{FoundChange, SourceChange};
pub use trace::TraceHeaders;
