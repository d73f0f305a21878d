//! One attempt to send, and what follows from it. The sending thread and those who relay for a browser share it: one
//! count, one idea of whether Sentry is there.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::SharedLedger;
use super::line::Line;
use super::parcel::Parcel;
use super::sender::{Answer, Delivered, HttpSender, SendFailure};
use super::status::{DropReason, ItemKind};
use crate::settings::WallClock;

pub(super) struct Dispatch {
    pub(super) sender: HttpSender,
    pub(super) line: Mutex<Line>,
    pub(super) ledger: SharedLedger,
    pub(super) wall_clock: WallClock,
}

/// What came of an attempt.
pub(super) struct Attempt {
    /// Sent, or refused for good.
    pub(super) is_settled: bool,
    /// What Sentry answered, or why it did not.
    pub(super) answer: Result<Answer, SendFailure>,
}

impl Dispatch {
    pub(super) fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it makes sense to try this kind now.
    pub(super) fn is_open(&self, kind: ItemKind) -> bool {
        self.line().is_open(kind, Instant::now())
    }

    pub(super) fn attempt(&self, parcel: &Parcel) -> Attempt {
        // Without the locks: this may take as long as a request may.
        let sent = self.sender.send(&parcel.bytes);
        let (moment, now) = (Instant::now(), (self.wall_clock)());
        let mut line = self.line();
        let mut ledger = self.ledger.lock();
        let answer = match sent {
            Ok(answer) => answer,
            Err(failure) => {
                line.failed(moment);
                ledger.failed(failure.reason.clone(), false, now);
                return Attempt { is_settled: false, answer: Err(failure) };
            }
        };
        let is_settled = match answer.delivered() {
            Delivered::Accepted { limits } => {
                line.succeeded();
                line.limit(&limits, moment);
                ledger.sent(parcel.kind, parcel.count, now);
                true
            }
            Delivered::Limited { limits } => {
                line.limit(&limits, moment);
                if line.is_open(parcel.kind, moment) {
                    // It was limited and the answer does not say by what.
                    line.failed(moment);
                }
                ledger.failed(answer.text(), true, now);
                false
            }
            Delivered::Failed => {
                line.failed(moment);
                ledger.failed(answer.text(), true, now);
                false
            }
            Delivered::Rejected => {
                ledger.failed(answer.text(), true, now);
                ledger.dropped(parcel.kind, DropReason::Rejected, parcel.count, now);
                true
            }
        };
        Attempt { is_settled, answer: Ok(answer) }
    }
}
