//! What can be asked for, a file each: who may ask it, what it means, and what comes of it.

mod batches;
mod calendars;
mod change_calendar;
mod connectivity;
mod decisions;
pub mod extract;
mod freshness;
mod justify;
mod list_gaps;
mod list_justifications;
mod list_runs;
mod load_missing;
mod metrics;
mod past_gaps;
mod period;
mod progress;
mod reconcile;
mod reconciliations;
mod recover_gap;
mod schedules;
