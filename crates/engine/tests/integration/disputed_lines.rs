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

/// The source has one line in two half hours, with another quantity in each.
#[rstest]
#[case::of_one_day(NOON, AFTER_NOON)]
#[case::of_two_days(NOON_BEFORE, NOON)]
#[tokio::test(flavor = "multi_thread")]
async fn a_line_in_two_half_hours_is_named_and_not_moved_for_ever(#[case] first: Place, #[case] second: Place) {
    let world = answering(settings(), move |question| {
        let lines = if is_at(question, first) { [moved(first, "1")] } else { [moved(second, "2")] };
        response_to(question, &lines)
    })
    .await;
    // Each takes it from the other once: the source may have moved it, and moved it back.
    for place in [first, second, first] {
        assert_eq!(load(&world, place).await.0, LOADED);
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

/// The line is in another day now, and its quantity is another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_moved_to_another_day_and_changed_is_there_once() {
    let is_moved = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&is_moved);
    let world = answering(settings(), move |question| {
        let rest = line("C01-01-00000004", "12:20:00");
        let lines = match (known.load(Ordering::Relaxed), is_at(question, NOON)) {
            (false, true) => vec![rest, moved(NOON, "1")],
            (true, true) => vec![rest],
            (true, false) => vec![moved(NOON_BEFORE, "3")],
            (false, false) => Vec::new(),
        };
        response_to(question, &lines)
    })
    .await;
    assert_eq!(load(&world, NOON_BEFORE).await.0, LOADED);
    assert_eq!(load(&world, NOON).await.0, LOADED);
    is_moved.store(true, Ordering::Relaxed);
    assert_eq!(load(&world, NOON_BEFORE).await.0, LOADED);
    assert_eq!(lines(&world).await, 2);
    assert!(is_missing(&world, NOON).await, "it has lost a line");
    assert_eq!(load(&world, NOON).await.0, LOADED);
    assert!(!is_missing(&world, NOON).await && !is_missing(&world, NOON_BEFORE).await);
    assert_eq!(lines(&world).await, 2);
}
