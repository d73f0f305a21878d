//! When a branch is open, and so when sales are expected of it.
//!
//! A calendar keeps its history: rules count from a day on, and earlier days keep the rules they had. A half hour is
//! expected where the branch's clock shows an open minute in it, so that one that a zone repeats is expected twice, and one
//! that it skips never. Hours that go on over midnight are of the day on which they begin.

mod document;
mod file_history;
mod hours;
mod rules;
mod seconds;

pub use document::{CLOSED, hours_of, rules_of};
pub use file_history::changes_of_file;
pub use hours::{InvalidOpeningHours, OpeningHours};
pub use rules::{CalendarRules, DayException};

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use self::hours::{DayPart, has_minute_of};
use self::rules::place_of;
use self::seconds::steady_offset_seconds;
use crate::window::{day_interval, half_hour_floor, half_hours, instant_of, local_dates};
use crate::{HALF_HOUR, Interval, IntervalSet};

/// Rules by the day from which they count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// What counted before anything was changed.
    base: CalendarRules,
    /// In order of their first day; of those with the same one, the later counts.
    changes: Vec<(Date, CalendarRules)>,
    /// Single days that were decided for themselves, whatever the rules around them are.
    days: BTreeMap<Date, DayException>,
}

impl Calendar {
    /// The same hours every day.
    pub fn every_day(hours: OpeningHours) -> Self {
        Self::of(CalendarRules::every_day(hours))
    }

    /// These rules, always.
    pub fn of(rules: CalendarRules) -> Self {
        Self { base: rules, changes: Vec::new(), days: BTreeMap::new() }
    }

    /// Replaces the hours of one weekday; None closes it.
    #[must_use]
    pub fn with_weekday(mut self, weekday: Weekday, hours: Option<OpeningHours>) -> Self {
        self.base.weekdays[place_of(weekday)] = hours;
        self
    }

    /// Expects nothing before this local day.
    #[must_use]
    pub fn opened_on(mut self, date: Option<Date>) -> Self {
        self.base.opened_on = date;
        self
    }

    /// Other rules from a day on, which are all that counts from there: earlier days, and those from which a later change
    /// counts, are as they were.
    #[must_use]
    pub fn decided_from(mut self, date: Date, rules: CalendarRules) -> Self {
        self.days.retain(|day, _| *day < date);
        self.changed_from(date, rules)
    }

    /// Other hours on a single day; whatever rules count around it, now or later, it keeps them.
    #[must_use]
    pub fn with_day(mut self, date: Date, exception: DayException) -> Self {
        self.days.insert(date, exception);
        self
    }

    /// Other rules from a day on, but for single days that were decided for themselves.
    #[must_use]
    pub fn changed_from(mut self, date: Date, rules: CalendarRules) -> Self {
        let place = self.changes.partition_point(|(from, _)| *from <= date);
        self.changes.insert(place, (date, rules));
        self
    }

    /// The rules that count before any change.
    pub fn base(&self) -> &CalendarRules {
        &self.base
    }

    /// The rules that count on a day.
    pub fn rules_on(&self, date: Date) -> &CalendarRules {
        let after = self.changes.partition_point(|(from, _)| *from <= date);
        after.checked_sub(1).and_then(|last| self.changes.get(last)).map_or(&self.base, |(_, rules)| rules)
    }

    /// The rules that count on a day, with all single days that were decided for themselves.
    pub fn shown_on(&self, date: Date) -> CalendarRules {
        let mut rules = self.rules_on(date).clone();
        rules.exceptions.extend(self.days.iter().map(|(day, exception)| (*day, exception.clone())));
        rules
    }

    /// The hours of a day; None where the branch is closed.
    pub fn hours_on(&self, date: Date) -> Option<OpeningHours> {
        let rules = self.rules_on(date);
        match self.days.get(&date) {
            Some(exception) if rules.is_in_business(date) => exception.hours,
            Some(_) => None,
            None => rules.hours_on(date),
        }
    }

    /// The half hours, as instants, that sales are expected of: every half hour that has an open minute and lies
    /// wholly in the range.
    pub fn expected(&self, range: Interval<Timestamp>, zone: &TimeZone) -> IntervalSet<Timestamp> {
        let Some(range) = whole_half_hours(range, zone) else { return IntervalSet::empty() };
        match (steady_offset_seconds(range, zone), self.plain_rules(range, zone)) {
            (Some(offset_seconds), Some(rules)) => rules.expected_at(range, offset_seconds),
            _ => self.expected_by_date(range, zone),
        }
    }

    /// What of [`Self::expected`] a set leaves over, and perhaps some of it that the set has: the days that it has whole
    /// are not looked at, so that years of which little is missing cost what is missing.
    pub fn expected_beyond(
        &self,
        covered: &IntervalSet<Timestamp>,
        range: Interval<Timestamp>,
        zone: &TimeZone,
    ) -> IntervalSet<Timestamp> {
        let Some(range) = whole_half_hours(range, zone) else { return IntervalSet::empty() };
        let left: IntervalSet<Timestamp> = [range].into_iter().collect();
        let whole = |part: &Interval<Timestamp>| {
            let start = half_hour_floor(part.start(), zone);
            let last = half_hour_floor(part.end(), zone);
            let end = if last < part.end() { last.checked_add(HALF_HOUR).ok()? } else { last };
            Interval::new(start, end)
        };
        let left: IntervalSet<Timestamp> = left.difference(covered).intervals().iter().filter_map(whole).collect();
        left.intervals().iter().flat_map(|part| self.expected(*part, zone).intervals().to_vec()).collect()
    }

    /// Day by day through the zone's rules.
    fn expected_by_date(&self, range: Interval<Timestamp>, zone: &TimeZone) -> IntervalSet<Timestamp> {
        local_dates(range, zone)
            .into_iter()
            .flat_map(|date| self.open_intervals(date, zone))
            .filter_map(|open| open.intersection(&range))
            .collect()
    }

    /// The first moment from this one on at which the branch is closed; None where it does not close within a week.
    pub fn closed_from(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let week = Interval::new(moment, moment.checked_add(SignedDuration::from_hours(8 * 24)).ok()?)?;
        // A day that is open until midnight goes on where the next one opens at midnight.
        let open: IntervalSet<Timestamp> =
            local_dates(week, zone).into_iter().flat_map(|date| self.open_intervals(date, zone)).collect();
        let until = open.intervals().iter().find(|part| part.contains(moment)).map_or(moment, Interval::end);
        (until < week.end()).then_some(until)
    }

    /// The rules of a range throughout which the same count, where no single day of it differs from its weekday.
    fn plain_rules(&self, range: Interval<Timestamp>, zone: &TimeZone) -> Option<&CalendarRules> {
        let (first, last) = (zone.to_datetime(range.start()).date(), zone.to_datetime(range.end()).date());
        let changes_within = self.changes.iter().any(|(from, _)| first < *from && *from <= last);
        let rules = self.rules_on(first);
        let mut all = self.changes.iter().map(|(_, rules)| rules).chain([&self.base]);
        let goes_over_midnight =
            |exception: &DayException| exception.hours.is_some_and(|hours| hours.is_over_midnight());
        if all.any(CalendarRules::go_over_midnight) || self.days.values().any(goes_over_midnight) {
            return None;
        }
        let has_exception = |days: &BTreeMap<Date, DayException>| days.range(first..=last).next().is_some();
        let is_plain = !changes_within && !has_exception(&rules.exceptions) && !has_exception(&self.days);
        is_plain.then_some(rules)
    }

    fn open_intervals(&self, date: Date, zone: &TimeZone) -> Vec<Interval<Timestamp>> {
        let parts = self.open_parts(date);
        let Some(day) = day_interval(date, zone).filter(|_| !parts.is_empty()) else { return Vec::new() };
        if day.end().duration_since(day.start()) == SignedDuration::from_hours(24) {
            return parts.into_iter().filter_map(|part| open_interval(date, part, day, zone)).collect();
        }
        // The clock is set on this day, so each half hour is asked what the clock shows.
        let is_open = |half_hour: &Interval<Timestamp>| {
            let time = zone.to_datetime(half_hour.start()).time();
            parts.iter().any(|part| has_minute_of(*part, time))
        };
        half_hours(day, zone).into_iter().filter(is_open).collect()
    }

    /// What is open of a day: the end of the night before, and its own hours.
    fn open_parts(&self, date: Date) -> Vec<DayPart> {
        let before =
            date.yesterday().ok().and_then(|before| self.hours_on(before)).and_then(|hours| hours.of_next_day());
        before.into_iter().chain(self.hours_on(date).map(|hours| hours.of_own_day())).collect()
    }
}

/// The open half hours of a day on which no clock is set: one interval.
fn open_interval(
    date: Date,
    (opens, closes): DayPart,
    day: Interval<Timestamp>,
    zone: &TimeZone,
) -> Option<Interval<Timestamp>> {
    let opens = instant_of(date.to_datetime(opens), zone)?;
    let closes = match closes {
        Some(time) => instant_of(date.to_datetime(time), zone)?,
        None => day.end(),
    };
    let start = half_hour_floor(opens, zone);
    let floor = half_hour_floor(closes, zone);
    let end = if floor < closes { floor.checked_add(HALF_HOUR).ok()? } else { floor };
    Interval::new(start, end)
}

/// The range without the half hours that it holds only in part.
fn whole_half_hours(range: Interval<Timestamp>, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let floor = half_hour_floor(range.start(), zone);
    let start = if floor < range.start() { floor.checked_add(HALF_HOUR).ok()? } else { floor };
    Interval::new(start, half_hour_floor(range.end(), zone))
}

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod tests;
