//! Lines that the source gives another half hour, or has in two: there is one row of each, and none is decided by turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::RunState;
use rstest::rstest;
use serde_json::Value;

use crate::responses::{DAY, answering, line, response_to};
use crate::support::{World, settings, totals};

const PARTIAL: RunState = RunState::Partial;
const LOADED: RunState = RunState::Succeeded;
const DAY_BEFORE: &str = "2025-11-16";

/// A half hour, by its day and hours.
type Place = (&'static str, (&'static str, &'static str));

const NOON: Place = (DAY, ("12:00", "12:30"));
const AFTER_NOON: Place = (DAY, ("12:30", "13:00"));
const NOON_BEFORE: Place = (DAY_BEFORE, ("12:00", "12:30"));

fn is_at(question: &Value, (day, (from, _)): Place) -> bool {
    question["fecha_desde"] == day && question["hora_desde"] == from
}

/// The invoice that moves, at the beginning of a half hour and with a quantity.
fn moved((day, (from, _)): Place, quantity: &str) -> String {
    line("C01-01-00000005", &format!("{from}:01"))
        .replace(DAY, day)
        .replace(r#""cantidad_vendida":1"#, &format!(r#""cantidad_vendida":{quantity}"#))
}

async fn load(world: &World, (day, hours): Place) -> (RunState, Option<String>) {
    let run = world.extract("tienda_01", day, Some(hours)).await.remove(0);
    (run.estado, run.error_mensaje)
}

async fn lines(world: &World) -> u64 {
    totals(&world.beside, "tienda_01", DAY).await.lines + totals(&world.beside, "tienda_01", DAY_BEFORE).await.lines
}

async fn is_missing(world: &World, (day, (from, to)): Place) -> bool {
    let gaps = world.gaps(72).await;
    gaps.iter().any(|gap| {
        gap.ubicacion_nombre == "PERIFERICO"
            && (gap.fecha_desde.to_string() == day && *gap.hora_desde <= *from && *gap.hora_hasta >= *to)
    })
}

/// The source has one line in two half hours, with another quantity in each. Half hours of one day take it from each other once:
/// the source may have moved it, and moved it back. Of two days, the other one is loaded again first.
#[rstest]
#[case::of_one_day(NOON, AFTER_NOON, LOADED)]
#[case::of_two_days(NOON_BEFORE, NOON, PARTIAL)]
#[tokio::test(flavor = "multi_thread")]
async fn a_line_in_two_half_hours_is_named_and_not_moved_for_ever(
    #[case] first: Place,
    #[case] second: Place,
    #[case] at_second: RunState,
) {
    let world = answering(settings(), move |question| {
        let lines = if is_at(question, first) { [moved(first, "1")] } else { [moved(second, "2")] };
        response_to(question, &lines)
    })
    .await;
    for (place, state) in [(first, LOADED), (second, at_second), (first, LOADED)] {
        assert_eq!(load(&world, place).await.0, state);
        assert_eq!(lines(&world).await, 1);
    }
    assert!(is_missing(&world, second).await);
    for _ in 0..3 {
        let (state, message) = load(&world, second).await;
        let message = message.unwrap();
        assert_eq!(state, PARTIAL);
        let other = format!("en la del {}/11/2025 {}", &first.0[8..], first.1.0);
        assert!(message.contains("factura C01-01-00000005, línea 1") && message.contains(&other), "{message}");
        assert_eq!(lines(&world).await, 1);
        assert!(is_missing(&world, second).await && !is_missing(&world, first).await);
    }
}

/// So many lines are in another day now, with another quantity or the same: they stay where they are until that day was loaded again.
#[rstest]
#[case::one_that_changed(1, "3")]
#[case::one_as_it_was(1, "1")]
#[case::some_that_changed(2, "3")]
#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_moved_to_another_day_are_there_once(#[case] moved_lines: u32, #[case] quantity: &'static str) {
    let is_moved = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&is_moved);
    let several = move |place, quantity| -> Vec<String> {
        let invoice = |number| moved(place, quantity).replace("00000005", &format!("{number:08}"));
        (5..5 + moved_lines).map(invoice).collect()
    };
    let world = answering(settings(), move |question| {
        let rest = (10..30).map(|number| line(&format!("C01-01-{number:08}"), "12:20:00"));
        let lines = match (known.load(Ordering::Relaxed), is_at(question, NOON)) {
            (false, true) => rest.chain(several(NOON, "1")).collect(),
            (true, true) => rest.collect(),
            (true, false) => several(NOON_BEFORE, quantity),
            (false, false) => Vec::new(),
        };
        response_to(question, &lines)
    })
    .await;
    assert_eq!(load(&world, NOON_BEFORE).await.0, LOADED);
    assert_eq!(load(&world, NOON).await.0, LOADED);
    let all = lines(&world).await;
    is_moved.store(true, Ordering::Relaxed);
    let (state, message) = load(&world, NOON_BEFORE).await;
    let message = message.unwrap();
    assert!(state == PARTIAL && message.contains("factura C01-01-00000005, línea 1"), "{message}");
    assert!(message.contains("en la media hora del 17/11/2025 12:00"), "{message}");
    assert_eq!(lines(&world).await, all);
    assert!(is_missing(&world, NOON).await && is_missing(&world, NOON_BEFORE).await);
    for place in [NOON, NOON_BEFORE] {
        assert_eq!(load(&world, place).await.0, LOADED);
    }
    assert!(!is_missing(&world, NOON).await && !is_missing(&world, NOON_BEFORE).await);
    assert_eq!(lines(&world).await, all);
}

/// A register of the store is exchanged and counts from one again, on the day after.
#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_counts_anew_keeps_the_lines_of_both_days() {
    let world = answering(settings(), move |question| {
        let day = question["fecha_desde"].as_str().unwrap();
        let quantity = format!(r#""cantidad_vendida":{}"#, if day == DAY { 2 } else { 1 });
        let invoice = |number| line(&format!("C01-01-{number:08}"), "12:20:00");
        let lines: Vec<String> = (1..if day == DAY { 4 } else { 40 })
            .map(|number| invoice(number).replace(DAY, day).replace(r#""cantidad_vendida":1"#, &quantity))
            .collect();
        response_to(question, &lines)
    })
    .await;
    for (place, state) in [(NOON_BEFORE, LOADED), (NOON, PARTIAL), (NOON_BEFORE, LOADED), (NOON, LOADED)] {
        assert_eq!(load(&world, place).await.0, state);
    }
    assert_eq!(lines(&world).await, 39 + 3);
    assert!(!is_missing(&world, NOON).await && !is_missing(&world, NOON_BEFORE).await);
}

/// Another day's response has all lines of this one, as of a source that confuses its days.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_of_one_day_takes_no_lines_from_another() {
    let world = answering(settings(), move |question| {
        let day = question["fecha_desde"].as_str().unwrap();
        let lines: Vec<String> =
            (1..40).map(|number| line(&format!("C01-01-{number:08}"), "12:20:00").replace(DAY, day)).collect();
        response_to(question, &lines)
    })
    .await;
    assert_eq!(load(&world, NOON_BEFORE).await.0, LOADED);
    assert_eq!(load(&world, NOON).await.0, PARTIAL);
    assert_eq!(totals(&world.beside, "tienda_01", DAY_BEFORE).await.lines, 39);
    assert_eq!(lines(&world).await, 39);
}
