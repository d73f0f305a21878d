//! `klk doctor`: sends one of each and says what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sentry::protocol::Event;
use sentry::{Hub, Level, TransactionContext};

use crate::check_in::CheckIn;
use crate::client::Monitoring;
use crate::cron_monitor::CronMonitor;
use crate::delivery::status::{ItemKind, LastFailure};

/// What came of one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelfTest {
    /// Monitoring is off.
    Off,
    /// Something was sent, or not.
    Tried {
        /// By kind.
        answers: BTreeMap<ItemKind, SelfTestAnswer>,
        /// The identifier of the test event, to look it up.
        event_id: String,
        /// What went wrong last, where not everything was accepted.
        failure: Option<LastFailure>,
    },
}

/// What came of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfTestAnswer {
    /// Sentry accepted it.
    Accepted,
    /// It waits in the outbox.
    Waiting,
    /// It was dropped, or nothing was heard in time.
    Lost,
}

impl Monitoring {
    /// Sends a test event, a transaction and a check-in of its own monitor, and waits at most this long for each to be
    /// settled. For a process in which nothing else is reported meanwhile: it goes by the counters.
    pub fn self_test(&self, timeout: Duration) -> SelfTest {
        let Some(shared) = &self.shared else { return SelfTest::Off };
        let before = self.status();
        let hub = self.current_hub(shared);
        let event_id = hub.capture_event(Event {
            level: Level::Info,
            message: Some("Prueba de klk doctor".to_owned()),
            fingerprint: vec!["klk_doctor".into()].into(),
            ..Event::default()
        });
        let mut context = TransactionContext::new("klk doctor", "test");
        context.set_sampled(true);
        Hub::run(Arc::clone(&hub), || hub.start_transaction(context).finish());
        CheckIn::open(Arc::clone(shared), CronMonitor::self_test()).succeed();
        self.flush(timeout);

        let after = self.status();
        let count = |counts: &BTreeMap<ItemKind, u64>, kind| counts.get(&kind).copied().unwrap_or_default();
        let sent = [(ItemKind::Event, 1), (ItemKind::Transaction, 1), (ItemKind::CheckIn, 2)];
        let answers: BTreeMap<_, _> = sent
            .into_iter()
            .map(|(kind, number)| {
                let accepted = count(&after.sent_last_day, kind).saturating_sub(count(&before.sent_last_day, kind));
                let answer = if accepted >= number {
                    SelfTestAnswer::Accepted
                } else if count(&after.waiting, kind) > 0 {
                    SelfTestAnswer::Waiting
                } else {
                    SelfTestAnswer::Lost
                };
                (kind, answer)
            })
            .collect();
        let is_fine = answers.values().all(|answer| *answer == SelfTestAnswer::Accepted);
        let failure = after.last_failure.filter(|_| !is_fine);
        SelfTest::Tried { answers, event_id: event_id.simple().to_string(), failure }
    }
}
