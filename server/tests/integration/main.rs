//! The program as others meet it: its crates' edges, its command line, its REST interface, a kill in mid load, and a
//! Sentry that is not well.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod command_line;
mod degradation;
mod doctor;
mod edges;
#[path = "../../../crates/monitoring/tests/integration/fake_sentry.rs"]
#[expect(dead_code, reason = "a test of the monitoring crate uses what these do not")]
mod fake_sentry;
mod kill;
mod looking;
mod plans;
mod rest;
mod settings;
mod support;
mod told;
mod tunnel;
