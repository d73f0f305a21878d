//! `klk doctor`: sends one of each and says what came of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sentry::protocol::Event;
use sentry::types::random_uuid;
use sentry::{Client, Envelope, Hub, Level, TransactionContext, Transport};

use crate::check_in;
use crate::check_in_status::CheckInStatus;
use crate::client::Monitoring;
use crate::cron_monitor::CronMonitor;
use crate::delivery::http_sender::{Answer, SendFailure};
use crate::delivery::status::ItemKind;
use crate::shared::Shared;

/// What came of one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelfTest {
    /// Monitoring is off.
    Off,
    /// Each was sent, or not.
    Tried {
        /// The server.
        host: String,
        /// An event, a transaction and a check-in.
        items: Vec<SelfTestItem>,
        /// The identifier of the test event, to look it up.
        event_id: String,
        /// Where to look at the event; None where no organisation is configured.
        event_link: Option<String>,
    },
}

/// What came of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTestItem {
    /// What was sent.
    pub kind: ItemKind,
    /// What came of it.
    pub answer: SelfTestAnswer,
}

/// What Sentry did with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelfTestAnswer {
    /// It took it.
    Accepted,
    /// It asks for patience: a quota, or a limit of the project.
    Limited,
    /// It will not have it, with this status: the key or the project is not right (401, 403, 404), for example.
    Refused(u16),
    /// It has a problem of its own, with this status.
    Broken(u16),
    /// It did not answer in the time that a request may take.
    TimedOut,
    /// It is not there.
    Unreachable {
        /// In the words of the HTTP client.
        reason: String,
    },
    /// There was nothing to send: a fault of ours.
    NotMade,
}

impl Monitoring {
    /// Sends a test event, a transaction and a check-in of its own monitor: scrubbed and by the same way as all else, but
    /// at once, one after the other. What does not arrive is not kept. It waits for the network.
    pub fn self_test(&self) -> SelfTest {
        let Some(shared) = &self.shared else { return SelfTest::Off };
        let collector = Arc::new(Collector::default());
        let options = shared.client.options().clone().transport(Arc::clone(&collector));
        let hub = Arc::new(Hub::new(Some(Arc::new(Client::with_options(options))), Arc::default()));
        let event_id = hub.capture_event(Event {
            level: Level::Info,
            message: Some("Prueba de klk doctor".to_owned()),
            fingerprint: vec!["klk_doctor".into()].into(),
            ..Event::default()
        });
        let event = collector.take();
        let mut context = TransactionContext::new("klk doctor", "test");
        context.set_sampled(true);
        Hub::run(Arc::clone(&hub), || hub.start_transaction(context).finish());
        let transaction = collector.take();
        let monitor = CronMonitor::self_test();
        let check_in = check_in::envelope(&shared.client, &monitor, random_uuid(), CheckInStatus::Ok, Some(0.0));

        let event_id = event_id.simple().to_string();
        let sent =
            [(ItemKind::Event, event), (ItemKind::Transaction, transaction), (ItemKind::CheckIn, Some(check_in))];
        let items = sent.into_iter().map(|(kind, envelope)| SelfTestItem { kind, answer: try_one(shared, envelope) });
        SelfTest::Tried {
            host: shared.client.dsn().map(|dsn| dsn.host().to_owned()).unwrap_or_default(),
            items: items.collect(),
            event_link: self.links().map(|links| links.event(&event_id)),
            event_id,
        }
    }
}

fn try_one(shared: &Shared, envelope: Option<Envelope>) -> SelfTestAnswer {
    let mut bytes = Vec::new();
    let written = envelope.and_then(|envelope| envelope.to_writer(&mut bytes).ok());
    let Some(scrubbed) = written.and_then(|()| shared.scrubber.scrub_envelope(&bytes)) else {
        return SelfTestAnswer::NotMade;
    };
    match shared.delivery.try_once(&scrubbed) {
        Ok(Answer { status, .. }) => match status {
            200..=299 => SelfTestAnswer::Accepted,
            429 => SelfTestAnswer::Limited,
            408 | 500..=599 => SelfTestAnswer::Broken(status),
            _ => SelfTestAnswer::Refused(status),
        },
        Err(SendFailure { is_timeout: true, .. }) => SelfTestAnswer::TimedOut,
        Err(SendFailure { reason, .. }) => SelfTestAnswer::Unreachable { reason },
    }
}

/// A transport that only holds what it is given.
#[derive(Default)]
struct Collector(Mutex<Option<Envelope>>);

impl Collector {
    fn take(&self) -> Option<Envelope> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Transport for Collector {
    fn send_envelope(&self, envelope: Envelope) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(envelope);
    }

    fn flush(&self, _timeout: Duration) -> bool {
        true
    }
}
