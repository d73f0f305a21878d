//! What a look back left to be done.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{BranchId, Interval};
use jiff::Timestamp;

/// A day of a store that is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) branch: BranchId,
    pub(crate) interval: Interval<Timestamp>,
    /// Requests that were not answered.
    pub(crate) attempts: u32,
}

/// Days whose store did not answer the last look back. They are requested again while the store is open.
#[derive(Debug, Default)]
pub(crate) struct UnansweredDays {
    /// Each with when it was last requested.
    days: Mutex<Vec<(Day, Timestamp)>>,
    /// Held during a look: one request at a time.
    pub(crate) turn: Arc<tokio::sync::Mutex<()>>,
}

impl UnansweredDays {
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<(Day, Timestamp)>> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
