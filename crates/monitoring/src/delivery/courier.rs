//! The thread that sends. It alone touches the outbox.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sentry::Envelope;

use super::dispatch::Dispatch;
use super::mailbox::{Letter, Mailbox, Posted};
use super::outbox::{Outbox, Removed};
use super::parcel::Parcel;
use super::status::{DropReason, ItemKind};
use crate::scrub::Scrubber;

/// How long to wait for something to do, where nothing waits to be sent again.
const IDLE: Duration = Duration::from_secs(60);
/// How often the counters are written.
const LEDGER_INTERVAL: Duration = Duration::from_secs(30);
/// Relay gives what is older a new date.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(5 * 24);
/// A check-in has no time of its own: Sentry dates it by its arrival, so a late one would speak of another firing.
const CHECK_IN_AGE_MAX: SignedDuration = SignedDuration::from_mins(10);

pub(super) struct Courier {
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) dispatch: Arc<Dispatch>,
    pub(super) outbox: Outbox,
    pub(super) scrubber: Arc<Scrubber>,
    pub(super) ledger_saved_at: Instant,
}

impl Courier {
    pub(super) fn run(mut self) {
        self.note_waiting();
        loop {
            let letter = self.mailbox.take(self.patience());
            if matches!(letter, Letter::Closed) {
                break;
            }
            // Without this thread nothing of ours would arrive until the next start: one letter may be lost, not all of them.
            if catch_unwind(AssertUnwindSafe(|| self.handle(letter))).is_err() {
                tracing::error!("sending to Sentry panicked; it goes on with the next envelope");
            }
        }
        // What may be sent now need not wait for the next start.
        while self.has_time() && self.deliver_one_again() {}
        self.outbox.save_ledger(&self.dispatch.ledger.lock());
        let Self { mailbox, outbox, .. } = self;
        // Whoever is told that this one is closed may open the folder next.
        drop(outbox);
        mailbox.mark_closed();
    }

    fn handle(&mut self, letter: Letter) {
        match letter {
            Letter::Posted(Posted::Envelope(envelope)) => self.deliver(&envelope),
            Letter::Posted(Posted::Parcel(parcel)) => self.keep(parcel),
            Letter::Nothing => drop(self.deliver_one_again()),
            Letter::Closed => {}
        }
        self.save_ledger_when_due();
    }

    /// Until something of the outbox may be tried again.
    fn patience(&self) -> Duration {
        let now = Instant::now();
        let line = self.dispatch.line();
        let waits = self
            .outbox
            .kinds()
            .map(|kind| line.opens_at(kind, now).map_or(Duration::ZERO, |until| until.saturating_duration_since(now)));
        waits.min().unwrap_or(IDLE)
    }

    fn deliver(&mut self, envelope: &Envelope) {
        let mut bytes = Vec::new();
        let written = envelope.to_writer(&mut bytes);
        let Some(parcel) = written.ok().and_then(|()| self.scrubber.parcel(&bytes)) else {
            let (kind, count) = ItemKind::of_envelope(envelope);
            self.drop_items(kind, count, DropReason::Unreadable);
            return;
        };
        if !self.may_send(parcel.kind) || !self.dispatch.attempt(&parcel).is_settled {
            self.keep(parcel);
        }
    }

    /// Whether one was settled.
    fn deliver_one_again(&mut self) -> bool {
        let now = (self.dispatch.wall_clock)();
        let too_old = self.outbox.remove_older(|kind| cutoff(kind, now));
        self.note_removed(&too_old, DropReason::TooOld);
        let Some(next) = self.outbox.next(|kind| self.dispatch.is_open(kind)) else {
            self.note_waiting();
            return false;
        };
        let is_settled = match self.outbox.read(next) {
            Ok(parcel) => self.dispatch.attempt(&parcel).is_settled,
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

    fn save_ledger_when_due(&mut self) {
        if self.ledger_saved_at.elapsed() >= LEDGER_INTERVAL {
            self.outbox.save_ledger(&self.dispatch.ledger.lock());
            self.ledger_saved_at = Instant::now();
        }
    }

    /// Whether to try the network: it may be known to be down, or the process may have to end.
    fn may_send(&self, kind: ItemKind) -> bool {
        self.dispatch.is_open(kind) && self.has_time()
    }

    fn has_time(&self) -> bool {
        self.mailbox.deadline().is_none_or(|deadline| Instant::now() < deadline)
    }

    fn keep(&mut self, parcel: Parcel) {
        let (kind, count) = (parcel.kind, parcel.count);
        match self.outbox.put(parcel, (self.dispatch.wall_clock)()) {
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
        self.dispatch.ledger.lock().dropped(kind, reason, count, (self.dispatch.wall_clock)());
    }

    fn note_waiting(&self) {
        self.dispatch.ledger.lock().waiting(self.outbox.waiting());
    }
}

/// What was made before this is not worth sending any more.
fn cutoff(kind: ItemKind, now: Timestamp) -> Timestamp {
    let age_max = if kind == ItemKind::CheckIn { CHECK_IN_AGE_MAX } else { AGE_MAX };
    now.checked_sub(age_max).unwrap_or(Timestamp::MIN)
}
