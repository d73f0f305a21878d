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
    /// The local time of the end, as the clock shows it before it is set, where it is set just then; None stands for 24:00
    /// of `date_to`.
    pub time_to: Option<Time>,
}

impl LocalPeriod {
    /// The local period of an interval.
    pub fn of(interval: Interval<Timestamp>, zone: &TimeZone) -> Self {
        let (start, end) = (zone.to_datetime(interval.start()), reading_before(interval.end(), zone));
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

/// The instant up to which a local time means: of a time that comes twice the second, so that a period that somebody names
/// has all of the time whose readings lie before its end. Up to the hour at which the clock is set back to is up to the
/// first time that it shows it.
pub fn end_instant_of(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let nanosecond = SignedDuration::from_nanos(1);
    let just_before = zone.to_ambiguous_timestamp(local.checked_sub(nanosecond).ok()?).later().ok()?;
    just_before.checked_add(nanosecond).ok()
}

/// What the zone's clock shows of an interval, from its lowest reading up to its highest. Where the clock is set back in
/// it, an hour is shown twice, and where it is set at the very end, that is no longer of the interval. Readings that the
/// clock skips are of the interval that begins there: a register that was not set in time has sales of them, and they must
/// be of some window.
pub fn readings(interval: Interval<Timestamp>, zone: &TimeZone) -> Option<Interval<DateTime>> {
    let start = interval.start();
    let mut lowest = zone.to_datetime(start).min(reading_before(start, zone));
    let mut highest = reading_before(interval.end(), zone);
    let changes = zone.following(interval.start()).map(|change| change.timestamp());
    for change in changes.take_while(|change| *change < interval.end()) {
        lowest = lowest.min(zone.to_datetime(change));
        highest = highest.max(reading_before(change, zone));
    }
    Interval::new(lowest, highest)
}

/// The reading of the clock at an instant at which it may be set: as it is before that.
fn reading_before(instant: Timestamp, zone: &TimeZone) -> DateTime {
    let just_before = instant.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(instant);
    zone.to_offset(just_before).to_datetime(instant)
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn span(from: &str, to: &str) -> Interval<Timestamp> {
        Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    // Clocks are set back on the 25th of October in Madrid (03:00 to 02:00) and at the end of the 4th of April in Santiago
    // (24:00 to 23:00); they are set forward on the 29th of March (02:00) and at the end of the 5th of September (24:00).
    #[rstest]
    #[case::before_it_is_set_back("Europe/Madrid", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "02:30", "03:00")]
    #[case::after_it_is_set_back("Europe/Madrid", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "02:00", "02:30")]
    #[case::before_it_is_set_forward("Europe/Madrid", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "01:30", "02:00")]
    #[case::back_at_midnight("America/Santiago", "2026-04-05T02:30:00Z", "2026-04-05T03:00:00Z", "23:30", "24:00")]
    #[case::forward_at_midnight("America/Santiago", "2026-09-06T03:30:00Z", "2026-09-06T04:00:00Z", "23:30", "24:00")]
    #[case::a_day_before_it("America/Santiago", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z", "00:00", "24:00")]
    fn a_window_ends_as_the_clock_shows_it_before_it_is_set(
        #[case] zone: &str,
        #[case] from: &str,
        #[case] to: &str,
        #[case] starts: &str,
        #[case] ends: &str,
    ) {
        let period = LocalPeriod::of(span(from, to), &TimeZone::get(zone).unwrap());
        assert_eq!((&*period.from_text(), &*period.to_text()), (starts, ends));
        assert_eq!(period.date_from, period.date_to);
    }

    #[rstest]
    #[case::within_one_reading("2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "02:30", "03:00")]
    #[case::up_to_the_second_half_past_two("2026-10-24T22:00:00Z", "2026-10-25T01:30:00Z", "00:00", "03:00")]
    #[case::from_the_first_half_past_two("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z", "02:00", "03:30")]
    #[case::over_what_is_skipped("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", "01:00", "04:00")]
    #[case::up_to_what_is_skipped("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "01:30", "02:00")]
    #[case::from_what_is_skipped("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "02:00", "03:30")]
    #[case::from_the_second_half_past_two("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "02:00", "02:30")]
    fn readings_are_all_that_the_clock_shows(
        #[case] from: &str,
        #[case] to: &str,
        #[case] lowest: &str,
        #[case] highest: &str,
    ) {
        let shown = readings(span(from, to), &TimeZone::get("Europe/Madrid").unwrap()).unwrap();
        assert_eq!((shown.start().time(), shown.end().time()), (lowest.parse().unwrap(), highest.parse().unwrap()));
    }

    #[test]
    fn a_midnight_that_is_skipped_is_of_the_day_that_has_none() {
        let zone = TimeZone::get("America/Santiago").unwrap();
        let day = day_interval("2026-09-06".parse().unwrap(), &zone).unwrap();
        let shown = readings(day, &zone).unwrap();
        assert_eq!(shown.start(), "2026-09-06T00:00".parse().unwrap());
        assert_eq!(shown.end(), "2026-09-07T00:00".parse().unwrap());
    }

    #[rstest]
    #[case::up_to_the_hour_that_comes_twice("02:00", "2026-10-25T00:00:00Z")]
    #[case::within_it("02:30", "2026-10-25T01:30:00Z")]
    #[case::up_to_its_end("03:00", "2026-10-25T02:00:00Z")]
    #[case::after_it("03:30", "2026-10-25T02:30:00Z")]
    fn a_period_that_is_named_has_both_of_an_hour_that_comes_twice(#[case] end: &str, #[case] instant: &str) {
        let local = format!("2026-10-25T{end}").parse().unwrap();
        assert_eq!(end_instant_of(local, &TimeZone::get("Europe/Madrid").unwrap()), instant.parse().ok());
    }
}
