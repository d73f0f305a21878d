//! Days on which a store's clock is set: an hour that comes twice, an hour that never comes, midnights that move.

use domain::read_model::{ReconcileRequest, RecoverGapRequest};
use domain::{Branch, BranchId, EtlKind, RunState};
use jiff::tz::TimeZone;
use rstest::rstest;

use crate::support::{World, branch, operator, request_of, sold};

/// Open all day, so that the hour in which the clock is set is expected.
fn store(zone: &str) -> Branch {
    let store = branch("tienda_01", "SUC001", "PERIFERICO", "00:00-24:00", &[]);
    Branch { zone: TimeZone::get(zone).unwrap().into(), ..store }
}

#[rstest]
#[case::back_at_three("Europe/Madrid", "2025-10-26", "2025-10-27T12:00:00Z", 50)]
#[case::forward_at_two("Europe/Madrid", "2025-03-30", "2025-03-31T12:00:00Z", 46)]
#[case::back_at_midnight("America/Santiago", "2025-04-05", "2025-04-07T12:00:00Z", 50)]
#[case::the_day_before_midnight_moves_forward("America/Santiago", "2025-09-06", "2025-09-08T12:00:00Z", 48)]
#[case::the_day_that_begins_at_one("America/Santiago", "2025-09-07", "2025-09-08T12:00:00Z", 46)]
#[tokio::test(flavor = "multi_thread")]
async fn every_half_hour_of_a_day_on_which_the_clock_is_set_is_loaded(
    #[case] zone: &str,
    #[case] date: &str,
    #[case] now: &str,
    #[case] half_hours: usize,
) {
    let world = World::open_all_day(store(zone), now).await;
    let asked = RecoverGapRequest {
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_01"),
        fecha_desde: date.to_owned(),
        fecha_hasta: date.to_owned(),
        hora_desde: None,
        hora_hasta: None,
    };
    let batch = world.engine.recover_gap(&operator(), asked).await.unwrap().lote_id.unwrap();
    let runs = world.finished(batch).await;
    assert_eq!(runs.len(), half_hours);
    let failed: Vec<_> = runs.iter().filter(|run| run.estado != RunState::Succeeded).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(world.gaps(100).await.iter().all(|gap| gap.fecha_desde.to_string() != date));
    // The registers of this POS do not know that clocks are set: what they sold in an hour that never came is there too.
    assert_eq!(world.totals("tienda_01", date).await, sold(&world.sim, "SUC001", date));
}

#[rstest]
#[case("Europe/Madrid", "2025-10-26", "2025-10-27T12:00:00Z")]
#[case("America/Santiago", "2025-04-05", "2025-04-07T12:00:00Z")]
#[case("America/Santiago", "2025-09-06", "2025-09-08T12:00:00Z")]
#[case("America/Santiago", "2025-09-07", "2025-09-08T12:00:00Z")]
#[case("Europe/Madrid", "2025-03-30", "2025-03-31T12:00:00Z")]
#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_the_clock_is_set_is_compared_with_the_source(
    #[case] zone: &str,
    #[case] date: &str,
    #[case] now: &str,
) {
    let world = World::open_all_day(store(zone), now).await;
    let asked = ReconcileRequest { ubicacion_id: BranchId::new("tienda_01"), fecha: date.to_owned() };
    let batch = world.engine.reconcile(&operator(), asked).await.unwrap().lote_id.unwrap();
    let runs = world.finished(batch).await;
    assert_eq!(runs.iter().map(|run| run.estado).collect::<Vec<_>>(), [RunState::Succeeded]);
    assert_eq!(world.totals("tienda_01", date).await, sold(&world.sim, "SUC001", date));
}

/// What a person reads of a gap, and sends back with a click, reaches the gap.
#[tokio::test(flavor = "multi_thread")]
async fn a_gap_in_an_hour_that_comes_twice_is_recovered_by_the_hours_that_are_shown() {
    let world = World::open_all_day(store("Europe/Madrid"), "2025-10-27T12:00:00Z").await;
    // All but the first 02:30 to 03:00, which begins at 00:30 in UTC, and the second 02:00 to 02:30.
    for (date, hours) in [("2025-10-26", Some(("00:00", "02:00"))), ("2025-10-26", Some(("03:00", "24:00")))] {
        world.extract("tienda_01", date, hours).await;
    }
    let of_the_day = async || {
        let gaps = world.gaps(100).await;
        gaps.into_iter().filter(|gap| gap.fecha_desde.to_string() == "2025-10-26").collect::<Vec<_>>()
    };
    let gaps = of_the_day().await;
    assert_eq!(gaps.iter().map(|gap| gap.ventanas).sum::<u32>(), 4);
    for gap in gaps {
        assert_eq!((&*gap.hora_desde, &*gap.hora_hasta), ("02:00", "03:00"));
        let batch = world.engine.recover_gap(&operator(), request_of(&gap)).await.unwrap().lote_id.unwrap();
        world.finished(batch).await;
    }
    assert!(of_the_day().await.is_empty());
}
