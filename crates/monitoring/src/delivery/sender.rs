//! One attempt to send, and what follows from it. The sending thread and those who relay for a browser share it: one
//! count, one idea of whether Sentry is there.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::delivery_stats::SharedStats;
use super::envelope::ScrubbedEnvelope;
use super::http_sender::{Answer, Delivered, HttpSender, SendFailure};
use super::rate_limiter::RateLimiter;
use super::status::{DropReason, ItemKind};
use crate::settings::WallClock;

pub(super) struct Sender {
    pub(super) http: HttpSender,
    pub(super) limiter: Mutex<RateLimiter>,
    pub(super) stats: SharedStats,
    pub(super) wall_clock: WallClock,
}

/// What came of an attempt.
pub(super) struct Attempt {
    /// Sent, or refused for good.
    pub(super) is_settled: bool,
    /// What Sentry answered, or why it did not.
    pub(super) answer: Result<Answer, SendFailure>,
}

impl Sender {
    pub(super) fn limiter(&self) -> MutexGuard<'_, RateLimiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it makes sense to try this kind now.
    pub(super) fn is_open(&self, kind: ItemKind) -> bool {
        self.limiter().is_open(kind, Instant::now())
    }

    pub(super) fn attempt(&self, scrubbed: &ScrubbedEnvelope) -> Attempt {
        // Without the locks: this may take as long as a request may.
        let sent = self.http.send(&scrubbed.bytes);
        let (moment, now) = (Instant::now(), (self.wall_clock)());
        let mut limiter = self.limiter();
        let mut stats = self.stats.lock();
        let answer = match sent {
            Ok(answer) => answer,
            Err(failure) => {
                limiter.failed(moment);
                stats.failed(failure.reason.clone(), false, now);
                return Attempt { is_settled: false, answer: Err(failure) };
            }
        };
        let is_settled = match answer.delivered() {
            Delivered::Accepted { limits } => {
                limiter.succeeded();
                limiter.limit(&limits, moment);
                stats.sent(scrubbed.kind, scrubbed.count, now);
                true
            }
            Delivered::Limited { limits } => {
                limiter.limit(&limits, moment);
                if limiter.is_open(scrubbed.kind, moment) {
                    // It was limited and the answer does not say by what.
                    limiter.failed(moment);
                }
                stats.failed(answer.text(), true, now);
                false
            }
            Delivered::Failed => {
                limiter.failed(moment);
                stats.failed(answer.text(), true, now);
                false
            }
            Delivered::Rejected => {
                stats.failed(answer.text(), true, now);
                stats.dropped(scrubbed.kind, DropReason::Rejected, scrubbed.count, now);
                true
            }
        };
        Attempt { is_settled, answer: Ok(answer) }
    }
}
