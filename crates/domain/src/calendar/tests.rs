use jiff::ToSpan;
use jiff::civil::Time;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn range(from: &str, to: &str) -> Interval<Timestamp> {
    Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn count(calendar: &Calendar, range: Interval<Timestamp>, zone: &TimeZone) -> usize {
    calendar.expected(range, zone).intervals().iter().map(|part| half_hours(*part, zone).len()).sum()
}

#[rstest]
#[case("07:00-21:00", 28)]
#[case("08:00-24:00", 32)]
#[case("07:10-20:50", 28)]
#[case("18:00-02:00", 16)]
#[case("18:00-00:00", 12)]
#[case("12:00-11:30", 47)]
fn a_day_expects_every_half_hour_with_an_open_minute(#[case] hours: &str, #[case] windows: usize) {
    let calendar = Calendar::every_day(hours.parse().unwrap());
    let zone = zone("America/Caracas");
    assert_eq!(count(&calendar, range("2025-11-17T04:00:00Z", "2025-11-18T04:00:00Z"), &zone), windows);
}

#[test]
fn a_half_hour_that_has_not_ended_is_not_expected() {
    let calendar = Calendar::every_day("07:00-21:00".parse().unwrap());
    let zone = zone("America/Caracas");
    assert_eq!(count(&calendar, range("2025-11-17T11:00:00Z", "2025-11-17T11:59:59Z"), &zone), 1);
}

#[rstest]
#[case("Europe/Madrid", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 46)]
#[case("Europe/Madrid", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 50)]
#[case("America/Santiago", "2025-04-05T03:00:00Z", "2025-04-06T04:00:00Z", 50)]
fn days_of_23_and_25_hours_expect_what_they_have(
    #[case] name: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] windows: usize,
) {
    let calendar = Calendar::every_day("00:00-24:00".parse().unwrap());
    assert_eq!(count(&calendar, range(from, to), &zone(name)), windows);
}

#[test]
fn nothing_is_expected_before_the_opening_day_or_on_a_closed_weekday() {
    let calendar = Calendar::every_day("07:00-21:00".parse().unwrap())
        .with_weekday(Weekday::Sunday, None)
        .opened_on(Some("2025-11-15".parse().unwrap()));
    let zone = zone("America/Caracas");
    // Friday 14 (before), Saturday 15 (open), Sunday 16 (closed).
    assert_eq!(count(&calendar, range("2025-11-14T04:00:00Z", "2025-11-17T04:00:00Z"), &zone), 28);
}

#[test]
fn a_single_day_outlives_other_rules_until_somebody_decides_all_of_them() {
    let open = |hours: &str| CalendarRules::every_day(hours.parse().unwrap());
    let (holiday, before): (Date, Date) = ("2025-12-25".parse().unwrap(), "2025-12-24".parse().unwrap());
    let closed = DayException { hours: None, note: "Navidad".to_owned() };
    let calendar = Calendar::of(open("07:00-21:00")).with_day(holiday, closed.clone());
    assert_eq!((calendar.hours_on(before), calendar.hours_on(holiday)), ("07:00-21:00".parse().ok(), None));
    assert_eq!(calendar.shown_on(before).exceptions.get(&holiday), Some(&closed));

    let changed = calendar.clone().changed_from("2025-12-01".parse().unwrap(), open("09:00-21:00"));
    assert_eq!((changed.hours_on(before), changed.hours_on(holiday)), ("09:00-21:00".parse().ok(), None));
    let decided = calendar.decided_from("2025-12-01".parse().unwrap(), open("09:00-21:00"));
    assert_eq!(decided.hours_on(holiday), "09:00-21:00".parse().ok());
}

proptest! {
    #[test]
    fn sums_of_seconds_expect_what_the_zones_rules_expect(
        place in 0usize..4,
        from_half_hour in 0i64..100_000,
        half_hours in 1i64..500,
        past in 0i64..1800,
        (opens, length) in (0i8..23, 1i8..24),
        minute in 0i8..60,
        closed in 0i8..7,
        (opened_after, closed_after) in (0i64..200, 0i64..200),
        (changed_after, special_after) in (-200i64..12, -200i64..12),
        covered in prop::collection::vec((-5_000i64..900_000, 1i64..300_000), 0..6),
    ) {
        let zone = zone(["America/Caracas", "Europe/Madrid", "Asia/Kathmandu", "America/Santiago"][place]);
        let start = Timestamp::from_second(1_600_000_200 + from_half_hour * 1800 + past).unwrap();
        let range = Interval::new(start, start.checked_add(HALF_HOUR * half_hours as i32).unwrap()).unwrap();
        let after = |days: i64| zone.to_datetime(start).date().checked_add(days.days()).unwrap();
        let closes = (opens + length < 24).then(|| Time::constant(opens + length, minute, 0, 0));
        let hours = OpeningHours { opens: Time::constant(opens, minute, 0, 0), closes };
        let mut rules = CalendarRules::every_day(hours);
        rules.weekdays[place_of(Weekday::from_monday_zero_offset(closed).unwrap())] = None;
        rules.opened_on = Some(after((opened_after - 195).max(-2)));
        rules.closed_on = Some(after((closed_after - 3).min(12)));
        let mut later = rules.clone();
        later.weekdays[0] = None;
        later.exceptions.insert(after(special_after), DayException { hours: Some(hours), note: String::new() });
        let single = DayException { hours: Some(hours), note: String::new() };
        let calendar = Calendar::of(rules).changed_from(after(changed_after), later);
        let calendar = calendar.with_day(after((opened_after - 100) * 2), single);
        let by_rules = whole_half_hours(range, &zone)
            .map_or_else(IntervalSet::empty, |range| calendar.expected_by_date(range, &zone));
        let expected = calendar.expected(range, &zone);
        prop_assert_eq!(&expected, &by_rules);

        let part = |(from, length): &(i64, i64)| {
            let from = range.start().checked_add(SignedDuration::from_secs(*from)).unwrap();
            Interval::new(from, from.checked_add(SignedDuration::from_secs(*length)).unwrap()).unwrap()
        };
        let covered: IntervalSet<Timestamp> = covered.iter().map(part).collect();
        let beyond = calendar.expected_beyond(&covered, range, &zone);
        prop_assert_eq!(beyond.difference(&covered), expected.difference(&covered));
        prop_assert!(beyond.difference(&expected).is_empty());
    }
}

#[rstest]
#[case::while_open("07:00-21:00", "2025-11-17T15:00:00Z", Some("2025-11-18T01:00:00Z"))]
#[case::while_closed("07:00-21:00", "2025-11-17T10:59:59Z", Some("2025-11-17T10:59:59Z"))]
#[case::at_the_opening("07:00-21:00", "2025-11-17T11:00:00Z", Some("2025-11-18T01:00:00Z"))]
#[case::at_the_close("07:00-21:00", "2025-11-18T01:00:00Z", Some("2025-11-18T01:00:00Z"))]
#[case::over_midnight("18:00-02:00", "2025-11-18T02:00:00Z", Some("2025-11-18T06:00:00Z"))]
#[case::after_midnight("18:00-02:00", "2025-11-18T05:00:00Z", Some("2025-11-18T06:00:00Z"))]
#[case::never_closed("00:00-24:00", "2025-11-17T15:00:00Z", None)]
fn a_branch_says_when_it_is_closed(#[case] hours: &str, #[case] moment: &str, #[case] from: Option<&str>) {
    let calendar = Calendar::every_day(hours.parse().unwrap());
    let found = calendar.closed_from(moment.parse().unwrap(), &zone("America/Caracas"));
    assert_eq!(found, from.map(|text| text.parse().unwrap()));
}

#[test]
fn a_single_day_that_is_closed_closes_a_branch_that_never_does() {
    let mut rules = CalendarRules::every_day("00:00-24:00".parse().unwrap());
    rules.exceptions.insert("2025-11-19".parse().unwrap(), DayException { hours: None, note: String::new() });
    let found = Calendar::of(rules).closed_from("2025-11-17T15:00:00Z".parse().unwrap(), &zone("America/Caracas"));
    assert_eq!(found, Some("2025-11-19T04:00:00Z".parse().unwrap()));
}

#[rstest]
#[case("7 a 21")]
#[case("07:00-07:00")]
#[case("07:00-25:00")]
fn rubbish_hours_are_refused(#[case] text: &str) {
    assert!(text.parse::<OpeningHours>().is_err());
}

#[test]
fn a_change_counts_from_its_day_on_and_earlier_days_are_as_they_were() {
    let zone = zone("America/Caracas");
    let shorter = CalendarRules::every_day("08:00-10:00".parse().unwrap());
    let closed = CalendarRules { weekdays: [None; 7], ..shorter.clone() };
    let calendar = Calendar::every_day("07:00-21:00".parse().unwrap())
        .changed_from("2025-11-20".parse().unwrap(), closed.clone())
        .changed_from("2025-11-18".parse().unwrap(), closed)
        // Of two changes of one day, the later counts.
        .changed_from("2025-11-18".parse().unwrap(), shorter);
    let days: Vec<_> = (17..=20)
        .map(|day| {
            count(
                &calendar,
                range(&format!("2025-11-{day}T04:00:00Z"), &format!("2025-11-{}T04:00:00Z", day + 1)),
                &zone,
            )
        })
        .collect();
    assert_eq!(days, [28, 4, 4, 0]);
}

#[test]
fn a_night_is_of_the_day_on_which_it_begins() {
    let zone = zone("America/Caracas");
    let mut rules = CalendarRules::every_day("18:00-02:00".parse().unwrap());
    let closed = DayException { hours: None, note: "Navidad".to_owned() };
    rules.exceptions.insert("2025-12-25".parse().unwrap(), closed);
    rules.opened_on = Some("2025-12-23".parse().unwrap());
    rules.closed_on = Some("2025-12-26".parse().unwrap());
    let calendar = Calendar::of(rules);
    let of_day = |day: u32| {
        let (from, to) = (format!("2025-12-{day}T04:00:00Z"), format!("2025-12-{}T04:00:00Z", day + 1));
        count(&calendar, range(&from, &to), &zone)
    };
    // The night of the 24th ends on the closed 25th, which has no night of its own; the last one ends on the 27th.
    assert_eq!([23, 24, 25, 26, 27, 28].map(of_day), [12, 16, 4, 12, 4, 0]);
}

#[test]
fn single_days_differ_from_their_weekday_and_nothing_is_expected_after_the_last_day() {
    let zone = zone("America/Caracas");
    let mut rules = CalendarRules::every_day("07:00-21:00".parse().unwrap());
    let exception = |hours: Option<&str>| DayException {
        hours: hours.map(|hours| hours.parse().unwrap()),
        note: "Navidad".to_owned(),
    };
    rules.exceptions.insert("2025-12-24".parse().unwrap(), exception(Some("07:00-13:00")));
    rules.exceptions.insert("2025-12-25".parse().unwrap(), exception(None));
    rules.closed_on = Some("2025-12-26".parse().unwrap());
    let calendar = Calendar::of(rules);
    let of_day = |day: u32| {
        count(&calendar, range(&format!("2025-12-{day}T04:00:00Z"), &format!("2025-12-{}T04:00:00Z", day + 1)), &zone)
    };
    assert_eq!([of_day(23), of_day(24), of_day(25), of_day(26), of_day(27)], [28, 12, 0, 28, 0]);
}

// On 2025-10-26 Madrid reads 02:00 to 03:00 twice; on 2025-03-30 never.
#[rstest]
#[case("02:00-02:30", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 2)]
#[case("02:30-04:00", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 4)]
#[case("02:00-03:00", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 0)]
#[case("01:30-03:30", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 2)]
// From the evening before, and of the evening of the day: the night in which clocks are set has the half hours it has.
#[case("22:00-03:00", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 8 + 4)]
#[case("22:00-03:00", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 4 + 4)]
#[case("22:00-03:30", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 5 + 4)]
fn half_hours_that_come_twice_are_expected_twice_and_those_that_never_come_never(
    #[case] hours: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] windows: usize,
) {
    let calendar = Calendar::every_day(hours.parse().unwrap());
    assert_eq!(count(&calendar, range(from, to), &zone("Europe/Madrid")), windows);
}
