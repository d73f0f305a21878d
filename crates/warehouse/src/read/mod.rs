//! Read models: what pages and commands ask for, a file each.

mod metrics;
mod run_detail;
mod run_page;
mod sales_totals;
mod today;

pub use metrics::RunFiguresByBranch;
pub use run_detail::StoredRun;
pub use sales_totals::SalesTotals;
