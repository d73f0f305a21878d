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

/// Days since 1970-01-01.
pub(crate) fn epoch_days(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
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
    fn dates_round_trip() {
        for date in [Date::constant(1969, 12, 31), Date::constant(2025, 11, 17)] {
            assert_eq!(date_of_epoch_days("fecha", epoch_days(date)).unwrap(), date);
        }
    }
}
