//! The look at all stores that is going on, and what is known of incidents so far.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::incident::{Incidents, Verdict};
use domain::{BranchId, RunId};
use jiff::Timestamp;

/// What this process knows of incidents.
#[derive(Debug, Default)]
pub(crate) struct LiveLooks(Mutex<State>);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) incidents: Incidents,
    pub(crate) look: Option<Look>,
}

/// A half hour that all stores are asked for.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) half_hour: Timestamp,
    pub(crate) waiting: HashMap<RunId, BranchId>,
    pub(crate) ended: Vec<(BranchId, Verdict)>,
}

impl LiveLooks {
    /// What is known of incidents now.
    pub(crate) fn known(&self) -> Incidents {
        self.lock().incidents.clone()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
