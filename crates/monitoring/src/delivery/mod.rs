//! The way to Sentry: a bounded queue, one thread that scrubs and sends, an outbox for what cannot be sent.

mod courier;
mod dispatch;
mod ledger;
mod line;
mod mailbox;
mod outbox;
mod resolver;

pub(crate) mod parcel;
pub(crate) mod sender;
pub(crate) mod status;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sentry::{Envelope, Transport};

use self::courier::Courier;
use self::dispatch::Dispatch;
use self::ledger::Ledger;
use self::line::Line;
use self::mailbox::{Mailbox, Posted};
use self::outbox::Outbox;
use self::parcel::Parcel;
use self::sender::{Answer, HttpSender, SendFailure};
use self::status::{DropReason, ItemKind, MonitoringStatus};
use crate::check_in::CheckInStatus;
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
    mailbox: Arc<Mailbox>,
    dispatch: Arc<Dispatch>,
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

#[derive(Clone, Default)]
struct SharedLedger(Arc<Mutex<Ledger>>);

impl SharedLedger {
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    pub(crate) fn start(start: DeliverySettings<'_>) -> io::Result<(Arc<Self>, Option<SettingsWarning>)> {
        let settings = start.settings;
        let send_timeout = settings.send_timeout.min(SEND_TIMEOUT_MAX);
        let (outbox, refusal) = Outbox::open(settings.outbox_dir.as_deref(), settings.outbox_bytes_max);
        let warning = settings.outbox_dir.as_ref().zip(refusal).map(|(dir, error)| {
            SettingsWarning::OutboxUnavailable { path: dir.display().to_string(), reason: error.to_string() }
        });
        let ledger = SharedLedger(Arc::new(Mutex::new(outbox.load_ledger())));
        let mailbox = Arc::new(Mailbox::new(settings.queue_envelopes_max));
        let dispatch = Arc::new(Dispatch {
            sender: HttpSender::new(start.url, start.auth, send_timeout),
            line: Mutex::new(Line::new(settings.retry_delay_min, settings.retry_delay_max)),
            ledger,
            wall_clock: Arc::clone(&settings.wall_clock),
        });
        let courier = Courier {
            mailbox: Arc::clone(&mailbox),
            dispatch: Arc::clone(&dispatch),
            outbox,
            scrubber: start.scrubber,
            ledger_saved_at: Instant::now(),
        };
        thread::Builder::new().name("sentry-courier".to_owned()).spawn(move || courier.run())?;
        Ok((Arc::new(Self { mailbox, dispatch, host: start.host, send_timeout }), warning))
    }

    pub(crate) fn status(&self, now: Timestamp) -> MonitoringStatus {
        MonitoringStatus { host: Some(self.host.clone()), ..self.dispatch.ledger.lock().status(now) }
    }

    pub(crate) fn note_check_in(&self, slug: &'static str, status: CheckInStatus, at: Timestamp) {
        self.dispatch.ledger.lock().note_check_in(slug, status, at);
    }

    /// Sends a scrubbed envelope from the caller's thread, at most as long as a request may take. Where Sentry is out of
    /// reach, or has asked for patience, it waits in the outbox.
    pub(crate) fn relay(&self, parcel: Parcel) -> SentNow {
        let attempt = self.dispatch.is_open(parcel.kind).then(|| self.dispatch.attempt(&parcel));
        let answer = match attempt {
            Some(attempt) if attempt.is_settled => return attempt.answer.map_or(SentNow::Kept, SentNow::Answered),
            Some(attempt) => attempt.answer.ok(),
            None => None,
        };
        let (kind, count) = (parcel.kind, parcel.count);
        if self.mailbox.post(Posted::Parcel(parcel.for_later())).is_err() {
            self.drop_items(kind, count, DropReason::QueueFull);
            return SentNow::Dropped;
        }
        // The browser should hear of limits, too, and then leave Sentry alone.
        answer.filter(|answer| answer.status == 429).map_or(SentNow::Kept, SentNow::Answered)
    }

    /// Tries once, and says what came of it. What fails is not kept.
    pub(crate) fn try_once(&self, parcel: &Parcel) -> Result<Answer, SendFailure> {
        self.dispatch.attempt(parcel).answer
    }

    pub(crate) fn note_unreadable(&self) {
        self.drop_items(ItemKind::Other, 1, DropReason::Unreadable);
    }

    pub(crate) fn note_turned_away(&self) {
        self.drop_items(ItemKind::Other, 1, DropReason::QueueFull);
    }

    fn drop_items(&self, kind: ItemKind, count: u64, reason: DropReason) {
        self.dispatch.ledger.lock().dropped(kind, reason, count, (self.dispatch.wall_clock)());
    }
}

impl Transport for Delivery {
    fn send_envelope(&self, envelope: Envelope) {
        if let Err(Posted::Envelope(refused)) = self.mailbox.post(Posted::Envelope(Box::new(envelope))) {
            let (kind, count) = ItemKind::of_envelope(&refused);
            self.drop_items(kind, count, DropReason::QueueFull);
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.mailbox.wait_until_idle(timeout)
    }

    fn shutdown(&self, timeout: Duration) -> bool {
        self.mailbox.close(Instant::now() + timeout);
        self.mailbox.wait_until_closed(timeout + self.send_timeout + STORING_TIME)
    }
}
