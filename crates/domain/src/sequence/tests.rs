use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// So many minutes after 07:00.
fn at(minutes: i64) -> DateTime {
    date(2025, 11, 17).at(7, 0, 0, 0).checked_add(minutes.minutes()).unwrap()
}

fn run(from: u64, to: u64, minutes: i64) -> NumberRun {
    NumberRun { register: "C10-01".to_owned(), from, to, first_at: at(minutes), last_at: at(minutes + 20) }
}

fn found(runs: Vec<NumberRun>) -> Vec<(u64, u64)> {
    holes(runs, 500).iter().map(|hole| (hole.from, hole.to)).collect()
}

#[test]
fn a_number_that_lacks_is_a_hole_between_its_neighbours_times() {
    let holes = holes(vec![run(1, 4, 0), run(5, 9, 30), run(11, 14, 60)], 500);
    assert_eq!(holes.len(), 1);
    assert_eq!((holes[0].from, holes[0].to, holes[0].missing()), (10, 10, 1));
    assert_eq!((holes[0].after, holes[0].before), (at(50), at(60)));
    assert_eq!(holes[0].half_hours(), Interval::new(at(30), at(90)));
}

#[test]
fn numbers_are_not_compared_between_registers() {
    let other = NumberRun { register: "C10-02".to_owned(), ..run(90, 95, 30) };
    assert_eq!(found(vec![run(1, 4, 0), other, run(5, 9, 60)]), []);
}

#[test]
fn a_number_that_was_made_out_of_order_is_not_missing() {
    assert_eq!(found(vec![run(1, 4, 0), run(6, 6, 0), run(5, 5, 30), run(7, 9, 30)]), []);
}

#[test]
fn an_invoice_over_the_half_hour_comes_in_both_and_is_no_hole() {
    assert_eq!(found(vec![run(1, 4, 0), run(4, 9, 30)]), []);
}

#[test]
fn a_register_that_counts_anew_or_jumps_ahead_lost_nothing() {
    assert_eq!(found(vec![run(9_000, 9_004, 0), run(1, 4, 30), run(5, 7, 60)]), []);
    assert_eq!(found(vec![run(1, 4, 0), run(20_001, 20_004, 30), run(20_006, 20_009, 60)]), [(20_005, 20_005)]);
}

#[test]
fn a_hole_is_explained_by_a_window_that_is_missing_or_was_given_up() {
    let hole = || holes(vec![run(1, 4, 0), run(6, 9, 60)], 500);
    let set = |parts: &[(i64, i64)]| {
        parts.iter().map(|(from, to)| Interval::new(at(*from), at(*to)).unwrap()).collect::<IntervalSet<DateTime>>()
    };
    let expected = set(&[(0, 120)]);
    assert_eq!(unexplained(hole(), &expected, &expected, &set(&[])).len(), 1);
    assert_eq!(unexplained(hole(), &expected, &set(&[(0, 30), (60, 120)]), &set(&[])).len(), 0);
    assert_eq!(unexplained(hole(), &expected, &expected, &set(&[(30, 60)])).len(), 0);
}

proptest! {
    /// One register that makes an invoice every two minutes, of which some never reach us.
    #[test]
    fn holes_are_exactly_the_numbers_that_lack(lost in prop::collection::btree_set(1u64..199, 0..60)) {
        let kept: Vec<u64> = (0..200).filter(|number| !lost.contains(number)).collect();
        // As they are stored: numbers in a row within one half hour.
        let half_hour = |number: u64| number / 15;
        let runs = kept
            .chunk_by(|left, right| left + 1 == *right && half_hour(*left) == half_hour(*right))
            .map(|row| {
                let (from, to) = (row[0], row[row.len() - 1]);
                let minute = |number: u64| at(2 * number as i64);
                NumberRun { register: "C10-01".to_owned(), from, to, first_at: minute(from), last_at: minute(to) }
            })
            .collect();
        let holes = holes(runs, 500);
        let numbers: Vec<u64> = holes.iter().flat_map(|hole| hole.from..=hole.to).collect();
        prop_assert_eq!(numbers, lost.iter().copied().collect::<Vec<_>>());
        for hole in &holes {
            prop_assert_eq!((hole.after, hole.before), (at(2 * (hole.from as i64 - 1)), at(2 * (hole.to as i64 + 1))));
        }
    }
}

#[rstest::rstest]
#[case::all_of_it(&[(10, 12)], true)]
#[case::in_two_parts(&[(12, 12), (9, 11)], true)]
#[case::less_than_all_of_it(&[(10, 11)], false)]
#[case::something_else(&[(20, 30)], false)]
#[case::nothing(&[], false)]
fn a_hole_is_given_up_where_every_number_of_it_is(#[case] waived: &[(u64, u64)], #[case] is_waived: bool) {
    let hole = holes(vec![run(1, 9, 0), run(13, 15, 40)], 500).remove(0);
    let given_up = |register: &str, half_hours: Interval<DateTime>| -> Vec<WaivedNumbers> {
        let one =
            |(from, to): &(u64, u64)| WaivedNumbers { register: register.to_owned(), from: *from, to: *to, half_hours };
        waived.iter().map(one).collect()
    };
    let span = hole.half_hours().unwrap();
    assert_eq!(hole.is_waived(&given_up("C10-01", span)), is_waived);
    assert!(!hole.is_waived(&given_up("C10-02", span)), "another register");
    let next_week = Interval::new(at(10_080), at(10_110)).unwrap();
    assert!(!hole.is_waived(&given_up("C10-01", next_week)), "the register may count anew");
}
