//! Windows: half-open stretches of a branch's local time, kept as UTC instants (DESIGN, rule 1).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::{BranchId, EtlKind, Interval, IntervalSet};

/// The grain of coverage: schedules, gaps and recoveries are counted in it.
pub const HALF_HOUR: SignedDuration = SignedDuration::from_mins(30);

/// One stretch of time of one branch that a run extracts.
///
/// Usually half an hour; a run in mode `completo` has a whole local day.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    /// The branch whose sales or stock it is.
    pub branch: BranchId,
    /// What is extracted.
    pub kind: EtlKind,
    /// From and up to, as UTC instants.
    pub interval: Interval<Timestamp>,
}

/// A window in the branch's local time, as the POS and people speak of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPeriod {
    /// The local day of the first instant.
    pub date_from: Date,
    /// The local time of the first instant.
    pub time_from: Time,
    /// The local day of the last instant (not of the end: a window up to midnight ends on its own day).
    pub date_to: Date,
    /// The local time of the end; None stands for 24:00 of `date_to`.
    pub time_to: Option<Time>,
}

impl LocalPeriod {
    /// The local period of an interval.
    pub fn of(interval: Interval<Timestamp>, zone: &TimeZone) -> Self {
        let (start, end) = (zone.to_datetime(interval.start()), zone.to_datetime(interval.end()));
        let at_midnight = end.time() == Time::midnight() && end.date() > start.date();
        let date_to = if at_midnight { end.date().yesterday().unwrap_or(end.date()) } else { end.date() };
        let time_to = if at_midnight { None } else { Some(end.time()) };
        Self { date_from: start.date(), time_from: start.time(), date_to, time_to }
    }

    /// `HH:MM` of the start.
    pub fn from_text(&self) -> String {
        clock_text(self.time_from)
    }

    /// `HH:MM` of the end, `24:00` at midnight.
    pub fn to_text(&self) -> String {
        self.time_to.map_or_else(|| "24:00".to_owned(), clock_text)
    }
}

/// `HH:MM`.
pub fn clock_text(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The instant of a local date and time. A time that a zone skips moves forward by the skipped stretch, and of one
/// that comes twice the first is meant, so that a day's windows stay gapless and in order.
pub fn instant_of(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

/// The local day as an interval of instants: 23, 24 or 25 hours long. None outside of the range of dates.
pub fn day_interval(date: Date, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let start = instant_of(date.at(0, 0, 0, 0), zone)?;
    let end = instant_of(date.tomorrow().ok()?.at(0, 0, 0, 0), zone)?;
    Interval::new(start, end)
}

/// The start of the half hour of local time that the instant lies in.
pub fn half_hour_floor(instant: Timestamp, zone: &TimeZone) -> Timestamp {
    let local = zone.to_datetime(instant);
    let past =
        SignedDuration::new(i64::from(local.minute() % 30) * 60 + i64::from(local.second()), local.subsec_nanosecond());
    instant.checked_sub(past).unwrap_or(instant)
}

/// The start of the half hour that a reading of a clock lies in.
pub fn local_half_hour(moment: DateTime) -> DateTime {
    let time = moment.time();
    moment.date().at(time.hour(), time.minute() / 30 * 30, 0, 0)
}

/// The half hours that have a point in the interval, each whole, in order. They are aligned to the zone's clock at
/// the interval's start; zones move by whole half hours, so they stay aligned across a change.
pub fn half_hours(interval: Interval<Timestamp>, zone: &TimeZone) -> Vec<Interval<Timestamp>> {
    let mut start = half_hour_floor(interval.start(), zone);
    let mut parts = Vec::new();
    while start < interval.end() {
        let Some(part) = start.checked_add(HALF_HOUR).ok().and_then(|end| Interval::new(start, end)) else { break };
        parts.push(part);
        start = part.end();
    }
    parts
}

/// The intervals of a set, cut at local midnights, each with the number of its half hours.
pub fn day_spans(set: &IntervalSet<Timestamp>, zone: &TimeZone) -> Vec<(Interval<Timestamp>, u32)> {
    let mut spans = Vec::new();
    for part in set.intervals() {
        let days = local_dates(*part, zone).into_iter().filter_map(|date| day_interval(date, zone)?.intersection(part));
        spans.extend(days.map(|span| (span, u32::try_from(half_hours(span, zone).len()).unwrap_or(u32::MAX))));
    }
    spans
}

/// The local days that have a point in the interval, in order.
pub fn local_dates(interval: Interval<Timestamp>, zone: &TimeZone) -> Vec<Date> {
    let first = zone.to_datetime(interval.start()).date();
    first
        .series(1.day())
        .take_while(|date| day_interval(*date, zone).is_some_and(|day| day.start() < interval.end()))
        .collect()
}
