//! What monitoring is started with, and what is wrong with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time; passed in so that a test can say what time it is.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The environment in which every transaction is kept.
pub const DEVELOPMENT: &str = "development";

/// What monitoring is started with.
///
/// It holds secrets (the DSN, `known_secrets`), so it has no `Debug`.
#[derive(Clone)]
pub struct MonitoringSettings {
    /// Where to send to; None switches monitoring off. From `SENTRY_DSN`.
    pub dsn: Option<String>,
    /// At most 64 characters, none of them a slash. From `SENTRY_ENVIRONMENT`.
    pub environment: String,
    /// `klk-tracking@{version}`.
    pub release: String,
    /// The share of endpoint transactions kept outside of development; 0.1 where absent. From
    /// `SENTRY_TRACES_SAMPLE_RATE`.
    pub traces_sample_rate: Option<f64>,
    /// Where envelopes wait that could not be sent; without it they wait in memory and end with the process.
    pub outbox_dir: Option<PathBuf>,
    /// How many bytes may wait; beyond it the oldest are dropped.
    pub outbox_bytes_max: u64,
    /// How many envelopes callers may be ahead of the sending thread; beyond it the newest are dropped.
    pub queue_envelopes_max: usize,
    /// How long one request to Sentry may take, from resolving the name to the end of the answer. At most 1.5 s: the
    /// end of the process waits for a request on its way.
    pub send_timeout: Duration,
    /// How long to leave Sentry alone after a first failure; doubled by each further one.
    pub retry_delay_min: Duration,
    /// Where the doubling ends.
    pub retry_delay_max: Duration,
    /// A query of the database over this is reported as a warning.
    pub slow_query_limit: Duration,
    /// Texts that must never leave, wherever they stand (`KLK_API_KEY`, tokens).
    pub known_secrets: Vec<String>,
    /// Our own headers that must never leave (session, CSRF), beside the well-known ones.
    pub private_headers: Vec<String>,
    /// Where people look at what was sent; for links.
    pub web: Option<SentryWeb>,
    /// The time of counters and of what waits.
    pub wall_clock: WallClock,
}

/// Where people look at what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentryWeb {
    /// As `https://sentry.io`.
    pub url: String,
    /// The organisation's slug.
    pub organisation: String,
    /// The project's number, for links that open on it alone.
    pub project: Option<String>,
}

impl MonitoringSettings {
    /// Monitoring that is off, with every limit at its default.
    pub fn new(release: impl Into<String>, wall_clock: WallClock) -> Self {
        Self {
            dsn: None,
            environment: DEVELOPMENT.to_owned(),
            release: release.into(),
            traces_sample_rate: None,
            outbox_dir: None,
            outbox_bytes_max: 20 * 1024 * 1024,
            queue_envelopes_max: 256,
            send_timeout: Duration::from_millis(1500),
            retry_delay_min: Duration::from_secs(1),
            retry_delay_max: Duration::from_secs(60),
            slow_query_limit: Duration::from_secs(5),
            known_secrets: Vec::new(),
            private_headers: Vec::new(),
            web: None,
            wall_clock,
        }
    }
}

/// Something in the settings that could not be used as it is. Monitoring goes on without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsWarning {
    /// Nothing will be sent. The DSN itself is not repeated: it holds a key.
    #[error("SENTRY_DSN cannot be read ({reason}); monitoring is off")]
    InvalidDsn {
        /// What the parser said.
        reason: String,
    },
    /// The environment is longer than 64 characters, empty, or has a character that Sentry refuses.
    #[error("'{given}' is no environment of Sentry; '{used}' is used")]
    InvalidEnvironment {
        /// What came.
        given: String,
        /// What is sent in its place.
        used: String,
    },
    /// The rate is not between 0 and 1.
    #[error("traces_sample_rate {given} is not between 0 and 1; {used} is used")]
    InvalidSampleRate {
        /// What came.
        given: String,
        /// What is used in its place.
        used: String,
    },
    /// The folder of the outbox cannot be used; what cannot be sent waits in memory.
    #[error("the outbox {path} cannot be used ({reason}); what cannot be sent is kept in memory only")]
    OutboxUnavailable {
        /// The folder.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The sending thread could not be started.
    #[error("the sending thread did not start ({reason}); monitoring is off")]
    NoThread {
        /// What the system said.
        reason: String,
    },
}
