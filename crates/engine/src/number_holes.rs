//! Numbers of invoices that lack in half hours that are there.

use std::collections::HashMap;

use domain::gap::GapEvidence;
use domain::sequence::{NumberHole, NumberRun, WaivedNumbers, holes, unexplained};
use domain::window::{end_instant_of, half_hour_floor, instant_of, readings};
use domain::{Branch, BranchId, Calendar, Interval, IntervalSet};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use warehouse::NumberWaiver;

use crate::UseCaseError;
use crate::engine::Engine;

/// How far beyond a range the neighbours of a hole are looked for: a register that nobody used the day before has none
/// within it.
const REACH: SignedDuration = SignedDuration::from_hours(24);

/// A range, and what lies around it.
pub(crate) fn widened(range: Interval<Timestamp>) -> Interval<Timestamp> {
    let start = range.start().checked_sub(REACH).unwrap_or(range.start());
    Interval::new(start, range.end().checked_add(REACH).unwrap_or(range.end())).unwrap_or(range)
}

/// Numbers in a row, by store; only of registers that lack some, and of the last days of a long range. Asks once for all
/// stores.
pub(crate) async fn broken_sequences(
    engine: &Engine,
    only: Option<BranchId>,
    range: Interval<Timestamp>,
) -> Result<HashMap<BranchId, Vec<NumberRun>>, UseCaseError> {
    let mut by_branch: HashMap<BranchId, Vec<NumberRun>> = HashMap::new();
    let days = SignedDuration::from_hours(24 * i64::from(engine.settings.sequence_days_max));
    let start = range.end().checked_sub(days).unwrap_or(range.start()).max(range.start());
    let looked_at = Interval::new(start, range.end());
    let Some(local) = looked_at.and_then(local_around) else { return Ok(by_branch) };
    for (branch, run) in engine.warehouse.broken_sequences(only, local).await? {
        if !engine.settings.sequence_exempt.contains(&branch) {
            by_branch.entry(branch).or_default().push(run);
        }
    }
    Ok(by_branch)
}

/// The holes of a store that lie in a range and that nothing else explains.
pub(crate) fn holes_of(
    engine: &Engine,
    branch: &Branch,
    calendar: &Calendar,
    range: Interval<Timestamp>,
    evidence: &GapEvidence,
    runs: Vec<NumberRun>,
) -> Vec<NumberHole> {
    if runs.is_empty() {
        return Vec::new();
    }
    let zone = &branch.zone;
    let expected = local(&calendar.expected(widened(range), zone), zone);
    let found = holes(runs, engine.settings.sequence_jump_max);
    let mut holes = unexplained(found, &expected, &local(&evidence.current(), zone), &local(&evidence.waived, zone));
    holes.retain(|hole| span_of(hole, zone).is_some_and(|span| span.overlaps(&range)));
    holes
}

/// Holes that somebody gave up, and those that nobody did.
pub(crate) fn given_up(
    holes: Vec<NumberHole>,
    branch: &Branch,
    waivers: &[NumberWaiver],
) -> (Vec<NumberHole>, Vec<NumberHole>) {
    let own = waivers.iter().filter(|waiver| waiver.waived.branch == branch.id);
    let waived: Vec<WaivedNumbers> = own
        .filter_map(|waiver| {
            let (start, end) = (waiver.waived.interval.start(), waiver.waived.interval.end());
            let half_hours = Interval::new(branch.zone.to_datetime(start), branch.zone.to_datetime(end))?;
            Some(waiver.waived.numbers.iter().map(move |(register, from, to)| WaivedNumbers {
                register: register.clone(),
                from: *from,
                to: *to,
                half_hours,
            }))
        })
        .flatten()
        .collect();
    holes.into_iter().partition(|hole| hole.is_waived(&waived))
}

/// The half hours of holes, up to now: what lacks may have been sold in one that nobody asked for, as after closing.
pub(crate) fn unproven(holes: &[NumberHole], zone: &TimeZone, now: Timestamp) -> IntervalSet<Timestamp> {
    let ended = half_hour_floor(now, zone);
    let spans = holes.iter().filter_map(|hole| span_of(hole, zone));
    spans.filter_map(|span| Interval::new(span.start(), span.end().min(ended))).collect()
}

/// The half hours that a hole lies in.
pub(crate) fn span_of(hole: &NumberHole, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let local = hole.half_hours()?;
    Interval::new(instant_of(local.start(), zone)?, end_instant_of(local.end(), zone)?)
}

/// The readings of any store's clock within a range.
pub(crate) fn local_around(range: Interval<Timestamp>) -> Option<Interval<DateTime>> {
    let utc = |instant: Timestamp| TimeZone::UTC.to_datetime(instant);
    let start = utc(range.start()).checked_sub(REACH).ok()?;
    Interval::new(start, utc(range.end()).checked_add(REACH).ok()?)
}

fn local(set: &IntervalSet<Timestamp>, zone: &TimeZone) -> IntervalSet<DateTime> {
    set.intervals().iter().filter_map(|part| readings(*part, zone)).collect()
}
