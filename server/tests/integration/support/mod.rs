//! A program to run, a POS for it to ask, and a server to speak to.

/// The one that monitoring's own tests use, which need more of it.
#[expect(dead_code, reason = "monitoring's tests use the rest")]
#[path = "../../../../crates/monitoring/tests/integration/fake_sentry.rs"]
pub mod fake_sentry;
mod klk;
mod pos;
mod sentry;
mod server;

pub use klk::{Klk, Run};
pub use pos::Pos;
pub use sentry::FakeSentry;
pub use server::{Server, client_with, get_status};
