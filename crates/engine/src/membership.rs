//! What a process is among those that share a database: its lease's name, whether it leads, and whose runs' end it waits for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::RunId;
use warehouse::{NewProcess, Warehouse, WarehouseError};

use crate::queue::Waiting;

/// What this process is among those that share the database.
pub(crate) struct Membership {
    process: NewProcess,
    leads: AtomicBool,
    /// Runs that other processes have taken, whose end somebody here waits for.
    away: Mutex<HashMap<RunId, Waiting>>,
}

impl Membership {
    /// The process of a file leads from the start; of a database that is shared, one that the lease says leads.
    pub(crate) fn new(process: NewProcess, leads: bool) -> Self {
        Self { process, leads: AtomicBool::new(leads), away: Mutex::default() }
    }

    /// Its name, which its runs have.
    pub(crate) fn name(&self) -> &str {
        &self.process.name
    }

    /// As it presents itself.
    pub(crate) fn process(&self) -> &NewProcess {
        &self.process
    }

    /// Says whether that is a change.
    pub(crate) fn set_leads(&self, leads: bool) -> bool {
        self.leads.swap(leads, Ordering::AcqRel) != leads
    }

    /// Whether it fires schedules and looks after what belongs to nobody.
    pub(crate) fn leads(&self) -> bool {
        self.leads.load(Ordering::Acquire)
    }

    /// Gives the lease back: what this process had in progress has ended.
    pub(crate) async fn leave(&self, warehouse: &Warehouse) -> Result<(), WarehouseError> {
        self.leads.store(false, Ordering::Release);
        warehouse.give_up_lease(self.process.id).await
    }

    /// Another process has a run, or had it: its end is waited for here.
    pub(crate) fn await_end(&self, run: Waiting) {
        self.away().insert(run.record.id, run);
    }

    pub(crate) fn away(&self) -> MutexGuard<'_, HashMap<RunId, Waiting>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
