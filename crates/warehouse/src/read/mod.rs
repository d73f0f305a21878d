//! Read models: what pages and commands ask for, a file each.

mod history;
mod metrics;
mod numbers;
mod run_facts;
mod run_page;
mod sales_totals;
mod today;

pub use metrics::RunFiguresByBranch;
pub use run_facts::Commit;
pub use sales_totals::SalesTotals;
