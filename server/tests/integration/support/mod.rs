//! A program to run, a POS for it to ask, and a server to speak to.

/// The one that monitoring's own tests use, which need more of it.
#[expect(dead_code, reason = "monitoring's tests use the rest")]
#[path = "../../../../crates/monitoring/tests/integration/fake_sentry.rs"]
pub mod fake_sentry;
mod klk;
mod pos;
mod sentry;
mod server;
/// The one of the crate that speaks to it.
#[expect(dead_code, reason = "its own tests use the rest")]
#[path = "../../../../crates/oidc/tests/integration/test_provider.rs"]
pub mod test_provider;

pub use klk::{Klk, Run, copy_environment, on_a_full_disk};
pub use pos::{Pos, now};
pub use sentry::FakeSentry;
pub use server::{Ended, Server, client_with, get_status};
