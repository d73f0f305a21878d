//! When people are notified, where, and what the tasks of notices share.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Time;
use notices::{Channel, Language, Transport};
use rust_decimal::Decimal;
use tokio::sync::watch;

/// When people are notified, and where.
#[derive(Clone, Debug)]
pub struct NoticeSettings {
    /// Where notices go; with none there are none.
    pub channels: Vec<Channel>,
    /// In which language.
    pub language: Language,
    /// How long something has to be overdue.
    pub overdue_min: SignedDuration,
    /// Automatic retries that have to have failed, where something is retried by itself.
    pub retries_min: u32,
    /// From which estimated sales in USD on there is a notice at once.
    pub usd_min: Decimal,
    /// After how long it is repeated; None for never.
    pub repeat_after: Option<SignedDuration>,
    /// When the digest of the rest is sent, on the clock of the schedules; None for never.
    pub digest_at: Option<Time>,
    /// From one look to the next.
    pub look_interval: Duration,
    /// The pause after the first attempt that failed; it doubles with each.
    pub pause_first: SignedDuration,
    /// The longest pause.
    pub pause_max: SignedDuration,
    /// After how long a message is given up.
    pub give_up_after: SignedDuration,
    /// How long the log of deliveries is kept.
    pub kept: SignedDuration,
    /// What people open, as `https://klk.example`; None for notices without a link.
    pub public_url: Option<String>,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self {
            channels: Vec::new(),
            language: Language::Spanish,
            overdue_min: SignedDuration::from_mins(20),
            retries_min: 1,
            usd_min: Decimal::new(500, 0),
            repeat_after: Some(SignedDuration::from_hours(4)),
            digest_at: Some(Time::constant(7, 30, 0, 0)),
            look_interval: Duration::from_secs(60),
            pause_first: SignedDuration::from_secs(30),
            pause_max: SignedDuration::from_mins(15),
            give_up_after: SignedDuration::from_hours(24),
            kept: SignedDuration::from_hours(24 * 90),
            public_url: None,
        }
    }
}

/// What the tasks of notices share.
pub(crate) struct NoticeOffice {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) queued: watch::Sender<()>,
}

impl NoticeOffice {
    pub(crate) fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport, queued: watch::Sender::new(()) }
    }

    /// Says that something waits in the outbox.
    pub(crate) fn wake(&self) {
        self.queued.send_replace(());
    }
}
