//! When something was: relative to a given "now", or as date and time on the store's clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::i18n::Language;

/// `hace un momento`, `hace 5 min`, `hace 3 h`, `hace 2 días`. What lies ahead, by clocks that differ, is a moment ago.
pub fn relative(language: Language, now: Timestamp, then: Timestamp) -> String {
    let texts = language.time();
    let minutes = now.duration_since(then).as_secs().max(0) / 60;
    match minutes {
        0 => texts.now().to_owned(),
        1..60 => texts.minutes_ago(minutes),
        60..1_440 => texts.hours_ago(minutes / 60),
        1_440..2_880 => texts.day_ago().to_owned(),
        _ => texts.days_ago(minutes / 1_440),
    }
}

/// `en un momento`, `en 5 min`, `en 3 h`, `en 2 días`: what lies ahead, rounded up. What is past is due in a moment.
pub fn ahead(language: Language, now: Timestamp, then: Timestamp) -> String {
    let texts = language.time();
    let minutes = then.duration_since(now).as_secs().max(0).unsigned_abs().div_ceil(60);
    match minutes {
        0..=1 => texts.soon().to_owned(),
        2..120 => texts.in_minutes(minutes),
        120..2_880 => texts.in_hours(minutes / 60),
        _ => texts.in_days(minutes / 1_440),
    }
}

/// `17 nov 2025, 12:30`; `Nov 17, 2025, 12:30` in English.
pub fn absolute(language: Language, moment: DateTime) -> String {
    format!("{}, {:02}:{:02}", day(language, moment.date()), moment.hour(), moment.minute())
}

/// `17 nov 2025`; `Nov 17, 2025` in English.
pub fn day(language: Language, date: Date) -> String {
    let months = language.time().months();
    let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    let month = months.split(' ').nth(month).unwrap_or_default();
    match language {
        Language::Es => format!("{} {month} {}", date.day(), date.year()),
        Language::En => format!("{month} {}, {}", date.day(), date.year()),
    }
}

/// `lun`; `Mon` in English.
pub fn weekday(language: Language, date: Date) -> &'static str {
    let number = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    language.time().weekdays().split(' ').nth(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(-30, "hace un momento")]
    #[case(59, "hace un momento")]
    #[case(60, "hace 1 min")]
    #[case(3_599, "hace 59 min")]
    #[case(3_600, "hace 1 h")]
    #[case(86_400, "hace 1 día")]
    #[case(172_800, "hace 2 días")]
    fn ages_are_told_in_the_largest_unit(#[case] seconds: i64, #[case] text: &str) {
        let then = Timestamp::from_second(1_763_377_200).unwrap();
        let now = Timestamp::from_second(1_763_377_200 + seconds).unwrap();
        assert_eq!(relative(Language::Es, now, then), text);
    }

    #[rstest]
    #[case(-30, "en un momento")]
    #[case(60, "en un momento")]
    #[case(61, "en 2 min")]
    #[case(5_400, "en 90 min")]
    #[case(7_200, "en 2 h")]
    #[case(172_800, "en 2 días")]
    fn what_lies_ahead_is_told_in_the_largest_unit_that_fits(#[case] seconds: i64, #[case] text: &str) {
        let now = Timestamp::from_second(1_763_377_200).unwrap();
        let then = Timestamp::from_second(1_763_377_200 + seconds).unwrap();
        assert_eq!(ahead(Language::Es, now, then), text);
    }

    #[test]
    fn dates_follow_the_language() {
        let moment = date(2025, 11, 7).at(12, 5, 59, 0);
        assert_eq!(absolute(Language::Es, moment), "7 nov 2025, 12:05");
        assert_eq!(absolute(Language::En, moment), "Nov 7, 2025, 12:05");
        assert_eq!(day(Language::Es, date(2025, 1, 31)), "31 ene 2025");
        assert_eq!(day(Language::Es, date(2025, 12, 1)), "1 dic 2025");
    }
}
