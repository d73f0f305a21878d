//! One file a page: its resources, what changes them, and a boundary around each part that can fail alone.

mod day;
mod frame;
mod gaps;
mod home;
mod monitoring;
mod not_found;
mod plan_orders;
mod recovery;
mod run;
mod runs;

pub use day::DayPage;
pub use frame::Frame;
pub use gaps::GapsPage;
pub use home::HomePage;
pub use monitoring::MonitoringPage;
pub use not_found::NotFoundPage;
pub use run::RunPage;
pub use runs::RunsPage;
