//! The task that looks after plans: it leaves trading hours alone, and tries again what failed. It takes no input, does a
//! bounded amount each time, and can be done again at any moment.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};

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
    if is_look_due(looked, engine.clock.now(), engine.settings.retries.look_interval) {
        retries::retry_due(engine).await;
        comparison_retries::retry_due(engine).await;
    }
}

/// Whether an interval has passed since the last look; it counts as taken then.
fn is_look_due(looked: &mut Timestamp, now: Timestamp, interval: SignedDuration) -> bool {
    // A clock that was set back must not stop the looks until it is there again.
    *looked = now.min(*looked);
    let is_due = now.duration_since(*looked) >= interval;
    if is_due {
        *looked = now;
    }
    is_due
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: SignedDuration = SignedDuration::from_mins(10);

    /// Whether a look is due at each of these minutes, of which the first is that of the last look.
    fn due_at<const COUNT: usize>(minutes: [i64; COUNT]) -> [bool; COUNT] {
        let at = |minute| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute);
        let mut looked = at(minutes[0]);
        minutes.map(|minute| is_look_due(&mut looked, at(minute), INTERVAL))
    }

    #[test]
    fn a_look_is_due_an_interval_after_the_one_before() {
        assert_eq!(due_at([0, 9, 10, 11, 20]), [false, false, true, false, true]);
    }

    #[test]
    fn a_clock_that_was_set_back_delays_a_look_by_an_interval_at_most() {
        assert_eq!(due_at([600, 60, 69, 70]), [false, false, false, true]);
    }
}
