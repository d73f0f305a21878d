//! The bounded queue between those who report and the thread that sends.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sentry::Envelope;

use super::parcel::Parcel;

/// What is put in.
#[derive(Debug)]
pub(super) enum Posted {
    /// Of the SDK, to be scrubbed and sent.
    Envelope(Box<Envelope>),
    /// Scrubbed already and not to be sent now: Sentry could not be reached, or asks for patience.
    Parcel(Parcel),
}

/// What the courier finds.
pub(super) enum Letter {
    /// Something to send or to keep.
    Posted(Posted),
    /// Nothing came in the time it waited.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

pub(super) struct Mailbox {
    state: Mutex<State>,
    changed: Condvar,
    envelopes_max: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Posted>,
    /// The courier has one in its hands.
    is_busy: bool,
    /// Until when the courier may go on sending.
    closing: Option<Instant>,
    is_closed: bool,
}

impl Mailbox {
    pub(super) fn new(envelopes_max: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), envelopes_max: envelopes_max.max(1) }
    }

    /// Gives it back where there is no room, or nobody to take it.
    pub(super) fn post(&self, posted: Posted) -> Result<(), Posted> {
        let mut state = self.lock();
        if state.closing.is_some() || state.queue.len() >= self.envelopes_max {
            return Err(posted);
        }
        state.queue.push_back(posted);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// The next one, waiting for one at most this long. What was taken before counts as done.
    pub(super) fn take(&self, patience: Duration) -> Letter {
        let mut state = self.lock();
        state.is_busy = false;
        self.changed.notify_all();
        let until = Instant::now() + patience;
        loop {
            if let Some(posted) = state.queue.pop_front() {
                state.is_busy = true;
                return Letter::Posted(posted);
            }
            if state.closing.is_some() {
                return Letter::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.is_busy = true;
                return Letter::Nothing;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Until when to send, where the end has been asked for.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.lock().closing
    }

    pub(super) fn close(&self, deadline: Instant) {
        self.lock().closing.get_or_insert(deadline);
        self.changed.notify_all();
    }

    /// The courier has left.
    pub(super) fn mark_closed(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    pub(super) fn wait_until_idle(&self, timeout: Duration) -> bool {
        self.wait(timeout, |state| state.is_closed || (state.queue.is_empty() && !state.is_busy))
    }

    pub(super) fn wait_until_closed(&self, timeout: Duration) -> bool {
        self.wait(timeout, |state| state.is_closed)
    }

    fn wait(&self, timeout: Duration, is_done: impl Fn(&State) -> bool) -> bool {
        let state = self.lock();
        let waited = self.changed.wait_timeout_while(state, timeout, |state| !is_done(state));
        is_done(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Posted {
        Posted::Envelope(Box::new(Envelope::new()))
    }

    #[test]
    fn a_full_mailbox_gives_it_back_and_does_not_wait() {
        let mailbox = Mailbox::new(1);
        assert!(mailbox.post(envelope()).is_ok());
        assert!(mailbox.post(envelope()).is_err());
    }

    #[test]
    fn what_is_queued_is_handed_out_before_the_end() {
        let mailbox = Mailbox::new(8);
        mailbox.post(envelope()).unwrap();
        mailbox.close(Instant::now());
        assert!(matches!(mailbox.take(Duration::ZERO), Letter::Posted(_)));
        assert!(matches!(mailbox.take(Duration::ZERO), Letter::Closed));
        assert!(mailbox.post(envelope()).is_err());
    }

    #[test]
    fn it_is_idle_only_when_the_last_one_taken_is_done() {
        let mailbox = Mailbox::new(8);
        mailbox.post(envelope()).unwrap();
        assert!(matches!(mailbox.take(Duration::ZERO), Letter::Posted(_)));
        assert!(!mailbox.wait_until_idle(Duration::ZERO));
        mailbox.close(Instant::now());
        assert!(matches!(mailbox.take(Duration::ZERO), Letter::Closed));
        assert!(mailbox.wait_until_idle(Duration::ZERO));
    }
}
