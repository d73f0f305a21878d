//! Periods that somebody names by days and hours of a branch's clock.

use domain::filter::{InvalidParameter, Requirement};
use domain::window::{day_interval, end_instant_of, instant_of};
use domain::{Branch, Interval};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::EngineSettings;

/// From a time of the first day up to a time of the last: from its start where no first time is given, up to its end
/// where no last one is. Of a time that comes twice the first starts a period and the second ends one, so that whoever
/// names the hours of a gap has all of it.
pub(crate) fn period(
    branch: &Branch,
    (first, time_from): (Date, Option<Time>),
    (last, time_to): (Date, Option<Time>),
) -> Result<Interval<Timestamp>, InvalidParameter> {
    let time_from = aligned("hora_desde", time_from.unwrap_or(Time::midnight()))?;
    let start = instant_of(first.to_datetime(time_from), &branch.zone);
    let end = match time_to {
        Some(time) => end_instant_of(last.to_datetime(aligned("hora_hasta", time)?), &branch.zone),
        None => day_interval(last, &branch.zone).map(|day| day.end()),
    };
    let (Some(start), Some(end)) = (start, end) else {
        return Err(InvalidParameter { name: "fecha_desde", requirement: Requirement::WithinCalendar });
    };
    Interval::new(start, end).ok_or(InvalidParameter { name: "hora_hasta", requirement: Requirement::AfterStart })
}

/// Which days may be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DayLimits {
    /// The first of them.
    pub(crate) first: Date,
    /// How many at once.
    pub(crate) days_max: u32,
}

impl DayLimits {
    /// Those of a moment. Stores lie in several zones: the first day is that of UTC.
    pub(crate) fn of(settings: &EngineSettings, now: Timestamp, days_max: u32) -> Self {
        let past = i64::from(settings.past_days_max).days();
        let first = TimeZone::UTC.to_datetime(now).date().checked_sub(past).unwrap_or(Date::MIN);
        Self { first, days_max }
    }
}

/// Refuses days in the wrong order, too many of them, and those that are too far back.
pub(crate) fn check_days(from: Date, to: Date, limits: DayLimits) -> Result<(), InvalidParameter> {
    let DayLimits { first, days_max: most } = limits;
    if from < first {
        return Err(InvalidParameter {
            name: "fecha_desde",
            requirement: Requirement::NotBefore { first, given: from },
        });
    }
    let invalid = |requirement| Err(InvalidParameter { name: "fecha_hasta", requirement });
    if to < from {
        return invalid(Requirement::NotBeforeFirstDay { first: from, last: to });
    }
    let days = i64::from(to.since(from).map_or(i32::MAX, |span| span.get_days())) + 1;
    if days > i64::from(most) {
        return invalid(Requirement::DaysAtMost { days, most });
    }
    Ok(())
}

/// A date.
pub(crate) fn date(name: &'static str, text: &str) -> Result<Date, InvalidParameter> {
    let requirement = || Requirement::Date { given: excerpt(text) };
    text.trim().parse().map_err(|_| InvalidParameter { name, requirement: requirement() })
}

/// A time of the day at which a period starts; None where it is absent or empty.
pub(crate) fn start_time(name: &'static str, text: Option<&str>) -> Result<Option<Time>, InvalidParameter> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let requirement = || Requirement::Time { given: excerpt(text) };
    text.parse().map(Some).map_err(|_| InvalidParameter { name, requirement: requirement() })
}

/// A time of the day at which a period ends; None where it is absent, empty, or the end of the day.
pub(crate) fn end_time(name: &'static str, text: Option<&str>) -> Result<Option<Time>, InvalidParameter> {
    start_time(name, text.filter(|text| !matches!(text.trim(), "24:00" | "24:00:00")))
}

/// Coverage is counted in half hours, so hours have to be their ends.
fn aligned(name: &'static str, time: Time) -> Result<Time, InvalidParameter> {
    if time.minute() % 30 == 0 && time.second() == 0 && time.subsec_nanosecond() == 0 {
        Ok(time)
    } else {
        Err(InvalidParameter { name, requirement: Requirement::HalfHour { given: time } })
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
