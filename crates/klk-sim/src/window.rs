//! The days and hours that a question for sales covers.

use jiff::civil::{Date, DateTime, Time};

use crate::local_time::{DAY_TICKS, HALF_HOUR_TICKS, SECOND_TICKS, moment, ticks_of};

/// The same hours of each day of a range, both ends of both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SalesWindow {
    pub(crate) date_from: Date,
    pub(crate) date_to: Date,
    /// The first moment of each day, in ticks since midnight.
    pub(crate) ticks_from: u64,
    /// The last moment of each day, in ticks since midnight.
    pub(crate) ticks_to: u64,
}

impl SalesWindow {
    /// Hours that were not given are the day's ends.
    pub(crate) fn new(date_from: Date, date_to: Date, time_from: Option<Time>, time_to: Option<Time>) -> Self {
        Self {
            date_from,
            date_to,
            ticks_from: time_from.map_or(0, ticks_of),
            ticks_to: time_to.map_or(DAY_TICKS - 1, ticks_of),
        }
    }

    pub(crate) fn days(&self) -> impl Iterator<Item = Date> {
        let last = self.date_to;
        self.date_from.series(jiff::Span::new().days(1)).take_while(move |date| *date <= last)
    }

    /// The half hours of each day that have a moment of the window.
    pub(crate) fn slots(&self) -> std::ops::RangeInclusive<u64> {
        self.ticks_from / HALF_HOUR_TICKS..=self.ticks_to / HALF_HOUR_TICKS
    }

    pub(crate) fn has(&self, ticks: u64) -> bool {
        (self.ticks_from..=self.ticks_to).contains(&ticks)
    }

    /// Whether some of its time lies between two local moments; having their ends in common is not enough.
    pub(crate) fn overlaps(&self, from: Option<DateTime>, to: Option<DateTime>) -> bool {
        // The last tick of a day is its end: a day's window reaches up to midnight.
        let end_ticks = if self.ticks_to + 1 == DAY_TICKS { DAY_TICKS } else { self.ticks_to };
        self.days().any(|date| {
            let start = moment(date, self.ticks_from);
            // A window of a single moment still has to be somewhere.
            let end = moment(date, end_ticks.max(self.ticks_from + SECOND_TICKS));
            to.is_none_or(|to| start < to) && from.is_none_or(|from| from < end)
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn window(days: (&str, &str), hours: (&str, &str)) -> SalesWindow {
        let time = |text: &str| Some(text.parse().unwrap());
        SalesWindow::new(days.0.parse().unwrap(), days.1.parse().unwrap(), time(hours.0), time(hours.1))
    }

    #[rstest]
    #[case("09:30", "10:00", false)]
    #[case("09:30", "10:30", true)]
    #[case("12:30", "13:00", true)]
    #[case("13:00", "13:30", false)]
    #[case("00:00", "23:59", true)]
    #[case("10:00", "10:00", true)]
    fn windows_that_only_touch_do_not_overlap(#[case] from: &str, #[case] to: &str, #[case] overlaps: bool) {
        let window = window(("2025-11-17", "2025-11-17"), (from, to));
        let moment = |text: &str| Some(text.parse().unwrap());
        assert_eq!(window.overlaps(moment("2025-11-17T10:00"), moment("2025-11-17T13:00")), overlaps);
    }

    #[test]
    fn hours_hold_for_each_day_of_a_range() {
        let window = window(("2025-11-15", "2025-11-18"), ("12:00", "12:30"));
        let moment = |text: &str| Some(text.parse().unwrap());
        assert!(window.overlaps(moment("2025-11-17T12:15"), moment("2025-11-17T12:20")));
        assert!(!window.overlaps(moment("2025-11-17T13:00"), moment("2025-11-18T11:00")));
    }

    #[test]
    fn the_end_of_half_an_hour_is_the_start_of_the_next_one() {
        assert_eq!(window(("2025-11-17", "2025-11-17"), ("12:00", "12:30")).slots(), 24..=25);
    }

    #[test]
    fn hours_left_out_are_the_whole_day() {
        let day = "2025-11-17".parse().unwrap();
        let window = SalesWindow::new(day, day, None, None);
        assert_eq!(window.slots(), 0..=47);
        assert!(!window.overlaps(Some("2025-11-18T00:00".parse().unwrap()), None));
    }
}
