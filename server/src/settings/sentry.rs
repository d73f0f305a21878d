//! What is reported to Sentry and how.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::Source;
use super::variables::{
    SENTRY_AUTH_TOKEN, SENTRY_DSN, SENTRY_ENVIRONMENT, SENTRY_ORGANIZATION, SENTRY_OUTBOX, SENTRY_OUTBOX_BYTES_MAX,
    SENTRY_PROJECT, SENTRY_TRACES_SAMPLE_RATE, SENTRY_TUNNEL_AT_ONCE_MAX, SENTRY_TUNNEL_BYTES_MAX,
    SENTRY_TUNNEL_PER_MINUTE_MAX, SENTRY_WEB_URL, SLOW_QUERY_SECONDS,
};

/// What is reported to Sentry and how; without a DSN nothing is.
#[derive(Clone, Debug)]
pub struct SentrySettings {
    /// Where to send to.
    pub dsn: Option<SecretString>,
    /// As `production`.
    pub environment: String,
    /// The share of requests whose traces are kept.
    pub traces_sample_rate: f64,
    /// Where what could not be sent waits.
    pub outbox: PathBuf,
    /// How many bytes may wait.
    pub outbox_bytes_max: u64,
    /// What browsers may send through us.
    pub tunnel: TunnelSettings,
    /// Where people look at it.
    pub web_url: Option<String>,
    /// The organisation's slug.
    pub organization: Option<String>,
    /// The project's number.
    pub project: Option<String>,
    /// For Sentry's API.
    pub auth_token: Option<SecretString>,
    /// From when on a query is slow.
    pub slow_query_limit: Duration,
}

/// What browsers may send through us.
#[derive(Clone, Copy, Debug)]
pub struct TunnelSettings {
    /// The largest envelope.
    pub envelope_bytes_max: usize,
    /// Envelopes of all browsers in a minute.
    pub envelopes_per_minute_max: u32,
    /// Envelopes on their way to Sentry at once.
    pub at_once_max: usize,
}

impl SentrySettings {
    pub(super) fn read(source: &mut Source) -> Self {
        Self {
            dsn: source.optional_text(&SENTRY_DSN).map(SecretString::from),
            environment: source.text(&SENTRY_ENVIRONMENT),
            traces_sample_rate: source.share(&SENTRY_TRACES_SAMPLE_RATE),
            outbox: PathBuf::from(source.text(&SENTRY_OUTBOX)),
            outbox_bytes_max: source.number(&SENTRY_OUTBOX_BYTES_MAX),
            tunnel: TunnelSettings {
                envelope_bytes_max: super::size(source, &SENTRY_TUNNEL_BYTES_MAX),
                envelopes_per_minute_max: super::count(source, &SENTRY_TUNNEL_PER_MINUTE_MAX),
                at_once_max: super::size(source, &SENTRY_TUNNEL_AT_ONCE_MAX),
            },
            web_url: source.optional_text(&SENTRY_WEB_URL),
            organization: source.optional_text(&SENTRY_ORGANIZATION),
            project: source.optional_text(&SENTRY_PROJECT),
            auth_token: source.optional_text(&SENTRY_AUTH_TOKEN).map(SecretString::from),
            slow_query_limit: Duration::from_secs(source.number(&SLOW_QUERY_SECONDS)),
        }
    }
}
