//! When a branch is open, and so when sales are expected of it.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::window::{day_interval, half_hour_floor, instant_of, local_dates};
use crate::{HALF_HOUR, Interval, IntervalSet};

/// From one time of a local day up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    opens: Time,
    /// None stands for 24:00.
    closes: Option<Time>,
}

/// A text that does not say opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' are no opening hours: write them as 07:00-21:00, with 24:00 for midnight")]
pub struct InvalidOpeningHours(String);

impl std::str::FromStr for OpeningHours {
    type Err = InvalidOpeningHours;

    /// Reads `07:00-21:00`; the end may be `24:00`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidOpeningHours(text.to_owned());
        let (opens, closes) = text.split_once('-').ok_or_else(invalid)?;
        let time = |part: &str| part.trim().parse::<Time>().map_err(|_| invalid());
        let opens = time(opens)?;
        let closes = if closes.trim() == "24:00" { None } else { Some(time(closes)?) };
        if closes.is_some_and(|closes| closes <= opens) {
            return Err(invalid());
        }
        Ok(Self { opens, closes })
    }
}

/// Opening hours by weekday, from an opening day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Monday first; None where the branch is closed all day.
    weekdays: [Option<OpeningHours>; 7],
    /// The first local day that anything is expected of.
    opened_on: Option<Date>,
}

impl Calendar {
    /// The same hours every day.
    pub fn every_day(hours: OpeningHours) -> Self {
        Self { weekdays: [Some(hours); 7], opened_on: None }
    }

    /// Replaces the hours of one weekday; None closes it.
    #[must_use]
    pub fn with_weekday(mut self, weekday: Weekday, hours: Option<OpeningHours>) -> Self {
        self.weekdays[usize::from(weekday.to_monday_zero_offset().unsigned_abs())] = hours;
        self
    }

    /// Expects nothing before this local day.
    #[must_use]
    pub fn opened_on(mut self, date: Option<Date>) -> Self {
        self.opened_on = date;
        self
    }

    /// The half hours, as instants, that sales are expected of: every half hour that has an open minute and lies
    /// wholly in the range.
    pub fn expected(&self, range: Interval<Timestamp>, zone: &TimeZone) -> IntervalSet<Timestamp> {
        let Some(range) = whole_half_hours(range, zone) else { return IntervalSet::empty() };
        match steady_offset_seconds(range, zone) {
            Some(offset_seconds) => self.expected_at(range, offset_seconds),
            None => self.expected_by_date(range, zone),
        }
    }

    /// Day by day through the zone's rules.
    fn expected_by_date(&self, range: Interval<Timestamp>, zone: &TimeZone) -> IntervalSet<Timestamp> {
        local_dates(range, zone)
            .into_iter()
            .filter_map(|date| self.open_interval(date, zone))
            .filter_map(|open| open.intersection(&range))
            .collect()
    }

    /// The first moment from this one on at which the branch is closed; None where it does not close within a week.
    pub fn closed_from(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let week = Interval::new(moment, moment.checked_add(SignedDuration::from_hours(8 * 24)).ok()?)?;
        // A day that is open until midnight goes on where the next one opens at midnight.
        let open: IntervalSet<Timestamp> =
            local_dates(week, zone).into_iter().filter_map(|date| self.open_interval(date, zone)).collect();
        let until = open.intervals().iter().find(|part| part.contains(moment)).map_or(moment, Interval::end);
        (until < week.end()).then_some(until)
    }

    /// The same where the zone's clock does not jump: sums of seconds, because years of many branches are asked for at
    /// once.
    fn expected_at(&self, range: Interval<Timestamp>, offset_seconds: i64) -> IntervalSet<Timestamp> {
        let local = |instant: Timestamp| instant.as_second() + offset_seconds;
        let instant = |seconds: i64| Timestamp::from_second(seconds - offset_seconds).ok();
        let open_on = |day: i64| {
            // The first day of 1970 was a Thursday.
            let hours = self.weekdays[usize::try_from((day + 3).rem_euclid(7)).ok()?]?;
            let (opens, closes) = hours.half_hours_of_day();
            Interval::new(instant(day * DAY_SECONDS + opens)?, instant(day * DAY_SECONDS + closes)?)
        };
        let opened = self.opened_on.and_then(|date| instant_of(date.at(0, 0, 0, 0), &TimeZone::UTC));
        let first = opened.map_or(i64::MIN, |opened| opened.as_second().div_euclid(DAY_SECONDS));
        let days = local(range.start()).div_euclid(DAY_SECONDS)..=local(range.end()).div_euclid(DAY_SECONDS);
        days.filter(|day| *day >= first).filter_map(open_on).filter_map(|open| open.intersection(&range)).collect()
    }

    fn open_interval(&self, date: Date, zone: &TimeZone) -> Option<Interval<Timestamp>> {
        if self.opened_on.is_some_and(|first| date < first) {
            return None;
        }
        let hours = self.weekdays[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]?;
        let opens = instant_of(date.to_datetime(hours.opens), zone)?;
        let closes = match hours.closes {
            Some(time) => instant_of(date.to_datetime(time), zone)?,
            None => day_interval(date, zone)?.end(),
        };
        let start = half_hour_floor(opens, zone);
        let floor = half_hour_floor(closes, zone);
        let end = if floor < closes { floor.checked_add(HALF_HOUR).ok()? } else { floor };
        Interval::new(start, end)
    }
}

const DAY_SECONDS: i64 = 86_400;

impl OpeningHours {
    /// From and up to, in seconds of the day, as whole half hours.
    fn half_hours_of_day(self) -> (i64, i64) {
        let half_hour = HALF_HOUR.as_secs();
        let seconds =
            |time: Time| i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        let opens = seconds(self.opens).div_euclid(half_hour) * half_hour;
        let closes = self.closes.map_or(DAY_SECONDS, |time| {
            let past = i64::from(time.subsec_nanosecond() > 0);
            (seconds(time) + past + half_hour - 1).div_euclid(half_hour) * half_hour
        });
        (opens, closes)
    }
}

/// How far the zone's clock is ahead of UTC, in seconds, where that does not change in the range or a day around it.
fn steady_offset_seconds(range: Interval<Timestamp>, zone: &TimeZone) -> Option<i64> {
    let around = SignedDuration::from_hours(24);
    let start = range.start().checked_sub(around).ok()?;
    let end = range.end().checked_add(around).ok()?;
    let is_steady = zone.following(start).next().is_none_or(|change| change.timestamp() > end);
    is_steady.then(|| i64::from(zone.to_offset(start).seconds()))
}

/// The range without the half hours that it holds only in part.
fn whole_half_hours(range: Interval<Timestamp>, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let floor = half_hour_floor(range.start(), zone);
    let start = if floor < range.start() { floor.checked_add(HALF_HOUR).ok()? } else { floor };
    Interval::new(start, half_hour_floor(range.end(), zone))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::window::half_hours;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn range(from: &str, to: &str) -> Interval<Timestamp> {
        Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn count(calendar: &Calendar, range: Interval<Timestamp>, zone: &TimeZone) -> usize {
        calendar.expected(range, zone).intervals().iter().map(|part| half_hours(*part, zone).len()).sum()
    }

    #[rstest]
    #[case("07:00-21:00", 28)]
    #[case("08:00-24:00", 32)]
    #[case("07:10-20:50", 28)]
    fn a_day_expects_every_half_hour_with_an_open_minute(#[case] hours: &str, #[case] windows: usize) {
        let calendar = Calendar::every_day(hours.parse().unwrap());
        let zone = zone("America/Caracas");
        assert_eq!(count(&calendar, range("2025-11-17T04:00:00Z", "2025-11-18T04:00:00Z"), &zone), windows);
    }

    #[test]
    fn a_half_hour_that_has_not_ended_is_not_expected() {
        let calendar = Calendar::every_day("07:00-21:00".parse().unwrap());
        let zone = zone("America/Caracas");
        assert_eq!(count(&calendar, range("2025-11-17T11:00:00Z", "2025-11-17T11:59:59Z"), &zone), 1);
    }

    #[rstest]
    #[case("Europe/Madrid", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 46)]
    #[case("Europe/Madrid", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 50)]
    #[case("America/Santiago", "2025-04-05T03:00:00Z", "2025-04-06T04:00:00Z", 50)]
    fn days_of_23_and_25_hours_expect_what_they_have(
        #[case] name: &str,
        #[case] from: &str,
        #[case] to: &str,
        #[case] windows: usize,
    ) {
        let calendar = Calendar::every_day("00:00-24:00".parse().unwrap());
        assert_eq!(count(&calendar, range(from, to), &zone(name)), windows);
    }

    #[test]
    fn nothing_is_expected_before_the_opening_day_or_on_a_closed_weekday() {
        let calendar = Calendar::every_day("07:00-21:00".parse().unwrap())
            .with_weekday(Weekday::Sunday, None)
            .opened_on(Some("2025-11-15".parse().unwrap()));
        let zone = zone("America/Caracas");
        // Friday 14 (before), Saturday 15 (open), Sunday 16 (closed).
        assert_eq!(count(&calendar, range("2025-11-14T04:00:00Z", "2025-11-17T04:00:00Z"), &zone), 28);
    }

    proptest! {
        #[test]
        fn sums_of_seconds_expect_what_the_zones_rules_expect(
            place in 0usize..4,
            from_half_hour in 0i64..100_000,
            half_hours in 1i64..500,
            past in 0i64..1800,
            (opens, length) in (0i8..23, 1i8..24),
            minute in 0i8..60,
            closed in 0i8..7,
            opened_after in 0i64..200,
        ) {
            let zone = zone(["America/Caracas", "Europe/Madrid", "Asia/Kathmandu", "America/Santiago"][place]);
            let start = Timestamp::from_second(1_600_000_200 + from_half_hour * 1800 + past).unwrap();
            let range = Interval::new(start, start.checked_add(HALF_HOUR * half_hours as i32).unwrap()).unwrap();
            let opened = zone.to_datetime(start).date().checked_add(((opened_after - 195).max(-2)).days()).unwrap();
            let closes = (opens + length < 24).then(|| Time::constant(opens + length, minute, 0, 0));
            let hours = OpeningHours { opens: Time::constant(opens, minute, 0, 0), closes };
            let weekday = Weekday::from_monday_zero_offset(closed).unwrap();
            let calendar = Calendar::every_day(hours).with_weekday(weekday, None).opened_on(Some(opened));
            let by_rules = whole_half_hours(range, &zone)
                .map_or_else(IntervalSet::empty, |range| calendar.expected_by_date(range, &zone));
            prop_assert_eq!(calendar.expected(range, &zone), by_rules);
        }
    }

    #[rstest]
    #[case::while_open("07:00-21:00", "2025-11-17T15:00:00Z", Some("2025-11-18T01:00:00Z"))]
    #[case::while_closed("07:00-21:00", "2025-11-17T10:59:59Z", Some("2025-11-17T10:59:59Z"))]
    #[case::at_the_opening("07:00-21:00", "2025-11-17T11:00:00Z", Some("2025-11-18T01:00:00Z"))]
    #[case::at_the_close("07:00-21:00", "2025-11-18T01:00:00Z", Some("2025-11-18T01:00:00Z"))]
    #[case::never_closed("00:00-24:00", "2025-11-17T15:00:00Z", None)]
    fn a_branch_says_when_it_is_closed(#[case] hours: &str, #[case] moment: &str, #[case] from: Option<&str>) {
        let calendar = Calendar::every_day(hours.parse().unwrap());
        let found = calendar.closed_from(moment.parse().unwrap(), &zone("America/Caracas"));
        assert_eq!(found, from.map(|text| text.parse().unwrap()));
    }

    #[rstest]
    #[case("7 a 21")]
    #[case("21:00-07:00")]
    #[case("07:00-25:00")]
    fn rubbish_hours_are_refused(#[case] text: &str) {
        assert!(text.parse::<OpeningHours>().is_err());
    }
}
