//! Plans that run only while their branch is closed.

use std::collections::HashMap;

use super::control::PlanControl;
use super::store::PlanStore;
use crate::calendars::Calendars;

/// Holds the windows of plans that run outside of trading hours while their branch is open.
pub(crate) async fn hold_open_branches<S: PlanStore>(control: &PlanControl<S>) {
    let plans = control.plans.outside_hours();
    if plans.is_empty() {
        control.queue.leave_alone(HashMap::new());
        return;
    }
    let calendars = match control.store.calendar_changes().await {
        Ok(changes) => Calendars::after(&control.branches, &changes),
        Err(error) => {
            tracing::warn!(%error, "which stores are open could not be read; plans wait as they did");
            return;
        }
    };
    let open = calendars.open_at(&control.branches.all(), control.clock.now());
    control.queue.leave_alone(plans.into_iter().map(|plan| (plan, open.clone())).collect());
}

#[cfg(test)]
mod tests {
    use domain::plan::{Breaker, BreakerLimits};

    use super::*;
    use crate::plans::testing::{NoRoom, PLAN, Scene};

    /// A plan of a store that is always open, with a run that waits until it closes.
    async fn held() -> Scene {
        let scene = Scene::with_waiting_runs(1);
        let breaker = Breaker::new(BreakerLimits { per_branch: 0, overall: 0 });
        scene.control.plans.insert(PLAN, 1, true, breaker);
        hold_open_branches(&scene.control).await;
        scene
    }

    #[tokio::test]
    async fn windows_outside_of_trading_hours_wait_while_their_store_is_open() {
        let scene = held().await;
        assert!(scene.control.queue.take().is_none());
        scene.control.plans.remove(PLAN);
        hold_open_branches(&scene.control).await;
        assert!(scene.control.queue.take().is_some(), "no plan waits for a store to close any more");
    }

    #[tokio::test]
    async fn windows_wait_on_where_it_cannot_be_read_which_stores_are_open() {
        let scene = held().await;
        scene.store.refuse(NoRoom);
        hold_open_branches(&scene.control).await;
        assert!(scene.control.queue.take().is_none());
    }
}
