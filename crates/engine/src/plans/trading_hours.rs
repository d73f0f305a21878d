//! Plans that run only while their branch is closed.

use std::collections::HashMap;

use crate::calendars::Calendars;
use crate::engine::Engine;

/// Tells the queue which branches are open now: their windows of plans that run outside of trading hours wait.
pub(crate) async fn hold_open_branches(engine: &Engine) {
    let plans = engine.plans.outside_hours();
    if plans.is_empty() {
        engine.queue.leave_alone(HashMap::new());
        return;
    }
    let calendars = match Calendars::known(engine, None).await {
        Ok(calendars) => calendars,
        Err(error) => {
            tracing::warn!(%error, "which stores are open could not be read; plans wait as they did");
            return;
        }
    };
    let open = calendars.open_at(&engine.branches.all(), engine.clock.now());
    engine.queue.leave_alone(plans.into_iter().map(|plan| (plan, open.clone())).collect());
}
