use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn caracas() -> TimeZone {
    TimeZone::get("America/Caracas").unwrap()
}

/// A Monday.
const TODAY: Date = Date::constant(2025, 11, 17);

fn noon(date: Date) -> DateTime {
    date.at(12, 0, 0, 0)
}

fn window(local: DateTime) -> Interval<Timestamp> {
    let start = instant_of(local, &caracas()).unwrap();
    Interval::new(start, start.checked_add(crate::HALF_HOUR).unwrap()).unwrap()
}

fn usd(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Noons by how many days ago they were, with what was sold; None was covered and has no lines.
fn history(noons: &[(i32, Option<&str>)]) -> SalesHistory {
    let mut history = SalesHistory::default();
    let local = |back: i32| noon(TODAY.checked_sub(back.days()).unwrap());
    history.covered = noons.iter().map(|(back, _)| window(local(*back))).collect();
    for (back, sold) in noons {
        if let Some(sold) = sold {
            let sales = HalfHourSales {
                lines: 4,
                total_usd: usd(sold),
                median_invoice_usd: usd(sold),
                ..HalfHourSales::default()
            };
            history.half_hours.insert(local(*back), sales);
        }
    }
    history
}

fn value_of(history: &SalesHistory, local: DateTime) -> GapValue {
    let zone = caracas();
    ValueProfile::new(history, &zone, TODAY, ValueRules::default()).value(window(local))
}

#[test]
fn a_half_hour_is_worth_the_middle_of_its_weekday_and_one_feast_day_does_not_move_it() {
    let history = history(&[(7, Some("100")), (14, Some("110")), (21, Some("90")), (28, Some("9000")), (1, Some("7"))]);
    let estimate = value_of(&history, noon(TODAY)).estimate.unwrap();
    assert_eq!((estimate.median, estimate.known, estimate.basis), (usd("105.0"), 4, ValueBasis::SameWeekday));
    assert_eq!((estimate.low, estimate.high), (usd("93"), usd("6333")));
}

#[test]
fn a_covered_half_hour_without_lines_is_a_zero_and_one_that_is_not_covered_is_not_known() {
    let history = history(&[(7, None), (14, None), (21, Some("30"))]);
    let estimate = value_of(&history, noon(TODAY)).estimate.unwrap();
    assert_eq!((estimate.median, estimate.known), (Decimal::ZERO, 3));
}

#[test]
fn where_too_few_of_the_weekday_are_known_every_day_counts_and_says_so() {
    let history = history(&[(1, Some("10")), (2, Some("20")), (3, Some("30")), (7, Some("900"))]);
    let estimate = value_of(&history, noon(TODAY)).estimate.unwrap();
    assert_eq!((estimate.median, estimate.known, estimate.basis), (usd("25.0"), 4, ValueBasis::EveryDay));
}

#[test]
fn without_history_there_is_no_value_and_older_weeks_are_no_history() {
    let history = history(&[(1, Some("10")), (2, Some("20")), (56, Some("1")), (63, Some("1"))]);
    assert_eq!(value_of(&history, noon(TODAY)), GapValue { estimate: None, windows_unknown: 1 });
}

#[test]
fn what_is_loaded_of_a_window_is_not_missing() {
    let mut history = history(&[(7, Some("100")), (14, Some("100")), (21, Some("100"))]);
    let there = HalfHourSales { lines: 8, total_usd: usd("40"), ..HalfHourSales::default() };
    history.half_hours.insert(noon(TODAY), there);
    assert_eq!(value_of(&history, noon(TODAY)).estimate.unwrap().median, usd("60"));

    let zone = caracas();
    let profile = ValueProfile::new(&history, &zone, TODAY, ValueRules::default());
    let start = window(noon(TODAY)).start();
    let short = profile.value_of_short(start, 2).unwrap();
    assert_eq!((short.median, short.basis), (usd("10"), ValueBasis::MissingLines));
    assert_eq!(profile.value_of_short(start, 0), None);
}

#[test]
fn missing_invoices_are_worth_the_typical_one_each() {
    let history = history(&[(1, Some("10")), (2, Some("12")), (3, Some("500"))]);
    let zone = caracas();
    let profile = ValueProfile::new(&history, &zone, TODAY, ValueRules::default());
    assert_eq!(profile.value_of_invoices(3).unwrap().median, usd("36"));
}

#[rstest]
#[case(&["1"], 5, "1")]
#[case(&["1", "2"], 5, "1.5")]
#[case(&["0", "10"], 1, "1")]
#[case(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "100"], 9, "9")]
fn percentiles_lie_between_neighbours(#[case] sorted: &[&str], #[case] tenths: usize, #[case] expected: &str) {
    let sorted: Vec<Decimal> = sorted.iter().map(|text| usd(text)).collect();
    assert_eq!(percentile(&sorted, tenths), usd(expected));
}

proptest! {
    /// Days of the last ten weeks with what was sold at noon, some of them not covered, against counting by hand.
    #[test]
    fn estimates_are_what_counting_by_hand_gives(
        sold in prop::collection::vec(prop::option::of(prop::option::of(0u32..1000)), 70),
        known_min in 1u32..6,
    ) {
        let noons: Vec<(i32, Option<String>)> = sold
            .iter()
            .enumerate()
            .filter_map(|(back, day)| day.map(|sold| (back as i32, sold.map(|amount| amount.to_string()))))
            .collect();
        let noons: Vec<(i32, Option<&str>)> = noons.iter().map(|(back, sold)| (*back, sold.as_deref())).collect();
        let history = history(&noons);
        let zone = caracas();
        let rules = ValueRules { weeks: 8, known_min };
        let missing = noon(TODAY.tomorrow().unwrap());
        let value = ValueProfile::new(&history, &zone, TODAY, rules).value(window(missing));

        let by_hand = |is_asked: &dyn Fn(usize) -> bool| {
            let mut amounts: Vec<u32> = (0..56)
                .filter(|back| is_asked(*back))
                .filter_map(|back| sold[back].map(|sold| sold.unwrap_or(0)))
                .collect();
            amounts.sort_unstable();
            (amounts.len() >= known_min as usize).then_some(amounts)
        };
        let expected = by_hand(&|back| back % 7 == 6).or_else(|| by_hand(&|_| true));
        match (value.estimate, expected) {
            (None, None) => prop_assert_eq!(value.windows_unknown, 1),
            (Some(estimate), Some(amounts)) => {
                let middle = (amounts[(amounts.len() - 1) / 2] + amounts[amounts.len() / 2]) as u64;
                prop_assert_eq!(estimate.median * Decimal::TWO, Decimal::from(middle));
                prop_assert_eq!(estimate.known as usize, amounts.len());
                prop_assert!(estimate.low <= estimate.median && estimate.median <= estimate.high);
            }
            (found, expected) => prop_assert!(false, "{:?} instead of {:?}", found, expected),
        }
    }
}
