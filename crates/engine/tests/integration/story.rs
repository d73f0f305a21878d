//! The main job: half hours arrive, gaps show, a recovery closes them.

use domain::filter::GapFilter;
use domain::read_model::GapTotals;
use domain::{BranchId, ErrorClass, EtlKind, Interval, RunState, Window};
use jiff::civil::DateTime;
use klk_sim::{Endpoint, Fault, FaultKind};

use crate::support::{World, ended, operator, sold, totals, zone};

fn local(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn window(branch: &str, from: &str, to: &str) -> Window {
    let instant = |text| zone().to_timestamp(local(text)).unwrap();
    Window {
        branch: BranchId::new(branch),
        kind: EtlKind::Sales,
        interval: Interval::new(instant(from), instant(to)).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_things_go_wrong_three_gaps_show_and_recovering_them_gives_what_the_stores_sold() {
    let world = World::new().await;
    let down = Fault::new(FaultKind::Status { code: 503, html: true })
        .at(Endpoint::Sales)
        .of_branch("SUC002")
        .of_sales(local("2025-11-17T10:00"), local("2025-11-17T13:00"));
    let short = Fault::new(FaultKind::Short { missing_lines: 3 })
        .of_branch("SUC001")
        .of_sales(local("2025-11-17T12:00"), local("2025-11-17T12:30"));
    world.sim.add_fault(down);
    world.sim.add_fault(short);
    let never_ran = window("tienda_01", "2025-11-17T16:00", "2025-11-17T16:30");

    let batch = world.engine.load_missing(&operator(), 2, &[never_ran]).await.unwrap().batch.unwrap();
    let progress = ended(&world.engine, batch).await;
    assert_eq!((progress.terminadas, progress.fallidas), (progress.ventanas, 7));

    let gaps = world.gaps(48).await;
    let found: Vec<_> = gaps
        .iter()
        .map(|gap| {
            let store = gap.ubicacion_nombre.as_str();
            (store, gap.hora_desde.as_str(), gap.hora_hasta.as_str(), gap.ventanas, gap.causa.as_str(), gap.error_tipo)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("PERIFERICO", "16:00", "16:30", 1, "nunca_ejecutado", None),
            ("PERIFERICO", "12:00", "12:30", 1, "parcial", Some(ErrorClass::InvalidData)),
            ("BOSQUE", "10:00", "13:00", 6, "fallido", Some(ErrorClass::ApiError)),
        ]
    );

    let filter = GapFilter { hours_max: 48, ..GapFilter::default() };
    let totals_of_gaps = world.engine.list_gaps(&operator(), filter).await.unwrap().totales;
    let GapTotals { total, ventanas, criticos, tiendas_afectadas, timeouts, .. } = totals_of_gaps;
    assert_eq!((total, ventanas, criticos, tiendas_afectadas, timeouts), (3, 8, 0, 2, 0));

    world.sim.clear_faults();
    for gap in &gaps {
        let answer = world.recover(gap).await;
        assert_eq!(answer.ejecuciones.len() as u32, gap.ventanas);
        let runs = world.finished(answer.lote_id.unwrap()).await;
        assert!(
            runs.iter().all(|run| run.estado == RunState::Succeeded && run.solicitado_por.as_deref() == Some("ana"))
        );
    }
    assert!(world.gaps(48).await.is_empty());

    let warehouse = world.warehouse().await;
    for (branch, code) in [("tienda_01", "SUC001"), ("tienda_08", "SUC002")] {
        assert_eq!(totals(&warehouse, branch, "2025-11-17").await, sold(&world.sim, code, "2025-11-17"), "{branch}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_one_request_is_the_same_as_its_half_hours() {
    let by_day = World::new().await;
    by_day.extract("tienda_08", "2025-11-17", None).await;

    let by_half_hours = World::new().await;
    for hour in 0..24 {
        let (from, half, to) = (format!("{hour:02}:00"), format!("{hour:02}:30"), format!("{:02}:00", hour + 1));
        by_half_hours.extract("tienda_08", "2025-11-17", Some((&from, &half))).await;
        by_half_hours.extract("tienda_08", "2025-11-17", Some((&half, &to))).await;
    }
    let expected = sold(&by_day.sim, "SUC002", "2025-11-17");
    assert!(expected.lines > 0);
    assert_eq!(by_day.totals("tienda_08", "2025-11-17").await, expected);
    assert_eq!(by_half_hours.totals("tienda_08", "2025-11-17").await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_at_exactly_the_end_of_a_half_hour_come_twice_and_are_counted_once() {
    let world = World::new().await;
    let mut extracted = 0;
    let mut loaded = 0;
    for hour in 8..20 {
        let (from, half, to) = (format!("{hour:02}:00"), format!("{hour:02}:30"), format!("{:02}:00", hour + 1));
        for hours in [(from.as_str(), half.as_str()), (half.as_str(), to.as_str())] {
            for run in world.extract("tienda_01", "2025-11-17", Some(hours)).await {
                extracted += run.registros_extraidos.unwrap();
                loaded += run.registros_cargados.unwrap();
            }
        }
    }
    assert!(extracted > loaded, "the simulated day has lines at the end of half hours");
    let warehouse = world.warehouse().await;
    assert_eq!(totals(&warehouse, "tienda_01", "2025-11-17").await.lines, loaded);
}

#[tokio::test(flavor = "multi_thread")]
async fn running_a_window_again_changes_nothing_and_the_same_numbers_in_two_stores_stay_apart() {
    let world = World::new().await;
    for branch in ["tienda_01", "tienda_08", "tienda_01"] {
        let runs = world.extract(branch, "2025-11-17", None).await;
        assert_eq!(runs[0].estado, RunState::Succeeded);
    }
    let warehouse = world.warehouse().await;
    for (branch, code) in [("tienda_01", "SUC001"), ("tienda_08", "SUC002")] {
        assert_eq!(totals(&warehouse, branch, "2025-11-17").await, sold(&world.sim, code, "2025-11-17"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_comes_twice_in_one_answer_is_loaded_once() {
    let world = World::new().await;
    world.sim.add_fault(Fault::new(FaultKind::DuplicateLines { count: 5 }));
    let runs = world.extract("tienda_01", "2025-11-17", None).await;
    assert_eq!(runs[0].estado, RunState::Succeeded);
    assert_eq!(world.totals("tienda_01", "2025-11-17").await, sold(&world.sim, "SUC001", "2025-11-17"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_not_over_is_asked_for_up_to_its_last_ended_half_hour() {
    let world = World::new().await;
    world.clock.set("2025-11-18T16:17:00Z");
    let runs = world.extract("tienda_01", "2025-11-18", None).await;
    assert_eq!((runs[0].hora_desde.as_str(), runs[0].hora_hasta.as_str()), ("00:00", "12:00"));

    // What is sold from noon on is not covered by it.
    world.clock.set("2025-11-18T17:00:00Z");
    let gaps = world.gaps(4).await;
    let of_the_store: Vec<_> = gaps.iter().filter(|gap| gap.ubicacion_nombre == "PERIFERICO").collect();
    assert_eq!(of_the_store.len(), 1);
    assert_eq!((of_the_store[0].hora_desde.as_str(), of_the_store[0].hora_hasta.as_str()), ("12:00", "12:30"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_that_arrive_late_are_added_when_the_day_is_loaded_again() {
    let world = World::new().await;
    world.sim.add_late(klk_sim::LateSales {
        branch: "SUC001".to_owned(),
        sales_from: local("2025-11-17T15:00"),
        sales_to: local("2025-11-17T17:00"),
        available_from: "2025-11-18T18:00:00Z".parse().unwrap(),
    });
    let before = world.extract("tienda_01", "2025-11-17", None).await;
    world.clock.set("2025-11-18T19:00:00Z");
    let after = world.extract("tienda_01", "2025-11-17", None).await;
    assert!(after[0].registros_cargados > before[0].registros_cargados);
    assert_eq!(world.totals("tienda_01", "2025-11-17").await, sold(&world.sim, "SUC001", "2025-11-17"));
}
