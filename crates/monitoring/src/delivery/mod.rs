//! The way to Sentry: a bounded queue, one thread that scrubs and sends, an outbox for what cannot be sent.

mod delivery_stats;
mod outbox;
mod rate_limiter;
mod resolver;
mod send_queue;
mod sender;
mod transport_thread;

pub(crate) mod envelope;
pub(crate) mod http_sender;
pub(crate) mod status;

use std::io;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sentry::{Envelope, Transport};

use self::delivery_stats::SharedStats;
use self::envelope::ScrubbedEnvelope;
use self::http_sender::{Answer, HttpSender, SendFailure};
use self::outbox::Outbox;
use self::rate_limiter::RateLimiter;
use self::send_queue::{Posted, SendQueue};
use self::sender::Sender;
use self::status::{DropReason, ItemKind, MonitoringStatus};
use self::transport_thread::TransportThread;
use crate::check_in_status::CheckInStatus;
use crate::scrub::Scrubber;
use crate::settings::{MonitoringSettings, SettingsWarning};

/// With it, a shutdown stays within its 5 seconds.
const SEND_TIMEOUT_MAX: Duration = Duration::from_millis(1500);
/// Beyond the request that may be on its way: to write to the outbox what is left.
const STORING_TIME: Duration = Duration::from_millis(500);

pub(crate) struct DeliverySettings<'a> {
    pub(crate) url: String,
    pub(crate) auth: String,
    pub(crate) host: String,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) settings: &'a MonitoringSettings,
}

/// The SDK's transport. As such it never waits for the network; [`Delivery::relay`] does.
pub(crate) struct Delivery {
    send_queue: Arc<SendQueue>,
    sender: Arc<Sender>,
    host: String,
    send_timeout: Duration,
}

/// What came of an envelope that was to be sent at once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SentNow {
    /// Sentry answered.
    Answered(Answer),
    /// It waits in the outbox.
    Kept,
    /// There was no room for it.
    Dropped,
}

impl Delivery {
    pub(crate) fn start(start: DeliverySettings<'_>) -> io::Result<(Arc<Self>, Option<SettingsWarning>)> {
        let settings = start.settings;
        let send_timeout = settings.send_timeout.min(SEND_TIMEOUT_MAX);
        let (outbox, refusal) = Outbox::open(settings.outbox_dir.as_deref(), settings.outbox_bytes_max);
        let warning = settings.outbox_dir.as_ref().zip(refusal).map(|(dir, error)| {
            SettingsWarning::OutboxUnavailable { path: dir.display().to_string(), reason: error.to_string() }
        });
        let stats = SharedStats(Arc::new(Mutex::new(outbox.load_stats())));
        let send_queue = Arc::new(SendQueue::new(settings.queue_envelopes_max));
        let sender = Arc::new(Sender {
            http: HttpSender::new(start.url, start.auth, send_timeout),
            limiter: Mutex::new(RateLimiter::new(settings.retry_delay_min, settings.retry_delay_max)),
            stats,
            wall_clock: Arc::clone(&settings.wall_clock),
        });
        let transport_thread = TransportThread {
            send_queue: Arc::clone(&send_queue),
            sender: Arc::clone(&sender),
            outbox,
            scrubber: start.scrubber,
            stats_saved_at: Instant::now(),
        };
        thread::Builder::new().name("sentry-transport".to_owned()).spawn(move || transport_thread.run())?;
        Ok((Arc::new(Self { send_queue, sender, host: start.host, send_timeout }), warning))
    }

    pub(crate) fn status(&self, now: Timestamp) -> MonitoringStatus {
        MonitoringStatus { host: Some(self.host.clone()), ..self.sender.stats.lock().status(now) }
    }

    pub(crate) fn note_check_in(&self, slug: &'static str, status: CheckInStatus, at: Timestamp) {
        self.sender.stats.lock().note_check_in(slug, status, at);
    }

    /// Sends a scrubbed envelope from the caller's thread, at most as long as a request may take. Where Sentry is out of
    /// reach, or has asked for patience, it waits in the outbox.
    pub(crate) fn relay(&self, scrubbed: ScrubbedEnvelope) -> SentNow {
        let attempt = self.sender.is_open(scrubbed.kind).then(|| self.sender.attempt(&scrubbed));
        let answer = match attempt {
            Some(attempt) if attempt.is_settled => return attempt.answer.map_or(SentNow::Kept, SentNow::Answered),
            Some(attempt) => attempt.answer.ok(),
            None => None,
        };
        let (kind, count) = (scrubbed.kind, scrubbed.count);
        if self.send_queue.post(Posted::ScrubbedEnvelope(scrubbed.for_later())).is_err() {
            self.drop_items(kind, count, DropReason::QueueFull);
            return SentNow::Dropped;
        }
        // The browser should hear of limits, too, and then leave Sentry alone.
        answer.filter(|answer| answer.status == 429).map_or(SentNow::Kept, SentNow::Answered)
    }

    /// Tries once, and says what came of it. What fails is not kept.
    pub(crate) fn try_once(&self, scrubbed: &ScrubbedEnvelope) -> Result<Answer, SendFailure> {
        self.sender.attempt(scrubbed).answer
    }

    pub(crate) fn note_unreadable(&self) {
        self.drop_items(ItemKind::Other, 1, DropReason::Unreadable);
    }

    pub(crate) fn note_turned_away(&self) {
        self.drop_items(ItemKind::Other, 1, DropReason::QueueFull);
    }

    fn drop_items(&self, kind: ItemKind, count: u64, reason: DropReason) {
        self.sender.stats.lock().dropped(kind, reason, count, (self.sender.wall_clock)());
    }
}

impl Transport for Delivery {
    fn send_envelope(&self, envelope: Envelope) {
        if let Err(Posted::Envelope(refused)) = self.send_queue.post(Posted::Envelope(Box::new(envelope))) {
            let (kind, count) = ItemKind::of_envelope(&refused);
            self.drop_items(kind, count, DropReason::QueueFull);
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.send_queue.wait_until_idle(timeout)
    }

    fn shutdown(&self, timeout: Duration) -> bool {
        self.send_queue.close(Instant::now() + timeout);
        self.send_queue.wait_until_closed(timeout + self.send_timeout + STORING_TIME)
    }
}
