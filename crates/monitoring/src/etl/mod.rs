//! What is reported about a run, from its first request to its commit.

mod duration;
mod finish;
mod run;

pub(crate) mod failure;
pub(crate) mod measurements;
pub(crate) mod monitor;
pub(crate) mod request;
pub(crate) mod run_info;
pub(crate) mod step;
