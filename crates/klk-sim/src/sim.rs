//! The handle of a running simulator: what it answers, and what goes wrong with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::watch;

use crate::config::SimConfig;
use crate::demo;
use crate::fault::{Fault, Question};
use crate::fault_book::{FaultBook, FaultId, FaultState, LateSales};
use crate::invoice::Header;
use crate::journal::{Journal, RequestReport};
use crate::listing::Listing;
use crate::local_time::{local, moment};
use crate::request::{Refusal, SalesRequest};
use crate::window::SalesWindow;
use crate::world::{Store, Truth, World};

/// Says what time it is.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A simulated POS. Clones are the same one.
#[derive(Clone)]
pub struct Sim {
    inner: Arc<Inner>,
}

struct Inner {
    world: World,
    now: Now,
    faults: Mutex<FaultBook>,
    late: Mutex<Vec<LateSales>>,
    journal: Mutex<Journal>,
    /// True once the server has to stop, so that no hanging request keeps it.
    closing: watch::Sender<bool>,
}

impl Sim {
    /// A POS without faults.
    pub fn new(config: SimConfig, now: Now) -> Self {
        let inner = Inner {
            world: World::new(config),
            now,
            faults: Mutex::default(),
            late: Mutex::default(),
            journal: Mutex::default(),
            closing: watch::Sender::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// What it was made from.
    pub fn config(&self) -> &SimConfig {
        &self.inner.world.config
    }

    /// From now on this goes wrong.
    pub fn add_fault(&self, fault: Fault) -> FaultId {
        lock(&self.inner.faults).add(fault)
    }

    /// All faults, also those that are over, with how often they hit.
    pub fn faults(&self) -> Vec<FaultState> {
        lock(&self.inner.faults).list()
    }

    /// Ends one fault; false where there is none of this number.
    pub fn remove_fault(&self, id: FaultId) -> bool {
        lock(&self.inner.faults).retain(|state| state.id != id) > 0
    }

    /// Ends the faults of this label, and says how many there were.
    pub fn remove_labelled(&self, label: &str) -> usize {
        lock(&self.inner.faults).retain(|state| state.fault.label.as_deref() != Some(label))
    }

    /// Ends all faults, and says how many there were.
    pub fn clear_faults(&self) -> usize {
        lock(&self.inner.faults).retain(|_| false)
    }

    /// Adds the faults of [`demo::scenario`].
    pub fn begin_scenario(&self) {
        for fault in demo::scenario(self.now()) {
            self.add_fault(fault);
        }
    }

    /// Ends the faults of [`demo::scenario`], so that what they spoiled can be recovered.
    pub fn end_scenario(&self) {
        self.remove_labelled(demo::LABEL);
    }

    /// Makes sales come late.
    pub fn add_late(&self, late: LateSales) {
        lock(&self.inner.late).push(late);
    }

    /// Has what comes late reach the POS now.
    pub fn deliver_late(&self) {
        lock(&self.inner.late).clear();
    }

    /// What was asked so far.
    pub fn requests(&self) -> RequestReport {
        lock(&self.inner.journal).report()
    }

    /// What a store sold on these days up to now, whether it has reached the POS or not.
    pub fn truth(&self, branch: &str, date_from: Date, date_to: Date) -> Result<Truth, Refusal> {
        let store = self.store(branch)?;
        let window = SalesWindow::new(date_from, date_to, None, None);
        Ok(self.inner.world.truth(store, &window, self.has_happened(self.now())))
    }

    /// The body of the answer to a question for sales, without HTTP and without faults.
    pub fn sales_body(&self, request: &SalesRequest) -> Result<Vec<u8>, Refusal> {
        Ok(self.sales(request)?.into_body())
    }

    pub(crate) fn sales(&self, request: &SalesRequest) -> Result<Listing, Refusal> {
        let window = request.window(self.config().days_max)?;
        let store = self.store(&request.branch)?;
        let now = self.now();
        let late = lock(&self.inner.late).clone();
        let has_happened = self.has_happened(now);
        let is_visible = |header: &Header| {
            has_happened(header) && !late.iter().any(|late| late.withholds(&store.branch.code, header, now))
        };
        Ok(self.inner.world.sales_listing(store, request, &window, is_visible, now))
    }

    pub(crate) fn world(&self) -> &World {
        &self.inner.world
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.inner.now)()
    }

    pub(crate) fn store(&self, code: &str) -> Result<&Store, Refusal> {
        self.inner.world.store(code).ok_or_else(|| Refusal::UnknownBranch(code.to_owned()))
    }

    /// Takes note of a question, and says what is to go wrong with it.
    pub(crate) fn admit(&self, question: &Question) -> Option<Fault> {
        let now = self.now();
        let hit = lock(&self.inner.faults).hit(question, now);
        lock(&self.inner.journal).record(question, now, hit.as_ref().map(|state| state.id));
        hit.map(|state| state.fault)
    }

    /// Waits, but not longer than the server lives.
    pub(crate) async fn pause(&self, duration: Duration) {
        if duration.is_zero() {
            return;
        }
        let mut closing = self.inner.closing.subscribe();
        tokio::select! {
            () = tokio::time::sleep(duration) => {}
            // The sender lives as long as `self`, so this only ends by the server's closing.
            _ = closing.wait_for(|closing| *closing) => {}
        }
    }

    /// Ends all pauses.
    pub(crate) fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    fn has_happened(&self, now: Timestamp) -> impl Fn(&Header) -> bool + use<> {
        let (local_now, future_sales) = (local(now), self.config().future_sales);
        move |header| future_sales || moment(header.date, header.ticks) <= local_now
    }
}

/// None of the locked values is left half changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
