//! The three views, read as any DuckDB client reads them.

use domain::run_message::RunMessage;
use domain::{ErrorClass, EtlKind, Interval, RunState};
use jiff::Timestamp;
use warehouse::{PhaseTimes, RunFailure};

use crate::samples::{CENTRO, PERIFERICO, half_hour, period, run_id};
use crate::store::Store;

const GAPS: &str = "SELECT id FROM v_gaps_por_recuperar ORDER BY id";

async fn fail(store: &Store, number: u128, kind: EtlKind, branch_id: &str, window: Interval<Timestamp>) {
    let run = store.start(number, kind, branch_id, window).await;
    let failure = RunFailure {
        run,
        ended_at: window.end(),
        state: RunState::Failed,
        class: Some(ErrorClass::Timeout),
        message: RunMessage::ConnectTimeout,
        extracted: None,
        http_status: None,
        phases: PhaseTimes::default(),
    };
    store.warehouse.fail_run(failure).await.unwrap();
}

fn ids(numbers: &[u128]) -> Vec<String> {
    numbers.iter().map(|number| run_id(*number).to_string()).collect()
}

#[tokio::test]
async fn the_latest_ended_run_of_each_branch_and_kind_is_shown() {
    let mut store = Store::new();
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), Vec::new()).await;
    fail(&store, 2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    fail(&store, 3, EtlKind::Inventory, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    store.load_sales(4, CENTRO, half_hour("2025-11-17T08:00"), Vec::new()).await;
    store.queue(5, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T09:00")).await;
    store.start(6, EtlKind::Sales, CENTRO, half_hour("2025-11-17T09:00")).await;
    assert_eq!(store.column("SELECT id FROM v_ultimas_ejecuciones ORDER BY id").await, ids(&[2, 3, 4]));
}

#[tokio::test]
async fn a_window_that_failed_is_a_gap_until_it_is_covered() {
    let mut store = Store::new();
    fail(&store, 1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    fail(&store, 2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    fail(&store, 3, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    fail(&store, 4, EtlKind::Sales, CENTRO, half_hour("2025-11-17T08:30")).await;
    fail(&store, 5, EtlKind::Inventory, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    assert_eq!(store.column(GAPS).await, ids(&[2, 3, 4]), "the latest attempt at each, stock has no second chance");

    store.load_sales(6, PERIFERICO, half_hour("2025-11-17T08:30"), Vec::new()).await;
    assert_eq!(store.column(GAPS).await, ids(&[2, 4]));
    store.load_sales(7, PERIFERICO, period("2025-11-17T00:00", "2025-11-18T00:00"), Vec::new()).await;
    assert_eq!(store.column(GAPS).await, ids(&[4]), "the whole day has the half hour");
}

#[tokio::test]
async fn a_longer_window_that_failed_is_a_gap_until_all_its_half_hours_are_covered() {
    let mut store = Store::new();
    fail(&store, 1, EtlKind::Sales, PERIFERICO, period("2025-11-17T08:00", "2025-11-17T09:30")).await;
    store.load_sales(2, PERIFERICO, half_hour("2025-11-17T08:00"), Vec::new()).await;
    store.load_sales(3, PERIFERICO, half_hour("2025-11-17T09:00"), Vec::new()).await;
    assert_eq!(store.column(GAPS).await, ids(&[1]));
    store.load_sales(4, PERIFERICO, half_hour("2025-11-17T08:30"), Vec::new()).await;
    assert!(store.column(GAPS).await.is_empty());
}

#[tokio::test]
async fn a_window_that_was_given_up_is_no_gap_until_that_is_taken_back() {
    let mut store = Store::new();
    fail(&store, 1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let waive =
        "INSERT INTO exenciones (etl_tipo, ubicacion_id, desde, hasta, motivo, persona, registrada_en, retirada_en)
        VALUES ('ventas', 'tienda_01', '2025-11-17 12:00:00+00',
        '2025-11-17 12:30:00+00', 'Sin luz', 'ana', '2025-11-17 13:00:00+00', NULL)";
    store.change(waive).await;
    assert!(store.column(GAPS).await.is_empty());
    let take_back = "UPDATE exenciones SET retirada_en = '2025-11-17 14:00:00+00'";
    store.change(take_back).await;
    assert_eq!(store.column(GAPS).await, ids(&[1]));
}

#[tokio::test]
async fn reliability_is_by_branch_and_kind() {
    let mut store = Store::new();
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), Vec::new()).await;
    store.load_sales(2, PERIFERICO, half_hour("2025-11-17T08:30"), Vec::new()).await;
    fail(&store, 3, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T09:00")).await;
    store.queue(4, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T09:30")).await;
    fail(&store, 5, EtlKind::Inventory, PERIFERICO, half_hour("2025-11-17T09:00")).await;
    let sql =
        "SELECT etl_tipo, ubicacion_nombre, ejecuciones, exitosas, fallidas, tasa_exito_pct::DECIMAL(5, 2), registros
        FROM v_metricas_confiabilidad ORDER BY etl_tipo";
    assert_eq!(
        store.rows(sql).await,
        [
            ["inventario", "Tienda tienda_01", "1", "0", "1", "0.00", "0"],
            ["ventas", "Tienda tienda_01", "3", "2", "1", "66.67", "0"],
        ]
        .map(|row| row.map(|text| Some(text.to_owned())).to_vec())
    );
}
