//! What arrives at a server of Sentry's kind, as it arrives there.
#![expect(clippy::unwrap_used, reason = "helpers of tests, too, may fail a test")]

mod contract_endpoints;
mod contract_runs;
mod degradation;
mod fake_sentry;
mod privacy;
mod settings;
mod support;
