//! Each way in which the POS fails, and what becomes of the run and of what was loaded before.

use domain::{ErrorClass, RunState};
use klk_sim::{Fault, FaultKind, Malformation};
use rstest::rstest;

use crate::support::{World, sold, totals};

const HOURS: Option<(&str, &str)> = Some(("12:00", "12:30"));

#[rstest]
#[case::proxy_page(FaultKind::Status { code: 502, html: true }, RunState::Failed, ErrorClass::ApiError)]
#[case::not_found(FaultKind::Status { code: 404, html: false }, RunState::Failed, ErrorClass::ApiError)]
#[case::unknown_store(FaultKind::Error200 { message: "Sucursal no existe".into() }, RunState::Failed, ErrorClass::ApiError)]
#[case::store_offline(FaultKind::Error200 { message: "Tienda sin conexión".into() }, RunState::Failed, ErrorClass::ApiError)]
#[case::silence(FaultKind::Hang { seconds: 5 }, RunState::Failed, ErrorClass::Timeout)]
#[case::refused(FaultKind::Refuse, RunState::Failed, ErrorClass::Connection)]
#[case::reset(FaultKind::Reset, RunState::Failed, ErrorClass::Connection)]
#[case::cut_off(FaultKind::CutBody { after_bytes: 700 }, RunState::Failed, ErrorClass::Connection)]
#[case::not_json(FaultKind::NotJson, RunState::Failed, ErrorClass::InvalidData)]
#[case::missing_field(malformed(Malformation::MissingField), RunState::Partial, ErrorClass::InvalidData)]
#[case::two_products(malformed(Malformation::TwoObjects), RunState::Partial, ErrorClass::InvalidData)]
#[case::text_for_a_number(malformed(Malformation::TextForNumber), RunState::Partial, ErrorClass::InvalidData)]
#[case::no_object(malformed(Malformation::NotAnObject), RunState::Partial, ErrorClass::InvalidData)]
#[case::short(FaultKind::Short { missing_lines: 2 }, RunState::Partial, ErrorClass::InvalidData)]
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_never_a_success_and_loses_or_doubles_nothing(
    #[case] kind: FaultKind,
    #[case] state: RunState,
    #[case] class: ErrorClass,
) {
    let is_silence = matches!(kind, FaultKind::Hang { .. });
    let world = if is_silence { World::impatient().await } else { World::new().await };
    // The first time nothing is there, and the window stays a gap.
    world.sim.add_fault(Fault::new(kind.clone()));
    let runs = world.extract("tienda_01", "2025-11-17", HOURS).await;
    assert_eq!((runs[0].estado, runs[0].error_tipo), (state, Some(class)));
    assert!(runs[0].error_mensaje.as_ref().is_some_and(|message| !message.contains('<')));
    let is_a_gap = |gaps: Vec<domain::read_model::GapView>| {
        gaps.iter().any(|gap| {
            gap.ubicacion_nombre == "PERIFERICO" && gap.hora_desde == "12:00" && gap.error_tipo == Some(class)
        })
    };
    assert!(is_a_gap(world.gaps(30).await));

    // Then all of the day is loaded, and the failure comes again: nothing of the day is lost or doubled.
    world.sim.clear_faults();
    world.extract_in_the_end("tienda_01", "2025-11-17").await;
    world.sim.add_fault(Fault::new(kind));
    let runs = world.extract("tienda_01", "2025-11-17", HOURS).await;
    assert_eq!((runs[0].estado, runs[0].error_tipo), (state, Some(class)));
    assert!(
        world
            .gaps(30)
            .await
            .iter()
            .all(|gap| gap.ubicacion_nombre != "PERIFERICO" || gap.fecha_desde.to_string() != "2025-11-17")
    );
    let warehouse = world.warehouse().await;
    assert_eq!(totals(&warehouse, "tienda_01", "2025-11-17").await, sold(&world.sim, "SUC001", "2025-11-17"));
}

fn malformed(malformation: Malformation) -> FaultKind {
    FaultKind::MalformedLine { at: 1, malformation }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_answer_adds_what_came_and_the_whole_one_replaces_it() {
    let world = World::new().await;
    world.sim.add_fault(Fault::new(FaultKind::Short { missing_lines: 2 }));
    let partial = world.extract("tienda_01", "2025-11-17", HOURS).await;
    world.sim.clear_faults();
    let whole = world.extract("tienda_01", "2025-11-17", HOURS).await;
    assert_eq!(whole[0].estado, RunState::Succeeded);
    assert!(partial[0].registros_cargados < whole[0].registros_cargados);
    assert_eq!(whole[0].intento, 2);
    let lines = world.totals("tienda_01", "2025-11-17").await.lines;
    assert_eq!(Some(lines), whole[0].registros_cargados);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_passes_within_the_retries_is_a_success() {
    let world = World::new().await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 503, html: false }).times(1));
    let runs = world.extract("tienda_01", "2025-11-17", HOURS).await;
    assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Succeeded, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_without_sales_is_data() {
    let world = World::new().await;
    let runs = world.extract("tienda_01", "2025-11-17", Some(("02:00", "02:30"))).await;
    assert_eq!((runs[0].estado, runs[0].registros_cargados), (RunState::Succeeded, Some(0)));
}
