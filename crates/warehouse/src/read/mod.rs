//! Read models: what pages and commands ask for, a file each.

mod history;
mod live_ends;
mod metrics;
pub(crate) mod numbers;
mod plan_history;
mod run_detail;
mod run_facts;
mod run_page;
mod sales_totals;
mod sold_half_hours;
mod today;
mod trading;

pub use live_ends::LiveEnd;
pub use metrics::RunFiguresByBranch;
pub use plan_history::FailedWindow;
pub use run_detail::StoredRun;
pub use run_facts::Commit;
pub use sales_totals::SalesTotals;
pub use trading::{HourOfSales, RecoveredHalfHours, SalesCommit};
