//! Between a look at a user and the change that follows from it: one at a time.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

/// Lets one at a time look at users and change them.
#[derive(Default)]
pub(crate) struct UserLock(Arc<Mutex<()>>);

/// Held from a look at a user until what follows from it is stored and known here: of two changes of one user, the
/// second sees what the first has made of them. Clones share it, and the last one that is dropped gives it back.
#[derive(Clone)]
pub(crate) struct UserChange(#[expect(dead_code, reason = "it is there to be held")] Arc<OwnedMutexGuard<()>>);

impl UserLock {
    /// Waits until nobody else holds it.
    pub(crate) async fn lock(&self) -> UserChange {
        UserChange(Arc::new(Arc::clone(&self.0).lock_owned().await))
    }
}
