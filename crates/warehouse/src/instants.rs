//! Instants as the database has them: microseconds since the epoch.

use domain::Interval;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::{Result, WarehouseError};

pub(crate) fn micros(instant: Timestamp) -> i64 {
    instant.as_microsecond()
}

pub(crate) fn instant(column: &'static str, micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| WarehouseError::Unreadable { column, detail: error.to_string() })
}

/// A reading of a store's clock, which DuckDB gives as if it were UTC.
pub(crate) fn local(column: &'static str, micros: i64) -> Result<DateTime> {
    Ok(TimeZone::UTC.to_datetime(instant(column, micros)?))
}

pub(crate) fn interval(column: &'static str, from: i64, to: i64) -> Result<Interval<Timestamp>> {
    Interval::new(instant(column, from)?, instant(column, to)?)
        .ok_or_else(|| WarehouseError::Unreadable { column, detail: format!("{to} is not after {from}") })
}

/// Days since 1970-01-01. Reckoned with years that begin in March, so that a leap day is the last of its year: several times a
/// line, which makes the difference to a span between two dates worth it.
pub(crate) fn epoch_days(date: Date) -> i32 {
    let (month, day) = (i32::from(date.month()), i32::from(date.day()));
    let year = i32::from(date.year()) - i32::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

pub(crate) fn date_of_epoch_days(column: &'static str, days: i32) -> Result<Date> {
    Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).map_err(|error| unreadable(column, &error))?)
        .map_err(|error| unreadable(column, &error))
}

/// Reads one of an enum's names.
pub(crate) fn named<T: std::str::FromStr<Err = domain::state::UnknownName>>(
    column: &'static str,
    text: &str,
) -> Result<T> {
    text.parse()
        .map_err(|error: domain::state::UnknownName| WarehouseError::Unreadable { column, detail: error.to_string() })
}

/// Reads an identifier.
pub(crate) fn identified<T: std::str::FromStr<Err = uuid::Error>>(column: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|error: uuid::Error| WarehouseError::Unreadable { column, detail: error.to_string() })
}

/// Reads an identifier of no type of its own.
pub(crate) fn unique(column: &'static str, text: &str) -> Result<uuid::Uuid> {
    uuid::Uuid::parse_str(text).map_err(|error| WarehouseError::Unreadable { column, detail: error.to_string() })
}

fn unreadable(column: &'static str, error: &jiff::Error) -> WarehouseError {
    WarehouseError::Unreadable { column, detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        // From the year 1559 on, and every leap day among them.
        for days in -150_000..150_000 {
            let date = date_of_epoch_days("fecha", days).unwrap();
            assert_eq!(epoch_days(date), days, "{date}");
        }
    }
}
