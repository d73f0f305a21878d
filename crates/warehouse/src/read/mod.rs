//! Read models: what pages and commands ask for, a file each.

mod metrics;
mod plan_history;
mod run_detail;
mod run_page;
mod sales_totals;
mod today;

pub use metrics::RunFiguresByBranch;
pub use plan_history::FailedWindow;
pub use run_detail::StoredRun;
pub use sales_totals::SalesTotals;
