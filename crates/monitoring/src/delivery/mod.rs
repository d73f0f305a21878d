//! The way to Sentry: a bounded queue, one thread that scrubs and sends, an outbox for what cannot be sent.

mod courier;
mod ledger;
mod line;
mod mailbox;
mod outbox;
mod sender;

pub(crate) mod parcel;
pub(crate) mod status;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sentry::{Envelope, Transport};

use self::courier::Courier;
use self::ledger::Ledger;
use self::line::Line;
use self::mailbox::Mailbox;
use self::outbox::Outbox;
use self::sender::HttpSender;
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
    pub(crate) scrubber: Scrubber,
    pub(crate) settings: &'a MonitoringSettings,
}

/// The SDK's transport. Nothing here waits for the network.
pub(crate) struct Delivery {
    mailbox: Arc<Mailbox>,
    ledger: SharedLedger,
    host: String,
    send_timeout: Duration,
    wall_clock: crate::settings::WallClock,
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
        let courier = Courier {
            mailbox: Arc::clone(&mailbox),
            sender: HttpSender::new(start.url, start.auth, send_timeout),
            line: Line::new(settings.retry_delay_min, settings.retry_delay_max),
            outbox,
            ledger: ledger.clone(),
            scrubber: start.scrubber,
            wall_clock: Arc::clone(&settings.wall_clock),
            ledger_saved_at: Instant::now(),
        };
        thread::Builder::new().name("sentry-courier".to_owned()).spawn(move || courier.run())?;
        let delivery =
            Self { mailbox, ledger, host: start.host, send_timeout, wall_clock: Arc::clone(&settings.wall_clock) };
        Ok((Arc::new(delivery), warning))
    }

    pub(crate) fn status(&self, now: Timestamp) -> MonitoringStatus {
        MonitoringStatus { host: Some(self.host.clone()), ..self.ledger.lock().status(now) }
    }

    pub(crate) fn note_check_in(&self, slug: &'static str, status: CheckInStatus, at: Timestamp) {
        self.ledger.lock().note_check_in(slug, status, at);
    }
}

impl Transport for Delivery {
    fn send_envelope(&self, envelope: Envelope) {
        if let Err(refused) = self.mailbox.post(envelope) {
            let (kind, count) = ItemKind::of_envelope(&refused);
            self.ledger.lock().dropped(kind, DropReason::QueueFull, count, (self.wall_clock)());
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
