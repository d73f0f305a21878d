//! Between a look at what is missing and the queue: one at a time.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

/// Lets one at a time look at what is missing and queue it.
#[derive(Default)]
pub(crate) struct PlanningLock(Arc<Mutex<()>>);

/// Held from a look at what is missing until what is asked for is queued: of two who ask at the same time, the second
/// sees what the first has queued.
pub(crate) struct Planning(#[expect(dead_code, reason = "it is there to be held")] OwnedMutexGuard<()>);

impl PlanningLock {
    /// Waits until nobody else holds it.
    pub(crate) async fn lock(&self) -> Planning {
        Planning(Arc::clone(&self.0).lock_owned().await)
    }
}
