//! What can be asked for, a file each: who may ask it, what it means, and what comes of it.

mod batches;
mod connectivity;
mod coverage;
pub mod extract;
mod list_gaps;
mod list_runs;
mod load_missing;
mod metrics;
mod period;
mod progress;
mod recover_gap;
mod schedules;
