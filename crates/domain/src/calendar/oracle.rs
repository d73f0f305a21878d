//! The calendar against a naive oracle: every minute asks the branch's clock.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;
use crate::BranchClock;

/// The starts of the half hours of the days from one up to another that have an open minute.
fn open_by_the_minute(calendar: &Calendar, first: Date, last: Date, zone: &TimeZone) -> BTreeSet<Timestamp> {
    let mut found = BTreeSet::new();
    let mut minute = day_interval(first, zone).unwrap().start();
    let end = day_interval(last, zone).unwrap().end();
    while minute < end {
        let local = zone.to_datetime(minute);
        let hours_on = |date: Date| calendar.hours_on(date);
        let ends_later = |hours: &OpeningHours| hours.closes.is_some_and(|closes| closes <= hours.opens);
        let is_open = hours_on(local.date()).is_some_and(|hours| {
            let is_before_end = hours.closes.is_none_or(|closes| local.time() < closes);
            hours.opens <= local.time() && (is_before_end || ends_later(&hours))
        });
        let is_night = hours_on(local.date().yesterday().unwrap())
            .is_some_and(|hours| ends_later(&hours) && hours.closes.is_some_and(|closes| local.time() < closes));
        if is_open || is_night {
            found.insert(half_hour_floor(minute, zone));
        }
        minute = minute.checked_add(1.minute()).unwrap();
    }
    found
}

fn hours() -> impl Strategy<Value = Option<OpeningHours>> {
    let opens_and_closes = (0i32..288, 1i32..=288).prop_filter("some time", |(opens, closes)| opens != closes);
    let time = |fives: i32| Time::new((fives / 12) as i8, (fives % 12 * 5) as i8, 0, 0).unwrap();
    prop_oneof![
        1 => Just(None),
        6 => opens_and_closes.prop_map(move |(opens, closes)| {
            Some(OpeningHours { opens: time(opens), closes: (closes < 288).then(|| time(closes)) })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn exactly_the_half_hours_with_an_open_minute_are_expected(
        week in prop::array::uniform7(hours()),
        later in prop::array::uniform7(hours()),
        special in hours(),
        // Days on which clocks are set, and one on which none is.
        (zone, day) in prop::sample::select(vec![
            ("Europe/Madrid", "2025-03-30"),
            ("Europe/Madrid", "2025-10-26"),
            ("America/Santiago", "2025-04-05"),
            ("America/Santiago", "2025-04-06"),
            ("America/Santiago", "2025-09-07"),
            ("America/Caracas", "2025-11-17"),
            // And days on which a store gets another zone, to the east and to the west of the one it had.
            ("America/Caracas>Europe/Madrid", "2025-11-17"),
            ("America/Caracas>America/Los_Angeles", "2025-11-17"),
            ("Europe/Madrid>America/Santiago", "2025-03-30"),
        ]),
        change in -2i64..3,
        exception in -2i64..3,
        (decided, decided_hours) in (-2i64..3, hours()),
    ) {
        let (before, after) = zone.split_once('>').unwrap_or((zone, zone));
        let zone = BranchClock::from(TimeZone::get(before).unwrap());
        let zone = zone.changed(&[(day.parse().unwrap(), TimeZone::get(after).unwrap())]).unwrap();
        let day: Date = day.parse().unwrap();
        let shifted = |days: i64| day.checked_add(days.days()).unwrap();
        let mut rules = CalendarRules::every_day("00:00-24:00".parse().unwrap());
        rules.weekdays = week;
        rules.exceptions.insert(shifted(exception), DayException { hours: special, note: String::new() });
        let later = CalendarRules { weekdays: later, ..rules.clone() };
        let single = DayException { hours: decided_hours, note: String::new() };
        let calendar = Calendar::of(rules).with_day(shifted(decided), single).changed_from(shifted(change), later);

        let (first, last) = (shifted(-2), shifted(2));
        let range = Interval::new(
            day_interval(first, &zone).unwrap().start(),
            day_interval(last, &zone).unwrap().end(),
        ).unwrap();
        let expected = calendar.expected(range, &zone);
        let found: BTreeSet<Timestamp> = expected
            .intervals()
            .iter()
            .flat_map(|part| half_hours(*part, &zone))
            .map(|half_hour| half_hour.start())
            .collect();
        prop_assert_eq!(found, open_by_the_minute(&calendar, first, last, &zone));
    }
}
