//! One request to Sentry.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::line::{RateLimit, limits_of};

/// Answers are short; what is longer is not read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Sentry has it.
    Accepted { limits: Vec<RateLimit> },
    /// Sentry has it not, and asks for patience.
    Limited { limits: Vec<RateLimit> },
    /// Sentry has it not; it may have it later.
    Failed { reason: String, is_reachable: bool },
    /// Sentry will not have it.
    Rejected { reason: String },
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
        Self { agent: config.build().new_agent(), url, auth }
    }

    pub(super) fn send(&self, envelope: &[u8]) -> Delivered {
        let request = self
            .agent
            .post(&self.url)
            .header("X-Sentry-Auth", &self.auth)
            // Some servers answer 200 and drop an envelope that does not say what it is.
            .header("Content-Type", "application/x-sentry-envelope");
        let mut response = match request.send(envelope) {
            Ok(response) => response,
            Err(error) => return Delivered::Failed { reason: error.to_string(), is_reachable: false },
        };
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let limits = limits_of(status, header("x-sentry-rate-limits"), header("retry-after"));
        // The connection can only be used again when the answer was read; what it says does not matter.
        let _ = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        match status {
            200..=299 => Delivered::Accepted { limits },
            429 => Delivered::Limited { limits },
            408 | 500..=599 => Delivered::Failed { reason: format!("HTTP {status}"), is_reachable: true },
            _ => Delivered::Rejected { reason: format!("HTTP {status}") },
        }
    }
}
