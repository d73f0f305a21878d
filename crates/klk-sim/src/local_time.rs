//! The time of the stores' clocks: America/Caracas has been UTC-4 without summer time since 2016, so no zone database is needed.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

const OFFSET: Offset = Offset::constant(-4);

/// Hundreds of nanoseconds: the 7 decimals of a second that the POS writes.
pub(crate) const SECOND_TICKS: u64 = 10_000_000;
/// Half an hour.
pub(crate) const HALF_HOUR_TICKS: u64 = 30 * 60 * SECOND_TICKS;
/// A day.
pub(crate) const DAY_TICKS: u64 = 48 * HALF_HOUR_TICKS;

/// What a clock in a store shows.
pub(crate) fn local(instant: Timestamp) -> DateTime {
    OFFSET.to_datetime(instant)
}

/// When a clock in a store shows this. None outside of the range of instants.
pub(crate) fn instant(local: DateTime) -> Option<Timestamp> {
    TimeZone::fixed(OFFSET).to_timestamp(local).ok()
}

/// How far into its day a time is.
pub(crate) fn ticks_of(time: Time) -> u64 {
    let span = time.duration_since(Time::midnight());
    (span.as_nanos() / 100).unsigned_abs() as u64
}

/// The local moment so far into a day.
pub(crate) fn moment(date: Date, ticks: u64) -> DateTime {
    let past = SignedDuration::from_nanos(ticks as i64 * 100);
    date.at(0, 0, 0, 0).checked_add(past).unwrap_or(DateTime::MAX)
}

/// The whole days from one date to a later one; negative to an earlier one.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}
