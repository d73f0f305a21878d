//! One file a page: its resources, what changes them, and a boundary around each part that can fail alone.

mod calendars;
mod frame;
mod freshness;
mod gaps;
mod history;
mod home;
mod justifications;
mod not_found;
mod reconciliations;
mod runs;

pub use calendars::CalendarsPage;
pub use frame::Frame;
pub use freshness::FreshnessPage;
pub use gaps::GapsPage;
pub use history::HistoryPage;
pub use home::HomePage;
pub use not_found::NotFoundPage;
pub use reconciliations::ReconciliationsPage;
pub use runs::RunsPage;
