//! Read models: what pages and commands ask for, a file each.

mod metrics;
mod run_page;
mod today;

pub use metrics::RunFiguresByBranch;
