//! What can be asked for, a file each: who may ask it, what it means, and what comes of it.

mod batches;
mod cancel_plan;
mod connectivity;
mod coverage;
pub mod extract;
mod list_gaps;
mod list_plans;
mod list_runs;
mod load_missing;
mod metrics;
mod monitoring;
mod monitoring_words;
mod pause_plan;
pub(crate) mod period;
mod plan_recovery;
mod progress;
mod read_plan;
mod read_run;
mod recover_gap;
mod resume_plan;
mod schedules;
mod start_plan;
