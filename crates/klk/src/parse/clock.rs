//! Dates and hours of the POS, which are local.

use jiff::civil::{Date, Time};

/// Reads `YYYY-MM-DD`, and nothing else.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let year = i16::from(two_digits(y1, y2)?) * 100 + i16::from(two_digits(y3, y4)?);
    Date::new(year, two_digits(m1, m2)?, two_digits(d1, d2)?).ok()
}

/// Reads `HH:MM`, `HH:MM:SS`, or that with up to 9 decimals.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, nanoseconds(fraction)?),
        None => (text, 0),
    };
    let (hour, minute, second) = match *clock.as_bytes() {
        [h1, h2, b':', m1, m2, b':', s1, s2] => (two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?),
        // Decimals are those of a second, so there are none without seconds.
        [h1, h2, b':', m1, m2] if clock.len() == text.len() => (two_digits(h1, h2)?, two_digits(m1, m2)?, 0),
        _ => return None,
    };
    Time::new(hour, minute, second, fraction).ok()
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| (byte - b'0').cast_signed());
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    if !(1..=9).contains(&fraction.len()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i32 = fraction.parse().ok()?;
    Some(value * 10_i32.pow(9 - u32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("12:19:56.8966141", time(12, 19, 56, 896_614_100))]
    #[case("12:19:56.5", time(12, 19, 56, 500_000_000))]
    #[case("23:59:59.999999999", time(23, 59, 59, 999_999_999))]
    #[case("12:30:00", time(12, 30, 0, 0))]
    #[case("00:00", time(0, 0, 0, 0))]
    fn an_hour_has_up_to_nine_decimals_or_none(#[case] text: &str, #[case] expected: Time) {
        assert_eq!(parse_time(text), Some(expected));
    }

    #[rstest]
    #[case("")]
    #[case("24:00:00")]
    #[case("12:60:00")]
    #[case("12:19:60")]
    #[case("7:05:00")]
    #[case("12:19.5")]
    #[case("12:19:56.")]
    #[case("12:19:56.1234567890")]
    #[case("12:19:56.-1")]
    #[case("12:19:56Z")]
    #[case("+1:00:00")]
    fn other_hours_are_refused(#[case] text: &str) {
        assert_eq!(parse_time(text), None);
    }

    #[test]
    fn a_date_is_year_month_day() {
        assert_eq!(parse_date("2025-11-17"), Some(date(2025, 11, 17)));
        assert_eq!(parse_date("2024-02-29"), Some(date(2024, 2, 29)));
        for wrong in ["2025-02-29", "17/11/2025", "2025-11-17T00:00:00", "20251117", "2025-1-7", ""] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}
