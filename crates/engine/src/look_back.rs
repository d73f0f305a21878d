//! The nightly look back for late sales. A store that lost its connection uploads days later, and the nightly comparison covers
//! yesterday only. Each day and store costs the POS one request, of which only the announced line count is read. Requests run
//! one after the other with a pause in between. A day whose count differs from the loaded lines is compared as a whole.

use std::panic::AssertUnwindSafe;

use domain::window::{day_interval, readings};
use domain::{Branch, Calendar, EtlKind, Interval, IntervalSet, RunMode};
use futures::FutureExt;
use jiff::{Timestamp, ToSpan};

use crate::UseCaseError;
use crate::actor::Actor;
use crate::calendars::Calendars;
use crate::engine::{Engine, Why};
use crate::pipelines::question_of;
use crate::source_clock;

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
    if engine.settings.look_back.days == 0 {
        return;
    }
    let task = engine.clone();
    engine.spawn(async move {
        match AssertUnwindSafe(look(&task, now)).catch_unwind().await {
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

async fn look(engine: &Engine, now: Timestamp) -> Result<Found, UseCaseError> {
    let mut stopping = engine.stopping.subscribe();
    let mut found = Found::default();
    let calendars = Calendars::known(engine, None).await?;
    // The night's own comparison looks at yesterday.
    for back in 2..=i64::from(engine.settings.look_back.days) {
        for branch in engine.branches.all() {
            if *stopping.borrow_and_update() {
                return Ok(found);
            }
            let date = branch.zone.to_datetime(now).date().checked_sub(back.days()).ok();
            let Some(day) = date.and_then(|date| day_interval(date, &branch.zone)) else { continue };
            let Some(loaded) = loaded_lines(engine, branch, calendars.of(branch), day).await? else { continue };
            found.asked += 1;
            match announced_lines(engine, branch, day).await {
                Some(announced) if announced == loaded => {}
                Some(announced) => {
                    found.differ += 1;
                    tracing::warn!(branch = %branch.id, day = %day.start(), loaded, announced, "a day has other lines now");
                    compare(engine, branch, day).await?;
                }
                None => found.unanswered += 1,
            }
            tokio::select! {
                () = tokio::time::sleep(engine.settings.look_back.pause) => {}
                _ = stopping.changed() => return Ok(found),
            }
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
    let response = engine.source.announced_sales(&question).await;
    response
        .inspect_err(
            |error| tracing::warn!(branch = %branch.id, %error, "the POS does not say how many lines a day has"),
        )
        .inspect(|announced| source_clock::measure(engine, announced.generated_at, requested_at))
        .map(|announced| announced.lines)
        .ok()
}

async fn compare(engine: &Engine, branch: &Branch, day: Interval<Timestamp>) -> Result<(), UseCaseError> {
    let runs = vec![engine.new_run(EtlKind::Sales, branch, day, RunMode::Full)];
    let batch = engine.new_batch(REASON, &Actor::system());
    engine.enqueue(engine.plan().await, batch, runs, Why::Asked).await?;
    Ok(())
}
