//! The engine over a simulated POS on a real socket and a real database.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod access;
mod backups;
mod calendars;
mod clock_changes;
mod coverage_grid;
mod decisions;
mod disputed_lines;
mod doubted_losses;
mod extraction;
mod failures;
#[path = "../../../monitoring/tests/integration/fake_sentry.rs"]
#[expect(dead_code, reason = "a test of the monitoring crate uses what these do not")]
mod fake_sentry;
mod faults;
mod incidents;
mod inventory;
mod justify_selection;
mod kept_answers;
mod later_changes;
mod notices;
mod plan_control;
mod plans;
mod proofs;
mod queueing;
mod races;
mod recovery;
mod recovery_notices;
mod resilience;
mod responses;
mod restart;
mod run_detail;
mod schedule;
mod search;
mod sentry_reports;
mod sequences;
mod shared;
mod story;
mod stuck;
mod support;
mod test_clock;
mod trading;
mod wrong_responses;
