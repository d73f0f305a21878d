//! One file a page: its resources, what changes them, and a boundary around each part that can fail alone.

mod calendars;
mod day;
mod frame;
mod freshness;
mod gaps;
mod history;
mod justifications;
mod monitoring;
mod not_found;
mod plan_orders;
mod plans;
mod reconciliations;
mod recovery;
mod run;
mod runs;
#[cfg(feature = "ssr")]
mod summary;

pub use calendars::CalendarsPage;
pub use day::DayPage;
pub use frame::Frame;
pub use freshness::FreshnessPage;
pub use gaps::GapsPage;
pub use history::HistoryPage;
pub use monitoring::MonitoringPage;
pub use not_found::NotFoundPage;
pub use plans::PlansPage;
pub use reconciliations::ReconciliationsPage;
pub use run::RunPage;
pub use runs::RunsPage;
#[cfg(feature = "ssr")]
pub use summary::summary_document;
