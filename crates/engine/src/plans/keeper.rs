//! The task that looks after plans: it leaves trading hours alone, and tries again what failed. It takes no input, does a
//! bounded amount each time, and can be done again at any moment.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jiff::Timestamp;

use super::{retries, trading_hours};
use crate::comparison_retries;
use crate::engine::Engine;

/// Looks after plans until the engine stops. The first look for what can be tried again comes an interval after `since`:
/// at a start, people and schedules come first.
pub(crate) async fn keep(engine: Engine, since: Timestamp) {
    let mut stopping = engine.stopping.subscribe();
    let mut looked = since;
    // Looked at anew each time: the engine may have stopped before this task first ran.
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(engine.settings.nap_max) => {}
            _ = stopping.changed() => return,
        }
        if AssertUnwindSafe(look(&engine, &mut looked)).catch_unwind().await.is_err() {
            tracing::error!("looking after plans panicked");
        }
    }
}

async fn look(engine: &Engine, looked: &mut Timestamp) {
    trading_hours::hold_open_branches(&engine.plan_control).await;
    if !engine.settings.retries.is_on || !engine.membership.leads() {
        return;
    }
    let now = engine.clock.now();
    // A clock that was set back must not stop the looks until it is there again.
    *looked = now.min(*looked);
    if now.duration_since(*looked) >= engine.settings.retries.look_interval {
        *looked = now;
        retries::retry_due(engine).await;
        comparison_retries::retry_due(engine).await;
    }
}
