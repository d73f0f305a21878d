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

const RULES: SequenceRules = SequenceRules { hole_max: 500, rest_max: SignedDuration::from_hours(24 * 15) };

fn holes(runs: Vec<NumberRun>) -> Vec<NumberHole> {
    breaks(runs, RULES).holes
}

fn found(runs: Vec<NumberRun>) -> Vec<(BreakKind, u64, u64)> {
    holes(runs).iter().map(|hole| (hole.kind, hole.from, hole.to)).collect()
}

fn restarts(runs: Vec<NumberRun>) -> Vec<(u64, u64)> {
    breaks(runs, RULES).restarts.iter().map(|restart| (restart.last, restart.first)).collect()
}

const DAY: i64 = 24 * 60;

#[test]
fn a_number_that_lacks_is_a_hole_between_its_neighbours_times() {
    let holes = holes(vec![run(1, 4, 0), run(5, 9, 30), run(11, 14, 60)]);
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

#[rstest::rstest]
#[case::far_back(vec![run(9_000, 9_004, 0), run(1, 4, 30), run(5, 7, 60)], &[(9_004, 1)], &[])]
#[case::by_a_few_hundred(vec![run(200, 300, 0), run(1, 9, DAY), run(21, 29, DAY + 60)], &[(300, 1)], &[(BreakKind::Hole, 10, 20)])]
#[case::to_numbers_that_were_used(vec![run(1, 300, 0), run(1, 9, DAY), run(21, 29, DAY + 60)], &[(300, 1)], &[(BreakKind::Hole, 10, 20)])]
#[case::each_day(vec![run(1, 50, 0), run(1, 60, DAY), run(1, 55, 2 * DAY)], &[(50, 1), (60, 1)], &[])]
#[case::with_a_loss_before_it(vec![run(1, 9, 0), run(12, 20, 30), run(1, 9, DAY)], &[(20, 1)], &[(BreakKind::Hole, 10, 11)])]
fn a_register_that_starts_again_is_told_apart_from_a_loss(
    #[case] runs: Vec<NumberRun>,
    #[case] started_again: &[(u64, u64)],
    #[case] missing: &[(BreakKind, u64, u64)],
) {
    assert_eq!(restarts(runs.clone()), started_again);
    assert_eq!(found(runs), missing);
}

#[rstest::rstest]
#[case::as_many_as_may_be_missing(501, BreakKind::Hole)]
#[case::one_more(502, BreakKind::Jump)]
#[case::a_skipped_range(700, BreakKind::Jump)]
#[case::another_printer(1_000_000_000_000, BreakKind::Jump)]
fn many_missing_numbers_are_a_jump(#[case] next: u64, #[case] kind: BreakKind) {
    assert_eq!(found(vec![run(1, 0, 0), run(next, next + 3, 30)]), [(kind, 1, next - 1)]);
    assert_eq!(restarts(vec![run(1, 0, 0), run(next, next + 3, 30)]), []);
}

#[test]
fn the_highest_possible_number_is_compared_like_any_other() {
    assert_eq!(found(vec![run(1, 4, 0), run(u64::MAX, u64::MAX, 30)]), [(BreakKind::Jump, 5, u64::MAX - 1)]);
}

#[test]
fn an_invoice_that_was_finished_late_fills_its_hole_or_comes_just_before_the_first() {
    assert_eq!(found(vec![run(1, 4, 0), run(6, 9, 30), run(5, 5, DAY), run(10, 12, DAY + 30)]), []);
    assert_eq!(restarts(vec![run(1, 4, 0), run(6, 9, 30), run(5, 5, DAY), run(10, 12, DAY + 30)]), []);
    assert_eq!(restarts(vec![run(100, 109, 0), run(99, 99, 30), run(110, 112, 60)]), []);
}

#[test]
fn a_register_that_rested_is_compared_with_what_it_made_before_for_so_many_days() {
    assert_eq!(found(vec![run(1, 4, 0), run(7, 9, 3 * DAY)]), [(BreakKind::Hole, 5, 6)]);
    assert_eq!(found(vec![run(1, 4, 0), run(7, 9, 15 * DAY)]), [(BreakKind::Hole, 5, 6)]);
    let rested_longer = vec![run(1, 4, 0), run(7, 9, 16 * DAY), run(11, 12, 16 * DAY + 30)];
    assert_eq!(found(rested_longer.clone()), [(BreakKind::Hole, 10, 10)]);
    assert_eq!(restarts(rested_longer), []);
}

#[test]
fn a_hole_is_explained_by_a_window_that_is_missing_or_was_given_up() {
    let hole = || holes(vec![run(1, 4, 0), run(6, 9, 60)]);
    let set = |parts: &[(i64, i64)]| {
        parts.iter().map(|(from, to)| Interval::new(at(*from), at(*to)).unwrap()).collect::<IntervalSet<DateTime>>()
    };
    let expected = set(&[(0, 120)]);
    let counts = |covered: &IntervalSet<DateTime>, waived: &IntervalSet<DateTime>| {
        let (missing, open) = unexplained(hole(), &expected, covered, waived);
        (missing.len(), open.len())
    };
    assert_eq!(counts(&expected, &set(&[])), (1, 0));
    assert_eq!(counts(&set(&[(0, 30), (60, 120)]), &set(&[])), (0, 1));
    assert_eq!(counts(&expected, &set(&[(30, 60)])), (0, 1));
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
        let holes = holes(runs);
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
    let hole = holes(vec![run(1, 9, 0), run(13, 15, 40)]).remove(0);
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
