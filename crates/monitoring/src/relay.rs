//! Envelopes that a browser sends through us: only for our own project, scrubbed as our own are, kept where Sentry is
//! out of reach.

use std::str::FromStr;

use sentry::types::Dsn;
use serde::Deserialize;

use crate::client::Monitoring;
use crate::delivery::SentNow;

/// Item types that the browser SDK sends. Check-ins are left out: only the server runs schedules.
const BROWSER_ITEM_TYPES: [&str; 11] = [
    "attachment",
    "client_report",
    "event",
    "feedback",
    "log",
    "session",
    "sessions",
    "span",
    "trace_metric",
    "transaction",
    "user_report",
];

/// What came of a browser's envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relayed {
    /// Monitoring is off.
    Off,
    /// It is no envelope, or holds what cannot be looked through or what no browser sends.
    Unreadable,
    /// It does not say that it is for our project.
    Foreign,
    /// Sentry answered; the browser should hear the same.
    Answered(RelayAnswer),
    /// Sentry is out of reach, or asked for patience; it will be sent later.
    Kept,
    /// As many wait already as may.
    Full,
}

/// What Sentry answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayAnswer {
    /// The status of its answer.
    pub status: u16,
    /// `X-Sentry-Rate-Limits`.
    pub rate_limits: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
}

#[derive(Deserialize)]
struct EnvelopeHeader {
    dsn: Option<String>,
}

impl Monitoring {
    /// Sends an envelope of a browser on. It waits for the network, as long as one request may take: not to be called
    /// from an asynchronous task.
    pub fn relay(&self, envelope: &[u8]) -> Relayed {
        let Some(shared) = &self.shared else { return Relayed::Off };
        let first_line = envelope.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Ok(header) = serde_json::from_slice::<EnvelopeHeader>(first_line) else {
            shared.delivery.note_unreadable();
            return Relayed::Unreadable;
        };
        let named = header.dsn.and_then(|dsn| Dsn::from_str(&dsn).ok());
        let own = shared.client.dsn();
        if !named.zip(own).is_some_and(|(named, own)| is_same_project(&named, own)) {
            return Relayed::Foreign;
        }
        let Some(scrubbed) =
            shared.scrubber.scrub_allowed(envelope, |item_type| BROWSER_ITEM_TYPES.contains(&item_type))
        else {
            shared.delivery.note_unreadable();
            return Relayed::Unreadable;
        };
        match shared.delivery.relay(scrubbed) {
            SentNow::Answered(answer) => Relayed::Answered(RelayAnswer {
                status: answer.status,
                rate_limits: answer.rate_limits,
                retry_after: answer.retry_after,
            }),
            SentNow::Kept => Relayed::Kept,
            SentNow::Dropped => Relayed::Full,
        }
    }

    /// Counts an envelope that was turned away unread, because too many came.
    pub fn note_turned_away(&self) {
        if let Some(shared) = &self.shared {
            shared.delivery.note_turned_away();
        }
    }
}

/// Whether both name the same key of the same project of the same server.
fn is_same_project(one: &Dsn, other: &Dsn) -> bool {
    let parts = |dsn: &Dsn| (dsn.host().to_owned(), dsn.port(), dsn.path().to_owned(), dsn.project_id().to_string());
    one.public_key() == other.public_key() && parts(one) == parts(other)
}
