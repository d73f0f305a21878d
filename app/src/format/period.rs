//! The stretch of local time that a run or a gap is about.

use jiff::civil::Date;

use super::day;
use crate::i18n::Language;

/// A period in two parts, as tables show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// `17 nov 2025`.
    pub days: String,
    /// `12:00 – 12:30`, or "all day".
    pub hours: String,
}

impl std::fmt::Display for Period {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}, {}", self.days, self.hours)
    }
}

/// The period from and up to, in the contract's own form: days, and hours as `HH:MM` where `24:00` ends a day.
pub fn period(language: Language, from: (Date, &str), to: (Date, &str)) -> Period {
    let days = match from.0 == to.0 {
        true => day(language, from.0),
        false => format!("{} – {}", day(language, from.0), day(language, to.0)),
    };
    let hours = match (from.1, to.1) {
        ("00:00", "24:00") => language.runs().all_day().to_owned(),
        (start, end) => format!("{start} – {end}"),
    };
    Period { days, hours }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_whole_day_and_the_last_half_hour_are_told_apart() {
        let day = date(2025, 11, 17);
        let text = |from, to| period(Language::Es, (day, from), (day, to)).to_string();
        assert_eq!(text("00:00", "24:00"), "17 nov 2025, Todo el día");
        assert_eq!(text("23:30", "24:00"), "17 nov 2025, 23:30 – 24:00");
    }

    #[test]
    fn several_days_name_both_ends() {
        let shown = period(Language::En, (date(2025, 11, 17), "08:00"), (date(2025, 11, 18), "09:30"));
        assert_eq!(shown.to_string(), "Nov 17, 2025 – Nov 18, 2025, 08:00 – 09:30");
    }
}
