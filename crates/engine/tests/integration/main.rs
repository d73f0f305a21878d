//! The engine over a simulated POS on a real socket and a real database.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod calendars;
mod decisions;
mod extraction;
mod failures;
mod hands;
mod inventory;
mod queueing;
mod races;
mod recovery;
mod resilience;
mod restart;
mod schedule;
mod story;
mod support;
