//! What a branch's calendar says from a day on: the week, single days, the first and the last day.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::OpeningHours;

/// The hours of a single day, in place of its weekday's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayException {
    /// None where the branch is closed all day.
    pub hours: Option<OpeningHours>,
    /// Why, as `Navidad`.
    pub note: String,
}

/// Opening hours by weekday, with single days that differ, between an opening and a closing day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRules {
    /// Monday first; None where the branch is closed all day.
    pub weekdays: [Option<OpeningHours>; 7],
    /// Holidays, one-off closings and special hours.
    pub exceptions: BTreeMap<Date, DayException>,
    /// The first local day that anything is expected of.
    pub opened_on: Option<Date>,
    /// The last local day that anything is expected of.
    pub closed_on: Option<Date>,
    /// The zone that the clocks run on; None where these rules say nothing of it, and what counted before goes on.
    pub zone: Option<TimeZone>,
}

impl CalendarRules {
    /// The same hours every day.
    pub fn every_day(hours: OpeningHours) -> Self {
        Self { weekdays: [Some(hours); 7], exceptions: BTreeMap::new(), opened_on: None, closed_on: None, zone: None }
    }

    /// Whether the hours of any day go on into the next one.
    pub(super) fn go_over_midnight(&self) -> bool {
        let special = self.exceptions.values().map(|exception| &exception.hours);
        self.weekdays.iter().chain(special).flatten().any(OpeningHours::is_over_midnight)
    }

    /// Whether a day lies between the first and the last one.
    pub(super) fn is_in_business(&self, date: Date) -> bool {
        self.opened_on.is_none_or(|first| first <= date) && self.closed_on.is_none_or(|last| date <= last)
    }

    /// The hours of a day; None where the branch is closed.
    pub fn hours_on(&self, date: Date) -> Option<OpeningHours> {
        if !self.is_in_business(date) {
            return None;
        }
        match self.exceptions.get(&date) {
            Some(exception) => exception.hours,
            None => self.weekdays[place_of(date.weekday())],
        }
    }
}

/// The place of a weekday in a week that begins on Monday.
pub(super) fn place_of(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs())
}
