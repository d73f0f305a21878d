//! The program as others meet it: its crates' edges, its command line, its REST interface, a kill in mid load, and a
//! Sentry that is not well.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod access;
mod audit;
mod backups;
mod command_line;
mod decisions;
mod degradation;
mod deployment;
mod doctor;
mod edges;
mod fuzz;
mod kill;
mod languages;
mod metrics;
mod plans;
mod process_faults;
mod rest;
mod run_detail;
mod sentry_reports;
mod settings;
mod shared;
mod site;
mod support;
mod tunnel;
