//! The database as the engine uses it: real files in folders that go away, and processes that are killed.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its scene cannot be set; clippy knows only #[test] functions"
)]

mod access;
mod audit_chain;
mod calendars;
mod children;
mod commits;
mod decisions;
mod figures;
mod file;
mod fresh_windows;
mod gaps;
mod kill;
mod later_changes;
mod notices;
mod partial;
mod past;
mod plans;
mod proofs;
mod queue;
mod reconciliations;
mod retention;
mod run_pages;
mod samples;
mod saved_views;
mod shared;
mod stock;
mod store;
mod together;
mod values;
mod views;
mod work;
