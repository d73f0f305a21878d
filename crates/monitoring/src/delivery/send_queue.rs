//! The bounded queue between those who report and the thread that sends.
//!
//! Non-error envelopes are batched for 250 ms: those of one piece of work then leave together, and most of them after the
//! work, which may need the processor itself.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sentry::Envelope;

use super::envelope::ScrubbedEnvelope;
use super::status::ItemKind;

/// How long a non-error envelope may wait for the next. A person does not see it in Sentry, and a process that is killed
/// loses no more than this.
const GATHERING: Duration = Duration::from_millis(250);

/// What is put in.
#[derive(Debug)]
pub(super) enum Posted {
    /// Of the SDK, to be scrubbed and sent.
    Envelope(Box<Envelope>),
    /// Scrubbed already and not to be sent now: Sentry could not be reached, or asks for patience.
    ScrubbedEnvelope(ScrubbedEnvelope),
}

/// What the sending thread finds.
pub(super) enum QueuedEnvelope {
    /// Something to send or to keep.
    Posted(Posted),
    /// Nothing came in the time it waited.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

pub(super) struct SendQueue {
    state: Mutex<State>,
    changed: Condvar,
    envelopes_max: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Posted>,
    /// When what is queued may be handed out. None while nothing is queued.
    due: Option<Instant>,
    /// How many wait until all is sent.
    waiting: usize,
    /// The sending thread has one in its hands.
    is_busy: bool,
    /// Until when the sending thread may go on sending.
    closing: Option<Instant>,
    is_closed: bool,
}

impl SendQueue {
    pub(super) fn new(envelopes_max: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), envelopes_max: envelopes_max.max(1) }
    }

    /// Gives it back where there is no room, or nobody to take it.
    pub(super) fn post(&self, posted: Posted) -> Result<(), Posted> {
        let mut state = self.lock();
        if state.closing.is_some() || state.queue.len() >= self.envelopes_max {
            return Err(posted);
        }
        let now = Instant::now();
        let is_urgent = posted.is_error() || (state.queue.len() + 1) * 2 >= self.envelopes_max;
        let due = if is_urgent { now } else { state.due.unwrap_or(now + GATHERING) };
        // The sending thread waits for this moment already, where it is not an earlier one.
        let is_news = state.due.is_none_or(|known| due < known);
        state.due = Some(due);
        state.queue.push_back(posted);
        drop(state);
        if is_news {
            self.changed.notify_all();
        }
        Ok(())
    }

    /// The next one that is due, waiting for one at most this long. What was taken before counts as done.
    pub(super) fn take(&self, patience: Duration) -> QueuedEnvelope {
        let mut state = self.lock();
        state.is_busy = false;
        self.changed.notify_all();
        let until = Instant::now() + patience;
        loop {
            let now = Instant::now();
            if state.hands_out(now) {
                if let Some(posted) = state.queue.pop_front() {
                    state.is_busy = true;
                    return QueuedEnvelope::Posted(posted);
                }
                state.due = None;
            }
            if state.closing.is_some() {
                return QueuedEnvelope::Closed;
            }
            if until <= now {
                state.is_busy = true;
                return QueuedEnvelope::Nothing;
            }
            let left = state.due.map_or(until, |due| due.min(until)).saturating_duration_since(now);
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

    /// The sending thread has left.
    pub(super) fn mark_closed(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// What is queued is handed out at once then.
    pub(super) fn wait_until_idle(&self, timeout: Duration) -> bool {
        self.lock().waiting += 1;
        self.changed.notify_all();
        let is_idle = self.wait(timeout, |state| state.is_closed || (state.queue.is_empty() && !state.is_busy));
        self.lock().waiting -= 1;
        is_idle
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

impl State {
    /// Whether what is queued is due: once one is, so are all, to the last.
    fn hands_out(&self, now: Instant) -> bool {
        self.waiting > 0 || self.closing.is_some() || self.due.is_some_and(|due| due <= now)
    }
}

impl Posted {
    fn is_error(&self) -> bool {
        match self {
            Self::Envelope(envelope) => ItemKind::of_envelope(envelope).0 == ItemKind::Event,
            Self::ScrubbedEnvelope(scrubbed) => scrubbed.kind == ItemKind::Event,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Posted {
        Posted::Envelope(Box::new(Envelope::new()))
    }

    fn error() -> Posted {
        Posted::Envelope(Box::new(sentry::protocol::Event::default().into()))
    }

    #[test]
    fn what_is_no_error_waits_for_what_belongs_to_it() {
        let send_queue = SendQueue::new(8);
        send_queue.post(envelope()).unwrap();
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Nothing));
        send_queue.post(envelope()).unwrap();
        assert!(matches!(send_queue.take(GATHERING * 40), QueuedEnvelope::Posted(_)));
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Posted(_)), "the other one waits no more");
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Nothing));
    }

    #[test]
    fn an_error_is_handed_out_at_once_with_all_that_came_before_it() {
        let send_queue = SendQueue::new(8);
        send_queue.post(envelope()).unwrap();
        send_queue.post(error()).unwrap();
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Posted(posted) if !posted.is_error()));
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Posted(posted) if posted.is_error()));
    }

    #[test]
    fn a_queue_that_is_half_full_waits_for_nothing() {
        let send_queue = SendQueue::new(4);
        send_queue.post(envelope()).unwrap();
        send_queue.post(envelope()).unwrap();
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Posted(_)));
    }

    #[test]
    fn who_waits_for_the_end_is_not_kept_waiting() {
        let send_queue = std::sync::Arc::new(SendQueue::new(8));
        send_queue.post(envelope()).unwrap();
        let transport_thread = std::sync::Arc::clone(&send_queue);
        let took = std::thread::spawn(move || {
            let first = transport_thread.take(GATHERING * 40);
            // Back at the box, with nothing in its hands.
            let _ = transport_thread.take(GATHERING * 4);
            matches!(first, QueuedEnvelope::Posted(_))
        });
        assert!(send_queue.wait_until_idle(GATHERING * 40));
        assert!(took.join().unwrap());
    }

    #[test]
    fn a_full_queue_gives_it_back_and_does_not_wait() {
        let send_queue = SendQueue::new(1);
        assert!(send_queue.post(envelope()).is_ok());
        assert!(send_queue.post(envelope()).is_err());
    }

    #[test]
    fn what_is_queued_is_handed_out_before_the_end() {
        let send_queue = SendQueue::new(8);
        send_queue.post(envelope()).unwrap();
        send_queue.close(Instant::now());
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Posted(_)));
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Closed));
        assert!(send_queue.post(envelope()).is_err());
    }

    #[test]
    fn it_is_idle_only_when_the_last_one_taken_is_done() {
        let send_queue = SendQueue::new(8);
        send_queue.post(error()).unwrap();
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Posted(_)));
        assert!(!send_queue.wait_until_idle(Duration::ZERO));
        send_queue.close(Instant::now());
        assert!(matches!(send_queue.take(Duration::ZERO), QueuedEnvelope::Closed));
        assert!(send_queue.wait_until_idle(Duration::ZERO));
    }
}
