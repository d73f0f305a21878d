//! The task that looks after plans: it leaves trading hours alone, and tries again what failed. It takes no input, does a
//! bounded amount each time, and can be done again at any moment.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

use domain::BranchId;
use futures::FutureExt;

use super::retries;
use crate::engine::Engine;

/// Looks after plans until the engine stops.
pub(crate) async fn keep(engine: Engine) {
    let mut stopping = engine.stopping.subscribe();
    // The first look comes after a whole interval: at a start, people and schedules come first.
    let mut looked = engine.clock.now();
    // Looked at anew each time: the engine may have stopped before this task first ran.
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(engine.settings.nap_max) => {}
            _ = stopping.changed() => return,
        }
        leave_trading_hours_alone(&engine);
        let now = engine.clock.now();
        if engine.settings.retries.is_on && now.duration_since(looked) >= engine.settings.retries.look_interval {
            looked = now;
            if AssertUnwindSafe(retries::retry_due(&engine)).catch_unwind().await.is_err() {
                tracing::error!("looking for what can be tried again panicked");
            }
        }
    }
}

/// Tells the queue which branches are open now: their windows of plans that run outside of trading hours wait.
pub(crate) fn leave_trading_hours_alone(engine: &Engine) {
    let plans = engine.plans.outside_hours();
    let now = engine.clock.now();
    let is_open = |branch: &&domain::Branch| branch.calendar.closed_from(now, &branch.zone) != Some(now);
    let open: HashSet<BranchId> = if plans.is_empty() {
        HashSet::new()
    } else {
        engine.branches.all().iter().filter(is_open).map(|branch| branch.id.clone()).collect()
    };
    engine.queue.leave_alone(plans.into_iter().map(|plan| (plan, open.clone())).collect());
}
