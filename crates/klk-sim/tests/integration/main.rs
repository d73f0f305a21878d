//! The simulator over real HTTP.
#![expect(clippy::unwrap_used, reason = "clippy's exception for tests does not reach their helper functions")]

mod contract;
mod control;
mod faults;
mod server;
