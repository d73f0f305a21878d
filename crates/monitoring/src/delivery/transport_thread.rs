//! The thread that sends. It alone touches the outbox.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sentry::Envelope;

use super::envelope::ScrubbedEnvelope;
use super::outbox::{Outbox, Removed};
use super::send_queue::{Posted, QueuedEnvelope, SendQueue};
use super::sender::Sender;
use super::status::{DropReason, ItemKind};
use crate::scrub::Scrubber;

/// How long to wait for something to do, where nothing waits to be sent again.
const IDLE: Duration = Duration::from_secs(60);
/// How often the counters are written.
const STATS_INTERVAL: Duration = Duration::from_secs(30);
/// Relay gives what is older a new date.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(5 * 24);
/// A check-in has no time of its own: Sentry dates it by its arrival, so a late one would speak of another firing.
const CHECK_IN_AGE_MAX: SignedDuration = SignedDuration::from_mins(10);

pub(super) struct TransportThread {
    pub(super) send_queue: Arc<SendQueue>,
    pub(super) sender: Arc<Sender>,
    pub(super) outbox: Outbox,
    pub(super) scrubber: Arc<Scrubber>,
    pub(super) stats_saved_at: Instant,
}

impl TransportThread {
    pub(super) fn run(mut self) {
        self.note_waiting();
        loop {
            let queued = self.send_queue.take(self.patience());
            if matches!(queued, QueuedEnvelope::Closed) {
                break;
            }
            // Without this thread nothing of ours would arrive until the next start: one envelope may be lost, not all of them.
            if catch_unwind(AssertUnwindSafe(|| self.handle(queued))).is_err() {
                tracing::error!("sending to Sentry panicked; it goes on with the next envelope");
            }
        }
        // What may be sent now need not wait for the next start.
        while self.has_time() && self.deliver_one_again() {}
        self.outbox.save_stats(&self.sender.stats.lock());
        let Self { send_queue, outbox, .. } = self;
        // Whoever waits for this one to close may open the folder next.
        drop(outbox);
        send_queue.mark_closed();
    }

    fn handle(&mut self, queued: QueuedEnvelope) {
        match queued {
            QueuedEnvelope::Posted(Posted::Envelope(envelope)) => self.deliver(&envelope),
            QueuedEnvelope::Posted(Posted::ScrubbedEnvelope(scrubbed)) => self.keep(scrubbed),
            QueuedEnvelope::Nothing => drop(self.deliver_one_again()),
            QueuedEnvelope::Closed => {}
        }
        self.save_stats_when_due();
    }

    /// Until something of the outbox may be tried again.
    fn patience(&self) -> Duration {
        let now = Instant::now();
        let limiter = self.sender.limiter();
        let waits = self.outbox.kinds().map(|kind| {
            limiter.opens_at(kind, now).map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
        });
        waits.min().unwrap_or(IDLE)
    }

    fn deliver(&mut self, envelope: &Envelope) {
        let mut bytes = Vec::new();
        let written = envelope.to_writer(&mut bytes);
        let Some(scrubbed) = written.ok().and_then(|()| self.scrubber.scrub_envelope(&bytes)) else {
            let (kind, count) = ItemKind::of_envelope(envelope);
            self.drop_items(kind, count, DropReason::Unreadable);
            return;
        };
        if !self.may_send(scrubbed.kind) || !self.sender.attempt(&scrubbed).is_settled {
            self.keep(scrubbed);
        }
    }

    /// Whether one was settled.
    fn deliver_one_again(&mut self) -> bool {
        let now = (self.sender.wall_clock)();
        let too_old = self.outbox.remove_older(|kind| cutoff(kind, now));
        self.note_removed(&too_old, DropReason::TooOld);
        let Some(next) = self.outbox.next(|kind| self.sender.is_open(kind)) else {
            self.note_waiting();
            return false;
        };
        let is_settled = match self.outbox.read(next) {
            Ok(scrubbed) => self.sender.attempt(&scrubbed).is_settled,
            Err(removed) => {
                self.note_removed(&[removed], DropReason::OutboxFailed);
                true
            }
        };
        if is_settled {
            self.outbox.remove(next);
        }
        self.note_waiting();
        is_settled
    }

    fn save_stats_when_due(&mut self) {
        if self.stats_saved_at.elapsed() >= STATS_INTERVAL {
            self.outbox.save_stats(&self.sender.stats.lock());
            self.stats_saved_at = Instant::now();
        }
    }

    /// Whether to try the network: it may be known to be down, or the process may have to end.
    fn may_send(&self, kind: ItemKind) -> bool {
        self.sender.is_open(kind) && self.has_time()
    }

    fn has_time(&self) -> bool {
        self.send_queue.deadline().is_none_or(|deadline| Instant::now() < deadline)
    }

    fn keep(&mut self, scrubbed: ScrubbedEnvelope) {
        let (kind, count) = (scrubbed.kind, scrubbed.count);
        match self.outbox.put(scrubbed, (self.sender.wall_clock)()) {
            Ok(removed) => self.note_removed(&removed, DropReason::OutboxFull),
            Err(_) => self.drop_items(kind, count, DropReason::OutboxFailed),
        }
        self.note_waiting();
    }

    fn note_removed(&self, removed: &[Removed], reason: DropReason) {
        for Removed { kind, count } in removed {
            self.drop_items(*kind, *count, reason);
        }
    }

    fn drop_items(&self, kind: ItemKind, count: u64, reason: DropReason) {
        self.sender.stats.lock().dropped(kind, reason, count, (self.sender.wall_clock)());
    }

    fn note_waiting(&self) {
        self.sender.stats.lock().waiting(self.outbox.waiting());
    }
}

/// What was made before this is not worth sending any more.
fn cutoff(kind: ItemKind, now: Timestamp) -> Timestamp {
    let age_max = if kind == ItemKind::CheckIn { CHECK_IN_AGE_MAX } else { AGE_MAX };
    now.checked_sub(age_max).unwrap_or(Timestamp::MIN)
}
