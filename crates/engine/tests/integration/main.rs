//! The engine over a simulated POS on a real socket and a real database.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod failures;
mod inventory;
mod queueing;
mod recovery;
mod restart;
mod schedule;
mod story;
mod support;
