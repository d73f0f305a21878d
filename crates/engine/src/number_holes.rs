//! Missing invoice numbers in half hours that are loaded.

use domain::gap::GapEvidence;
use domain::sequence::{NumberBreaks, NumberHole, NumberRun, SequenceRules, WaivedNumbers, breaks, unexplained};
use domain::window::{end_instant_of, half_hour_floor, instant_of, readings};
use domain::{Branch, Calendar, Interval, IntervalSet};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use warehouse::{NumberRange, NumberWaiver};

use crate::settings::EngineSettings;

/// More than any store's clock differs from UTC.
const CLOCK_REACH: SignedDuration = SignedDuration::from_hours(24);

/// A range and the time around it in which the neighbours of its invoices are looked for. Every request has the same pairs of
/// neighbours, whatever its range, so a list and a certificate never disagree.
pub(crate) fn widened(settings: &EngineSettings, range: Interval<Timestamp>) -> Interval<Timestamp> {
    let rest = rest_max(settings);
    let start = range.start().checked_sub(rest).unwrap_or(range.start());
    Interval::new(start, range.end().checked_add(rest).unwrap_or(range.end())).unwrap_or(range)
}

fn rest_max(settings: &EngineSettings) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(settings.sequence_reach_days))
}

/// Where the invoice numbers of a range are compared: in the last days of a long one.
pub(crate) fn number_range(settings: &EngineSettings, range: Interval<Timestamp>) -> Option<NumberRange> {
    let days = SignedDuration::from_hours(24 * i64::from(settings.sequence_days_max));
    let start = range.end().checked_sub(days).unwrap_or(range.start()).max(range.start());
    let looked_at = Interval::new(start, range.end())?;
    let compared = local_around(looked_at)?;
    Some(NumberRange { compared, reach: local_around(widened(settings, looked_at)).unwrap_or(compared) })
}

/// The holes of a store that lie in a range and that nothing else explains, and the restarts of its registers.
pub(crate) fn breaks_of(
    settings: &EngineSettings,
    branch: &Branch,
    calendar: &Calendar,
    range: Interval<Timestamp>,
    evidence: &GapEvidence,
    runs: Vec<NumberRun>,
) -> NumberBreaks {
    if runs.is_empty() {
        return NumberBreaks::default();
    }
    let zone = &branch.zone;
    let rules = SequenceRules { hole_max: settings.sequence_jump_max, rest_max: rest_max(settings) };
    let mut found = breaks(runs, rules);
    let lies_in_range = |half_hours: Option<Interval<DateTime>>| {
        half_hours.and_then(|half_hours| instants_of(half_hours, zone)).is_some_and(|span| span.overlaps(&range))
    };
    found.holes.retain(|hole| lies_in_range(hole.half_hours()));
    found.restarts.retain(|restart| lies_in_range(restart.half_hours()));
    let spans: IntervalSet<Timestamp> = found.holes.iter().filter_map(|hole| span_of(hole, zone)).collect();
    let expected: IntervalSet<Timestamp> =
        (spans.intervals().iter()).flat_map(|span| calendar.expected(*span, zone).intervals().to_vec()).collect();
    (found.holes, found.open) = unexplained(
        found.holes,
        &local(&expected, zone),
        &local(&evidence.current(), zone),
        &local(&evidence.waived, zone),
    );
    found
}

/// Holes that somebody justified, and those that nobody did.
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

/// The half hours of holes, up to now: what is missing may have been sold in one that nobody requested, as after closing.
pub(crate) fn unproven(holes: &[NumberHole], zone: &TimeZone, now: Timestamp) -> IntervalSet<Timestamp> {
    let ended = half_hour_floor(now, zone);
    let spans = holes.iter().filter_map(|hole| span_of(hole, zone));
    spans.filter_map(|span| Interval::new(span.start(), span.end().min(ended))).collect()
}

/// The half hours that a hole lies in.
pub(crate) fn span_of(hole: &NumberHole, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    instants_of(hole.half_hours()?, zone)
}

/// Where holes lie.
pub(crate) fn spans_of(holes: &[NumberHole], zone: &TimeZone) -> IntervalSet<Timestamp> {
    holes.iter().filter_map(|hole| span_of(hole, zone)).collect()
}

/// Half hours of a store's clock as instants.
pub(crate) fn instants_of(local: Interval<DateTime>, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    Interval::new(instant_of(local.start(), zone)?, end_instant_of(local.end(), zone)?)
}

/// The readings of any store's clock within a range.
pub(crate) fn local_around(range: Interval<Timestamp>) -> Option<Interval<DateTime>> {
    let utc = |instant: Timestamp| TimeZone::UTC.to_datetime(instant);
    let start = utc(range.start()).checked_sub(CLOCK_REACH).ok()?;
    Interval::new(start, utc(range.end()).checked_add(CLOCK_REACH).ok()?)
}

fn local(set: &IntervalSet<Timestamp>, zone: &TimeZone) -> IntervalSet<DateTime> {
    set.intervals().iter().filter_map(|part| readings(*part, zone)).collect()
}
