use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::gap::{Attempt, GapEvidence};
use crate::{BranchId, HALF_HOUR, IntervalSet, RunId, RunState};

fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(-4))
}

/// Monday, 2025-11-17T07:00 in Caracas, and half hours after it.
fn at(half_hour: i32) -> Timestamp {
    Timestamp::from_second(1_763_377_200).unwrap() + HALF_HOUR * half_hour
}

fn span(from: i32, to: i32) -> Interval<Timestamp> {
    Interval::new(at(from), at(to)).unwrap()
}

fn window(branch: &str, half_hour: i32) -> Window {
    Window { branch: BranchId::new(branch), kind: EtlKind::Sales, interval: span(half_hour, half_hour + 1) }
}

fn seal(windows: impl IntoIterator<Item = Window>) -> Plan {
    Plan::seal(EtlKind::Sales, PlanOptions::default(), windows)
}

#[test]
fn the_hash_is_of_the_text_that_is_documented() {
    let plan = seal([window("tienda_01", 10)]);
    let text = canonical_text(plan.kind(), plan.options(), plan.windows());
    let expected = "klk-plan 1\netl_tipo ventas\nrepetir_cargado no\nfuera_de_horario no\n\
                    1763395200000000 1763397000000000 tienda_01\n";
    assert_eq!(text, expected);
    // `printf '…' | sha256sum` gives the same.
    assert_eq!(plan.hash().as_str(), "f7631674c9be3292e5c227ae36e7a16243d226293cfa6f9f81ec06c9704b770a");
}

#[test]
fn the_empty_plan_has_a_hash_too_and_options_are_sealed() {
    let options = [(false, false), (false, true), (true, false), (true, true)];
    let hashes: BTreeSet<_> = options
        .iter()
        .map(|(repeat_loaded, outside_hours)| {
            let options = PlanOptions { repeat_loaded: *repeat_loaded, outside_hours: *outside_hours };
            Plan::seal(EtlKind::Sales, options, []).hash().clone()
        })
        .collect();
    assert_eq!(hashes.len(), 4);
}

#[test]
fn a_branch_whose_name_has_a_line_in_it_is_not_two_windows() {
    let sly = window("tienda_01\n1763395200000000 1763397000000000 tienda_02", 10);
    assert_ne!(seal([sly]).hash(), seal([window("tienda_01", 10), window("tienda_02", 10)]).hash());
}

#[rstest]
#[case("", false)]
#[case("0123456789a", false)]
#[case("0123456789ab", true)]
#[case("0123456789AB", false)]
#[case("0123456789a%", false)]
fn twelve_digits_begin_a_hash(#[case] text: &str, #[case] is_beginning: bool) {
    assert_eq!(PlanHash::is_beginning(text), is_beginning);
    assert!(text.parse::<PlanHash>().is_err());
}

#[test]
fn lines_are_those_of_the_same_weekday_and_half_hour_and_minutes_follow_the_slowest_store() {
    let known = |lines: &[(u8, u8, u32, u64)], seconds: f64| BranchHistory {
        zone: zone(),
        lines: lines
            .iter()
            .map(|(weekday, half_hour, covered, lines)| {
                (Slot { weekday: *weekday, half_hour: *half_hour }, SlotLines { covered: *covered, lines: *lines })
            })
            .collect(),
        latency: Some(Latency { pos_seconds: seconds / 2.0, run_seconds: seconds }),
    };
    let history = HashMap::from([
        // Mondays at 07:00 had 30 lines and at 07:30 none, whatever Tuesdays had; no Monday at 08:00 is known, but other days are.
        (
            BranchId::new("a"),
            known(&[(0, 14, 4, 120), (0, 15, 4, 0), (1, 15, 4, 800), (1, 16, 3, 300), (5, 16, 1, 100)], 10.0),
        ),
        (BranchId::new("b"), known(&[], 2.0)),
    ]);
    let plan = seal([window("a", 0), window("a", 1), window("a", 2), window("b", 0)]);
    let pace = Pace { percent: 50, longest: Duration::from_secs(60) };
    let cost = estimate(&plan, &history, Concurrency { overall: 4, per_branch: 1 }, &pace);

    assert_eq!((cost.lines, cost.windows_without_history), (Some(130), 1));
    assert_eq!(cost.seconds, Some(45.0));
    let load = |at: usize| {
        let load = &cost.branches[at];
        (load.branch.as_str(), load.calls, load.lines, load.pos_seconds)
    };
    assert_eq!(load(0), ("a", 3, Some(130), Some(15.0)));
    assert_eq!(load(1), ("b", 1, None, Some(1.0)));

    let alone = estimate(&plan, &history, Concurrency { overall: 1, per_branch: 1 }, &Pace { percent: 0, ..pace });
    assert_eq!(alone.seconds, Some(32.0));
}

#[test]
fn without_measurements_an_estimate_says_so() {
    let plan = seal([window("a", 0)]);
    let pace = Pace { percent: 50, longest: Duration::from_secs(60) };
    let cost = estimate(&plan, &HashMap::new(), Concurrency { overall: 4, per_branch: 1 }, &pace);
    assert_eq!((cost.lines, cost.windows_without_history, cost.seconds), (None, 1, None));
    assert_eq!(cost.branches[0].pos_seconds, None);
}

fn parts() -> impl Strategy<Value = Vec<(i32, i32)>> {
    prop::collection::vec((0i32..28, 1i32..6), 0..6)
}

fn set(parts: &[(i32, i32)]) -> IntervalSet<Timestamp> {
    parts.iter().map(|(from, length)| span(*from, from + length)).collect()
}

fn holds(parts: &[(i32, i32)], half_hour: i32) -> bool {
    parts.iter().any(|(from, length)| (*from..from + length).contains(&half_hour))
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_change_the_hash_and_any_other_set_does(
        one in prop::collection::btree_set((0usize..3, 0i32..40), 0..12),
        other in prop::collection::btree_set((0usize..3, 0i32..40), 0..12),
        seed in any::<u64>(),
    ) {
        let named = |(branch, half_hour): &(usize, i32)| window(["a", "b", "c"][*branch], *half_hour);
        let mut shuffled: Vec<Window> = one.iter().chain(&one).map(named).collect();
        shuffled.sort_by_key(|window| window.interval.start().as_second().wrapping_mul(seed as i64 | 1));
        let sealed = seal(one.iter().map(named));
        prop_assert_eq!(seal(shuffled), sealed.clone());
        prop_assert_eq!(seal(other.iter().map(named)).hash() == sealed.hash(), one == other);
    }

    #[test]
    fn the_windows_are_exactly_what_the_scope_lacks(
        asked in parts(), covered in parts(), waived in parts(), in_progress in parts(), repeat_loaded in any::<bool>(),
    ) {
        let branch = BranchId::new("a");
        let of_time = |(from, length): &(i32, i32)| {
            ScopePart { ubicacion_id: branch.clone(), desde: at(*from), hasta: at(from + length) }
        };
        let scope = PlanScope { parts: asked.iter().map(of_time).collect() };
        let attempts = in_progress.iter().enumerate().map(|(number, (from, length))| Attempt {
            run: RunId(Uuid::from_u128(number as u128)),
            interval: span(*from, from + length),
            state: if number % 2 == 0 { RunState::Queued } else { RunState::Running },
            is_held: false,
            error: None,
            message: None,
        });
        let evidence = GapEvidence {
            expected: [span(0, 28)].into_iter().collect(),
            covered: set(&covered),
            changes: Vec::new(),
            waived: set(&waived),
            unproven: IntervalSet::empty(),
            attempts: attempts.collect(),
        };
        let options = PlanOptions { repeat_loaded, outside_hours: false };
        let found = windows_in_scope(&scope, &branch, &evidence, &zone(), EtlKind::Sales, options);
        let expected: Vec<Window> = (0..28)
            .filter(|half_hour| holds(&asked, *half_hour) && !holds(&waived, *half_hour))
            .filter(|half_hour| (repeat_loaded || !holds(&covered, *half_hour)) && !holds(&in_progress, *half_hour))
            .map(|half_hour| window("a", half_hour))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
