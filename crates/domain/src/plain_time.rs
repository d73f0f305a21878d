//! Moments and days in JSON, exactly as jiff writes them, and read by little code.
//!
//! To be named as `#[serde(with = "crate::plain_time")]`. Jiff reads whatever people write and says in detail what is wrong
//! with it. A browser would have to download that in order to read texts that the server wrote: years of four digits, local or
//! in UTC.

use std::fmt::{Display, Formatter};
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serializer};

/// What can be written and read plainly.
pub(crate) trait PlainTime: Display + Sized {
    /// Reads what [`Display`] writes; None where it is something else.
    fn read(text: &str) -> Option<Self>;
}

impl PlainTime for Date {
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('-');
        let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
        if numbers.next().is_some() {
            return None;
        }
        Self::new(number(year, 4)?, number(month, 2)?, number(day, 2)?).ok()
    }
}

impl PlainTime for DateTime {
    fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        Some(Self::from_parts(Date::read(date)?, read_time(time)?))
    }
}

impl PlainTime for Timestamp {
    fn read(text: &str) -> Option<Self> {
        TimeZone::UTC.to_timestamp(DateTime::read(text.strip_suffix('Z')?)?).ok()
    }
}

/// `HH:MM:SS`, with up to nine decimals.
fn read_time(text: &str) -> Option<Time> {
    const DECIMALS_MAX: usize = 9;
    let (text, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let mut numbers = text.split(':');
    let (hour, minute, second) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if numbers.next().is_some() || decimals.len() > DECIMALS_MAX {
        return None;
    }
    let mut nanosecond: i32 = number(decimals, decimals.len())?;
    for _ in decimals.len()..DECIMALS_MAX {
        nanosecond *= 10;
    }
    Time::new(number(hour, 2)?, number(minute, 2)?, number(second, 2)?, nanosecond).ok()
}

/// A number of exactly so many digits.
fn number<N: TryFrom<i32>>(text: &str, digits: usize) -> Option<N> {
    if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse::<i32>().ok()?.try_into().ok()
}

/// Writes a moment or a day.
pub(crate) fn serialize<T: PlainTime, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Reads a moment or a day.
pub(crate) fn deserialize<'de, T: PlainTime, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Reader(PhantomData))
}

struct Reader<T>(PhantomData<T>);

impl<T: PlainTime> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a moment or a day as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// For those that may be absent.
pub(crate) mod optional {
    use super::{Deserializer, Formatter, PhantomData, PlainTime, Serializer, Visitor};

    /// Writes one, or null.
    pub(crate) fn serialize<T: PlainTime, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    /// Reads one, or null.
    pub(crate) fn deserialize<'de, T: PlainTime, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(Reader(PhantomData))
    }

    struct Reader<T>(PhantomData<T>);

    impl<'de, T: PlainTime> Visitor<'de> for Reader<T> {
        type Value = Option<T>;

        fn expecting(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a moment or a day as text, or null")
        }

        fn visit_none<E>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_unit<E>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Plain {
        #[serde(with = "crate::plain_time")]
        moment: Timestamp,
        #[serde(with = "crate::plain_time")]
        local: DateTime,
        #[serde(default, with = "crate::plain_time::optional")]
        day: Option<Date>,
    }

    #[derive(Serialize, Deserialize)]
    struct Jiffs {
        moment: Timestamp,
        local: DateTime,
        day: Option<Date>,
    }

    fn moment() -> Timestamp {
        "2025-11-17T13:30:00.5Z".parse().unwrap()
    }

    #[test]
    fn it_is_written_as_jiff_writes_it_and_read_back() {
        let local = "2025-11-17T09:30:00".parse().unwrap();
        for day in [None, Some("2025-11-17".parse().unwrap())] {
            let plain = Plain { moment: moment(), local, day };
            let text = serde_json::to_string(&plain).unwrap();
            assert_eq!(text, serde_json::to_string(&Jiffs { moment: moment(), local, day }).unwrap());
            assert_eq!(serde_json::from_str::<Plain>(&text).unwrap(), plain);
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_with_what_was_given() {
        let text = r#"{"moment":"ayer","local":"2025-11-17T09:30:00"}"#;
        let error = serde_json::from_str::<Plain>(text).unwrap_err().to_string();
        assert!(error.contains("ayer") && error.contains("a moment or a day"), "{error}");
    }

    proptest! {
        #[test]
        fn all_that_jiff_writes_is_read(second in -62_000_000_000_i64..253_000_000_000, nanosecond in 0_i32..1_000_000_000) {
            let moment = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(Timestamp::read(&moment.to_string()), Some(moment));
            let local = TimeZone::UTC.to_datetime(moment);
            prop_assert_eq!(DateTime::read(&local.to_string()), Some(local));
            prop_assert_eq!(Date::read(&local.date().to_string()), Some(local.date()));
        }

        #[test]
        fn what_is_read_is_what_jiff_reads(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?Z") {
            // A leap second is one that jiff takes for the second before it, and never writes.
            prop_assume!(!text.contains(":60"));
            prop_assert_eq!(Timestamp::read(&text), text.parse().ok());
        }
    }

    #[rstest]
    #[case("")]
    #[case("2025-11-17")]
    #[case("2025-11-17T09:30:00")]
    #[case("2025-11-17T09:30:00+00:00")]
    #[case("2025-11-17T09:30Z")]
    #[case("2025-11-17T09:30:00.Z")]
    #[case("2025-11-17T09:30:00.1234567891Z")]
    #[case("2025-11-17T09:30:00:00Z")]
    #[case("2025-11-17-01T09:30:00Z")]
    #[case("2025-+1-17T09:30:00Z")]
    #[case("25-11-17T09:30:00Z")]
    fn what_jiff_would_not_write_is_no_moment(#[case] text: &str) {
        assert_eq!(Timestamp::read(text), None);
    }
}
