//! Carrying the scope (tags, trace, breadcrumbs) to where a runtime would lose it.

use std::future::Future;
use std::sync::Arc;

use sentry::{Hub, SentryFutureExt};

/// The future with a copy of the current scope, for `tokio::spawn`, which starts without one.
pub fn in_current_scope<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future.bind_hub(Arc::new(Hub::new_from_top(Hub::current())))
}

/// The closure with the current scope, for `spawn_blocking` and threads, which start without one.
pub fn with_current_scope<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let hub = Arc::new(Hub::new_from_top(Hub::current()));
    move || Hub::run(hub, work)
}
