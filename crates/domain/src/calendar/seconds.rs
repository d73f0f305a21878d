//! What is expected where the zone's clock does not jump: sums of seconds, because years of many branches are asked for at
//! once.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{CalendarRules, OpeningHours};
use crate::window::instant_of;
use crate::{HALF_HOUR, Interval, IntervalSet};

const DAY_SECONDS: i64 = 86_400;

impl CalendarRules {
    /// The open half hours of a range on none of whose days an exception counts.
    pub(super) fn expected_at(&self, range: Interval<Timestamp>, offset_seconds: i64) -> IntervalSet<Timestamp> {
        let local = |instant: Timestamp| instant.as_second() + offset_seconds;
        let instant = |seconds: i64| Timestamp::from_second(seconds - offset_seconds).ok();
        let open_on = |day: i64| {
            // The first day of 1970 was a Thursday.
            let hours = self.weekdays[usize::try_from((day + 3).rem_euclid(7)).ok()?]?;
            let (opens, closes) = hours.half_hours_of_day();
            Interval::new(instant(day * DAY_SECONDS + opens)?, instant(day * DAY_SECONDS + closes)?)
        };
        let first = self.opened_on.and_then(day_number).unwrap_or(i64::MIN);
        let last = self.closed_on.and_then(day_number).unwrap_or(i64::MAX);
        let days = local(range.start()).div_euclid(DAY_SECONDS)..=local(range.end()).div_euclid(DAY_SECONDS);
        let days = days.filter(|day| (first..=last).contains(day));
        days.filter_map(open_on).filter_map(|open| open.intersection(&range)).collect()
    }
}

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
pub(super) fn steady_offset_seconds(range: Interval<Timestamp>, zone: &TimeZone) -> Option<i64> {
    let around = SignedDuration::from_hours(24);
    let start = range.start().checked_sub(around).ok()?;
    let end = range.end().checked_add(around).ok()?;
    let is_steady = zone.following(start).next().is_none_or(|change| change.timestamp() > end);
    is_steady.then(|| i64::from(zone.to_offset(start).seconds()))
}

/// Days since 1970.
fn day_number(date: Date) -> Option<i64> {
    Some(instant_of(date.at(0, 0, 0, 0), &TimeZone::UTC)?.as_second().div_euclid(DAY_SECONDS))
}
