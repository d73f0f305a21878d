//! One request to Sentry.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;

use super::rate_limiter::{RateLimit, limits_of};
use super::resolver::KeepingResolver;

/// Answers are short; what is longer is not read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// What Sentry answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `X-Sentry-Rate-Limits`.
    pub(crate) rate_limits: Option<String>,
    /// `Retry-After`.
    pub(crate) retry_after: Option<String>,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SendFailure {
    /// In the words of the HTTP client.
    pub(crate) reason: String,
    pub(crate) is_timeout: bool,
}

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Sentry has it.
    Accepted { limits: Vec<RateLimit> },
    /// Sentry has it not, and asks for patience.
    Limited { limits: Vec<RateLimit> },
    /// Sentry has it not; it may have it later.
    Failed,
    /// Sentry will not have it.
    Rejected,
}

impl Answer {
    pub(super) fn delivered(&self) -> Delivered {
        let limits = || limits_of(self.status, self.rate_limits.as_deref(), self.retry_after.as_deref());
        match self.status {
            200..=299 => Delivered::Accepted { limits: limits() },
            429 => Delivered::Limited { limits: limits() },
            408 | 500..=599 => Delivered::Failed,
            _ => Delivered::Rejected,
        }
    }

    /// For the page that shows the last failure.
    pub(super) fn text(&self) -> String {
        format!("HTTP {}", self.status)
    }
}

pub(super) struct HttpSender {
    agent: Agent,
    url: String,
    auth: String,
}

impl HttpSender {
    pub(super) fn new(url: String, auth: String, timeout: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            // Without it a server that accepts and never answers holds the thread for ever.
            .timeout_global(Some(timeout))
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false);
        let agent = Agent::with_parts(config.build(), DefaultConnector::default(), KeepingResolver::default());
        Self { agent, url, auth }
    }

    /// The answer, or why there is none.
    pub(super) fn send(&self, envelope: &[u8]) -> Result<Answer, SendFailure> {
        let request = self
            .agent
            .post(&self.url)
            .header("X-Sentry-Auth", &self.auth)
            // Some servers answer 200 and drop an envelope that does not say what it is.
            .header("Content-Type", "application/x-sentry-envelope");
        let mut response = request.send(envelope).map_err(|error| SendFailure {
            is_timeout: matches!(error, ureq::Error::Timeout(_)),
            reason: error.to_string(),
        })?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer = Answer {
            status: response.status().as_u16(),
            rate_limits: header("x-sentry-rate-limits"),
            retry_after: header("retry-after"),
        };
        // The connection can only be used again when the answer was read; what it says does not matter.
        let _ = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        Ok(answer)
    }
}
