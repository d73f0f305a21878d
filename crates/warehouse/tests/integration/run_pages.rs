//! The list of runs: every run on exactly one page, whatever the filter.

use domain::filter::RunFilter;
use domain::read_model::{RunTotals, RunView};
use domain::{BranchId, EtlKind, RunId, RunMode, RunState};
use rstest::rstest;
use warehouse::NewRun;

use crate::samples::{
    CENTRO, PERIFERICO, batch, batch_id, branch, end, half_hour, instant, new_run, numbered_half_hour, run_id,
    sales_window,
};
use crate::store::Store;

/// When the run of this number starts: four at a time, and those from 40 on never.
fn started_at(number: u32) -> Option<jiff::Timestamp> {
    (number < 40).then(|| numbered_half_hour(i32::try_from(number / 4).unwrap()).end())
}

fn sample_run(number: u32) -> NewRun {
    NewRun {
        kind: if number.is_multiple_of(3) { EtlKind::Inventory } else { EtlKind::Sales },
        mode: RunMode::ALL[number as usize % RunMode::ALL.len()],
        ..new_run(
            number.into(),
            branch(if number.is_multiple_of(2) { PERIFERICO } else { CENTRO }),
            numbered_half_hour(i32::try_from(number).unwrap()),
        )
    }
}

/// Fifty runs: of those that started every fifth succeeded, of the others two are cancelled.
async fn fifty_runs() -> Store {
    let mut store = Store::new();
    let warehouse = &store.warehouse;
    warehouse.enqueue(batch(1), (0..48).map(sample_run).collect()).await.unwrap();
    warehouse.enqueue(batch(2), (48..50).map(sample_run).collect()).await.unwrap();
    for number in 0..40_u32 {
        let run = sample_run(number);
        let at = started_at(number).unwrap();
        assert!(warehouse.claim(run.id, at, "host-1".to_owned(), None).await.unwrap());
        if number.is_multiple_of(5) {
            let window = sales_window(run.branch.id.as_str(), run.interval);
            warehouse.commit_sales_window(end(run.id, at, 0), window, Vec::new()).await.unwrap();
        }
    }
    let cancelled = format!(
        "UPDATE etl_ejecuciones SET estado = 'cancelado', fecha_fin = '2025-11-17 13:00:00Z' WHERE lote_id = '{}'",
        batch_id(2)
    );
    store.change(&cancelled).await;
    store
}

/// All pages in a row, and the totals, which every page gives.
async fn walk(store: &Store, filter: RunFilter) -> (Vec<RunView>, RunTotals) {
    let mut found = Vec::new();
    let mut cursor = filter.cursor;
    loop {
        let page = RunFilter { cursor, ..filter.clone() };
        let (views, totals, next) = store.warehouse.run_page(page).await.unwrap();
        assert!(views.len() <= filter.limit as usize);
        found.extend(views);
        let Some(next) = next else { return (found, totals) };
        // As it goes over the wire and comes back.
        cursor = Some(next.to_string().parse().unwrap());
    }
}

#[rstest]
#[case(1)]
#[case(3)]
#[case(7)]
#[case(25)]
#[case(100)]
#[tokio::test]
async fn pages_of_any_size_show_each_run_once_the_latest_started_first(#[case] limit: u32) {
    let store = fifty_runs().await;
    let (found, _) = walk(&store, RunFilter { limit, ..RunFilter::default() }).await;
    let mut expected: Vec<_> = (0..50).map(|number: u32| (started_at(number), run_id(number.into()))).collect();
    expected.sort_unstable_by(|left, right| right.cmp(left));
    assert_eq!(found.iter().map(|run| (run.fecha_inicio, run.id)).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_full_last_page_has_no_next_one() {
    let store = fifty_runs().await;
    let (views, _, next) = store.warehouse.run_page(RunFilter { limit: 50, ..RunFilter::default() }).await.unwrap();
    assert_eq!((views.len(), next), (50, None));
}

#[rstest]
#[case::of_a_kind(RunFilter { kind: Some(EtlKind::Inventory), ..small() }, |number: u32| number.is_multiple_of(3))]
#[case::of_a_branch(RunFilter { branch: Some(BranchId::new(CENTRO)), ..small() }, |number: u32| !number.is_multiple_of(2))]
#[case::of_a_mode(RunFilter { mode: Some(RunMode::Recovery), ..small() }, |number: u32| number % 3 == 2)]
#[case::in_progress(
    RunFilter { state: Some(RunState::Running), ..small() },
    |number: u32| number < 40 && !number.is_multiple_of(5)
)]
#[case::cancelled(RunFilter { state: Some(RunState::Cancelled), ..small() }, |number: u32| number >= 48)]
#[case::all_at_once(
    RunFilter {
        kind: Some(EtlKind::Sales),
        branch: Some(BranchId::new(PERIFERICO)),
        mode: Some(RunMode::Incremental),
        state: Some(RunState::Succeeded),
        ..small()
    },
    |number: u32| number == 10
)]
#[case::of_nothing(RunFilter { branch: Some(BranchId::new("tienda_99")), ..small() }, |_| false)]
#[tokio::test]
async fn each_filter_shows_its_runs_and_no_others(#[case] filter: RunFilter, #[case] belongs: fn(u32) -> bool) {
    let store = fifty_runs().await;
    let (found, _) = walk(&store, filter).await;
    let mut ids: Vec<RunId> = found.iter().map(|run| run.id).collect();
    ids.sort_unstable();
    let expected: Vec<RunId> =
        (0_u32..50).filter(|number| belongs(*number)).map(|number| run_id(number.into())).collect();
    assert_eq!(ids, expected);
}

fn small() -> RunFilter {
    RunFilter { limit: 4, ..RunFilter::default() }
}

#[tokio::test]
async fn totals_count_all_pages_under_the_same_filters_as_the_rows() {
    let store = fifty_runs().await;
    let all = RunTotals { ejecuciones: 50, exitosas: 8, fallidas: 0, en_proceso: 32, en_cola: 8 };
    let (_, totals) = walk(&store, RunFilter { state: Some(RunState::Succeeded), ..small() }).await;
    assert_eq!(totals, RunTotals { ejecuciones: 8, exitosas: 8, ..RunTotals::default() });
    let (_, totals) = walk(&store, small()).await;
    assert_eq!(totals, all, "of the last page");

    let of_branch = RunFilter { branch: Some(BranchId::new(PERIFERICO)), ..small() };
    let (_, totals) = walk(&store, of_branch).await;
    assert_eq!(totals, RunTotals { ejecuciones: 25, exitosas: 4, fallidas: 0, en_proceso: 16, en_cola: 4 });
}

/// The list is asked for while nothing is there, and again when something is.
#[tokio::test]
async fn a_list_that_was_empty_shows_what_came_since() {
    let store = Store::new();
    for state in [None, Some(RunState::Queued)] {
        let filter = RunFilter { state, ..RunFilter::default() };
        assert!(walk(&store, filter).await.0.is_empty());
    }
    store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    for state in [None, Some(RunState::Queued)] {
        let filter = RunFilter { state, ..RunFilter::default() };
        let (found, totals) = walk(&store, filter).await;
        assert_eq!((found.len(), totals.ejecuciones, totals.en_cola), (1, 1, 1), "{state:?}");
    }
}

#[tokio::test]
async fn a_run_is_shown_with_all_it_has_and_its_start_on_the_clock_of_its_branch() {
    let store = Store::new();
    let window = half_hour("2025-11-17T23:30");
    let mut madrid = branch(CENTRO);
    madrid.zone = jiff::tz::TimeZone::get("Europe/Madrid").unwrap().into();
    let asked = vec![new_run(1, branch(PERIFERICO), window), new_run(2, madrid, window)];
    store.warehouse.enqueue(batch(1), asked).await.unwrap();
    let start = instant("2025-11-18T04:05:00.123456Z");
    for run in [run_id(1), run_id(2)] {
        store.warehouse.claim(run, start, "host-1".to_owned(), None).await.unwrap();
    }
    let ended = instant("2025-11-18T04:05:02.623456Z");
    let lines = Vec::new();
    store
        .warehouse
        .commit_sales_window(end(run_id(1), ended, 0), sales_window(PERIFERICO, window), lines)
        .await
        .unwrap();

    let views = store.warehouse.batch_runs(batch_id(1)).await.unwrap();
    let expected = RunView {
        id: run_id(1),
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new(PERIFERICO),
        ubicacion_nombre: "Tienda tienda_01".to_owned(),
        estado: RunState::Succeeded,
        modo: RunMode::Incremental,
        creado_en: batch(1).created_at,
        fecha_inicio: Some(start),
        fecha_inicio_local: Some("2025-11-18T00:05:00.123456".parse().unwrap()),
        fecha_fin: Some(ended),
        duracion_segundos: Some(2.5),
        fecha_desde: "2025-11-17".parse().unwrap(),
        fecha_hasta: "2025-11-17".parse().unwrap(),
        hora_desde: "23:30".to_owned(),
        hora_hasta: "24:00".to_owned(),
        registros_extraidos: Some(0),
        registros_cargados: Some(0),
        error_tipo: None,
        error_mensaje: None,
        error_detalle: None,
        intento: 1,
        solicitado_por: batch(1).requested_by,
        lote_id: Some(batch_id(1)),
        traza_id: None,
        version_etl: "2.0".to_owned(),
        host: Some("host-1".to_owned()),
        conciliacion: None,
    };
    assert_eq!(views[0], expected);
    assert_eq!(views[1].fecha_inicio_local, Some("2025-11-18T05:05:00.123456".parse().unwrap()));
    assert_eq!((views[1].fecha_desde, views[1].hora_desde.as_str()), ("2025-11-18".parse().unwrap(), "04:30"));
}

#[tokio::test]
async fn runs_by_identifier_come_in_order_of_branch_and_window() {
    let store = Store::new();
    store.queue(1, EtlKind::Sales, CENTRO, half_hour("2025-11-17T08:00")).await;
    store.queue(2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T09:00")).await;
    store.queue(3, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let asked = vec![run_id(1), run_id(2), run_id(3), run_id(99)];
    let found: Vec<_> = store.warehouse.run_views(asked).await.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(found, [run_id(3), run_id(2), run_id(1)]);
    assert!(store.warehouse.run_views(Vec::new()).await.unwrap().is_empty());
}
