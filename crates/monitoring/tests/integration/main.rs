//! What arrives at a server of Sentry's kind, as it arrives there.
#![expect(clippy::unwrap_used, reason = "helpers of tests, too, may fail a test")]

mod contract_endpoints;
mod contract_requests;
mod contract_runs;
mod degradation;
mod fake_sentry;
mod fake_sentry_api;
mod json_schema;
mod privacy;
mod provision;
mod relay;
mod self_test;
mod settings;
mod support;
