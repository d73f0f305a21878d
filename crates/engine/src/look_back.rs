//! The nightly look back for late sales. A store that lost its connection uploads days later, and the nightly comparison covers
//! yesterday only. Each day and store costs the POS one request, of which only the announced line count is read. Requests run
//! one after the other with a pause in between. A day whose count differs from the loaded lines is compared as a whole.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use domain::window::{day_interval, readings};
use domain::{Branch, BranchId, Calendar, EtlKind, Interval, IntervalSet, RunMode};
use futures::FutureExt;
use jiff::{Timestamp, ToSpan};

use crate::UseCaseError;
use crate::actor::Actor;
use crate::calendars::Calendars;
use crate::engine::{Engine, EnqueueReason};
use crate::pipelines::question_of;
use crate::unanswered_days::Day;

/// Why the batch is asked for: a comparison, like that of the night.
const REASON: &str = "reconciliacion";

/// What a look back came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    asked: u32,
    unanswered: u32,
    differ: u32,
}

/// Looks back in a task of its own, after the night's comparison was queued.
pub(crate) fn begin(engine: &Engine, now: Timestamp) {
    engine.unanswered_days.lock().clear();
    let days = days_before(now, engine.settings.look_back.days.into(), &engine.branches.all());
    look_at(engine, days);
}

/// The days of each store that are looked at: from the day before yesterday back, the latest first. The night's own comparison
/// looks at yesterday.
fn days_before(now: Timestamp, days_back: i64, branches: &[Arc<Branch>]) -> Vec<Day> {
    let days = (2..=days_back).flat_map(|back| {
        branches.iter().filter_map(move |branch| {
            let date = branch.zone.to_datetime(now).date().checked_sub(back.days()).ok()?;
            let interval = day_interval(date, &branch.zone)?;
            Some(Day { branch: branch.id.clone(), interval, attempts: 0 })
        })
    });
    days.collect()
}

/// Looks again at the days that these stores did not answer at night, each after a wait that doubles.
pub(crate) fn ask_again(engine: &Engine, open: &HashSet<BranchId>, now: Timestamp) {
    let policy = &engine.settings.retries.policy;
    let is_due = |(day, asked_at): &mut (Day, Timestamp)| {
        open.contains(&day.branch) && now.duration_since(*asked_at) >= policy.wait_after(day.attempts)
    };
    let days: Vec<_> = engine.unanswered_days.lock().extract_if(.., is_due).map(|(day, _)| day).collect();
    look_at(engine, days);
}

fn look_at(engine: &Engine, days: Vec<Day>) {
    if days.is_empty() {
        return;
    }
    let (task, turn) = (engine.clone(), Arc::clone(&engine.unanswered_days.turn));
    engine.spawn(async move {
        let mut stopping = task.stopping.subscribe();
        let _turn = tokio::select! {
            turn = turn.lock() => turn,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        };
        match AssertUnwindSafe(look(&task, days)).catch_unwind().await {
            Ok(Ok(Found { asked, unanswered, differ })) => {
                tracing::info!(
                    asked,
                    unanswered,
                    differ,
                    "looked back for late sales; each request cost the POS a count"
                );
            }
            Ok(Err(error)) => tracing::error!(%error, "the look back for late sales ended early"),
            Err(_) => tracing::error!("the look back for late sales panicked"),
        }
    });
}

async fn look(engine: &Engine, days: Vec<Day>) -> Result<Found, UseCaseError> {
    let mut stopping = engine.stopping.subscribe();
    let mut found = Found::default();
    let calendars = Calendars::known(engine, None).await?;
    for Day { branch, interval, attempts } in days {
        if *stopping.borrow_and_update() {
            return Ok(found);
        }
        let Some(branch) = engine.branches.find(&branch) else { continue };
        let Some(loaded) = loaded_lines(engine, &branch, calendars.of(&branch), interval).await? else { continue };
        found.asked += 1;
        match announced_lines(engine, &branch, interval).await {
            Some(announced) if announced == loaded => {}
            Some(announced) => {
                found.differ += 1;
                let day = interval.start();
                tracing::warn!(branch = %branch.id, %day, loaded, announced, "a day has other lines now");
                compare(engine, &branch, interval).await?;
            }
            None => {
                found.unanswered += 1;
                let day = Day { branch: branch.id.clone(), interval, attempts: attempts.saturating_add(1) };
                engine.unanswered_days.lock().push((day, engine.clock.now()));
            }
        }
        tokio::select! {
            () = tokio::time::sleep(engine.settings.look_back.pause) => {}
            _ = stopping.changed() => return Ok(found),
        }
    }
    Ok(found)
}

/// Loaded lines of a day. None if the day has a gap, which is retried anyway, or if no sales are expected on it.
async fn loaded_lines(
    engine: &Engine,
    branch: &Branch,
    calendar: &Calendar,
    day: Interval<Timestamp>,
) -> Result<Option<u64>, UseCaseError> {
    let expected = calendar.expected(day, &branch.zone);
    let covered = engine.warehouse.coverage(EtlKind::Sales, Some(branch.id.clone()), day).await?;
    let covered: IntervalSet<Timestamp> = covered.into_iter().map(|(_, interval)| interval).collect();
    if expected.is_empty() || !expected.difference(&covered).is_empty() {
        return Ok(None);
    }
    let Some(local) = readings(day, &branch.zone) else { return Ok(None) };
    Ok(Some(engine.warehouse.sales_totals(branch.id.clone(), local).await?.lines))
}

/// Lines that the POS announces for a day. None if the request failed.
async fn announced_lines(engine: &Engine, branch: &Branch, day: Interval<Timestamp>) -> Option<u64> {
    let question = question_of(branch, readings(day, &branch.zone)?)?;
    let requested_at = engine.clock.now();
    match engine.source.announced_sales(&question).await {
        Ok(announced) => {
            engine.measure_source_clock(EtlKind::Sales, announced.generated_at, requested_at).await;
            engine.note_source_echoes(EtlKind::Sales, &announced.echoes).await;
            let hidden = engine.source_echoes.hidden_in(EtlKind::Sales, &announced.echoes);
            if let Some(hidden) = &hidden {
                tracing::warn!(branch = %branch.id, ?hidden, "an announcement that does not repeat its request is not counted");
            }
            hidden.is_none().then_some(announced.lines)
        }
        Err(error) => {
            tracing::warn!(branch = %branch.id, %error, "the POS does not say how many lines a day has");
            None
        }
    }
}

async fn compare(engine: &Engine, branch: &Branch, day: Interval<Timestamp>) -> Result<(), UseCaseError> {
    let runs = vec![engine.new_run(EtlKind::Sales, branch, day, RunMode::Full)];
    let batch = engine.new_batch(REASON, &Actor::system());
    engine.enqueue(engine.lock_planning().await, batch, runs, EnqueueReason::Requested).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{branch, half_hours_from};

    #[test]
    fn each_store_is_looked_at_from_the_day_before_yesterday_back() {
        let branches = [Arc::new(branch("a")), Arc::new(branch("b"))];
        // At noon of the third day after the first half hour.
        let now = half_hours_from(3 * 48 + 24, 1).start();
        let days = days_before(now, 3, &branches);
        let found: Vec<_> = days.iter().map(|day| (day.branch.as_str(), day.interval)).collect();
        let (newer, older) = (half_hours_from(48, 48), half_hours_from(0, 48));
        assert_eq!(found, [("a", newer), ("b", newer), ("a", older), ("b", older)]);
        assert_eq!(days_before(now, 1, &branches).len(), 0, "yesterday is compared anyway");
    }
}
