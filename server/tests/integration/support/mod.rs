//! A program to run, a POS for it to ask, and a server to speak to.

mod klk;
mod pos;
mod sentry;
mod server;

pub use klk::{Klk, Run};
pub use pos::Pos;
pub use sentry::FakeSentry;
pub use server::{Server, get_status};
