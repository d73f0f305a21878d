//! What a page shows of monitoring itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sentry::Envelope;
use sentry::protocol::{EnvelopeItem, ItemContainer};
use serde::{Deserialize, Serialize};

use crate::check_in_status::CheckInStatus;

/// What is sent, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// An error, a warning, a message.
    Event,
    /// A run, a request.
    Transaction,
    /// A cron monitor's check-in.
    CheckIn,
    /// A log line.
    Log,
    /// A measurement.
    Metric,
    /// The SDK's own reports, and what it may send in future.
    Other,
}

impl ItemKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Event, Self::Transaction, Self::CheckIn, Self::Log, Self::Metric, Self::Other];

    /// The name that Sentry's envelopes have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Transaction => "transaction",
            Self::CheckIn => "check_in",
            Self::Log => "log",
            Self::Metric => "trace_metric",
            Self::Other => "other",
        }
    }

    /// The kind of an item of this type.
    pub(crate) fn of_item_type(item_type: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == item_type).unwrap_or(Self::Other)
    }

    /// The kind of the envelope's main item, and how many of it there are.
    pub(super) fn of_envelope(envelope: &Envelope) -> (Self, u64) {
        let kinds = envelope.items().map(|item| match item {
            EnvelopeItem::Event(_) => (Self::Event, 1),
            EnvelopeItem::Transaction(_) => (Self::Transaction, 1),
            EnvelopeItem::MonitorCheckIn(_) => (Self::CheckIn, 1),
            EnvelopeItem::ItemContainer(ItemContainer::Logs(logs)) => (Self::Log, logs.len() as u64),
            EnvelopeItem::ItemContainer(ItemContainer::Metrics(metrics)) => (Self::Metric, metrics.len() as u64),
            _ => (Self::Other, 1),
        });
        kinds.min_by_key(|(kind, _)| *kind).unwrap_or((Self::Other, 1))
    }
}

/// Why something was not sent and will not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// Reported faster than the sending thread could take it.
    QueueFull,
    /// The outbox was full; the oldest had to go.
    OutboxFull,
    /// The outbox could not be written or read.
    OutboxFailed,
    /// It waited so long that Sentry would date it wrongly.
    TooOld,
    /// Sentry will not have it, now or later.
    Rejected,
    /// It could not be read, so it could not be scrubbed.
    Unreadable,
}

/// How often something was dropped for a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedCount {
    /// What.
    pub kind: ItemKind,
    /// Why.
    pub reason: DropReason,
    /// How many.
    pub count: u64,
}

/// The last check-in of a monitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheckIn {
    /// Its status.
    pub status: CheckInStatus,
    /// When.
    pub at: Timestamp,
}

/// Why Sentry could not be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastFailure {
    /// What went wrong.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// What a page shows of monitoring itself; all of its fields are empty where monitoring is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MonitoringStatus {
    /// Where it sends to; None where monitoring is off.
    pub host: Option<String>,
    /// The environment it sends as.
    pub environment: Option<String>,
    /// The release it sends as.
    pub release: Option<String>,
    /// Whether the last attempt got through; None before the first.
    pub is_reachable: Option<bool>,
    /// When Sentry last accepted something.
    pub last_sent: Option<Timestamp>,
    /// When it last did not.
    pub last_failure: Option<LastFailure>,
    /// Sent in the last 24 hours.
    pub sent_last_day: BTreeMap<ItemKind, u64>,
    /// Dropped in the last 24 hours.
    pub dropped_last_day: Vec<DroppedCount>,
    /// Waiting to be sent.
    pub waiting: BTreeMap<ItemKind, u64>,
    /// What waits, in bytes.
    pub waiting_bytes: u64,
    /// The time of the oldest that waits.
    pub oldest_waiting: Option<Timestamp>,
    /// The last check-in of each monitor, by slug.
    pub last_check_ins: BTreeMap<String, LastCheckIn>,
}

/// What waits, for the statistics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) counts: BTreeMap<ItemKind, u64>,
    pub(super) bytes: u64,
    pub(super) oldest: Option<Timestamp>,
}
