//! A short answer adds what it has and takes nothing: ADR 6.

use domain::run_message::RunMessage;
use domain::sale::SaleLine;
use domain::{EtlKind, Interval};
use jiff::Timestamp;
use warehouse::{Receipt, WarehouseError};

use crate::samples::{PERIFERICO, decimal, end, half_hour, line, period, run_id, sales_window};
use crate::store::{LINES, Store};

async fn load_partial(store: &Store, number: u128, window: Interval<Timestamp>, lines: Vec<SaleLine>) -> Receipt {
    let run = store.start(number, EtlKind::Sales, PERIFERICO, window).await;
    let end = end(run, window.end(), lines.len());
    let window = sales_window(PERIFERICO, window);
    store
        .warehouse
        .commit_partial_sales(end, window, lines, RunMessage::LinesShort { anunciados: 5, llegaron: 2 })
        .await
        .unwrap()
}

#[tokio::test]
async fn missing_lines_are_added_and_nothing_is_changed_or_removed() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let first = vec![line("F-1", 1, "2025-11-17T08:00:00", "1"), line("F-1", 2, "2025-11-17T08:00:00", "2")];
    assert_eq!(load_partial(&store, 1, window, first).await, Receipt { loaded: 2, added: 2, changed: 0, removed: 0 });

    let second = vec![line("F-1", 2, "2025-11-17T08:00:00", "22"), line("F-1", 3, "2025-11-17T08:29:00", "3")];
    assert_eq!(load_partial(&store, 2, window, second).await, Receipt { loaded: 1, added: 1, changed: 0, removed: 0 });

    assert_eq!(
        store.rows("SELECT linea, venta_total_bs, ejecucion_id FROM ventas ORDER BY linea").await,
        [("1", "1.000000", run_id(1)), ("2", "2.000000", run_id(1)), ("3", "3.000000", run_id(2))]
            .map(|(line, total, run)| vec![Some(line.to_owned()), Some(total.to_owned()), Some(run.to_string())])
    );
}

#[tokio::test]
async fn the_run_is_parcial_and_its_window_is_not_covered() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    load_partial(&store, 1, window, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;

    assert!(store.covered(PERIFERICO).await.is_empty());
    assert_eq!(
        store
            .rows(
                "SELECT estado, error_tipo, error_mensaje, registros_extraidos, registros_cargados, lineas_agregadas
                 FROM etl_ejecuciones",
            )
            .await,
        [["parcial", "datos_invalidos", "El KLK anunció 5 líneas y llegaron 2 distintas.", "1", "1", "1"]
            .map(|text| Some(text.to_owned()))
            .to_vec()]
    );
}

#[tokio::test]
async fn a_covered_window_is_not_touched() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    let before = store.table("ventas").await;
    let receipt = load_partial(&store, 2, window, vec![line("F-2", 1, "2025-11-17T08:05:00", "2")]).await;

    assert_eq!(receipt, Receipt::default());
    assert_eq!(store.table("ventas").await, before);
    assert_eq!(store.covered(PERIFERICO).await, [window]);
}

#[tokio::test]
async fn of_a_day_only_the_half_hours_that_are_not_covered_are_added_to() {
    let mut store = Store::new();
    let covered = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, covered, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let answer = vec![
        line("F-2", 1, "2025-11-17T07:59:59.9999999", "2"),
        line("F-3", 1, "2025-11-17T08:00:00", "3"),
        line("F-4", 1, "2025-11-17T08:29:59.9999999", "4"),
        line("F-5", 1, "2025-11-17T08:30:00", "5"),
    ];
    let receipt = load_partial(&store, 2, day, answer).await;

    assert_eq!(receipt, Receipt { loaded: 2, added: 2, changed: 0, removed: 0 });
    assert_eq!(
        store.column(LINES).await,
        ["tienda_01 F-2/1 2.000000", "tienda_01 F-1/1 1.000000", "tienda_01 F-5/1 5.000000"]
    );
}

#[tokio::test]
async fn a_short_answer_that_cannot_be_stored_adds_nothing() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let run = store.start(1, EtlKind::Sales, PERIFERICO, window).await;
    let before = store.table("etl_ejecuciones").await;
    let mut lines = vec![line("F-1", 1, "2025-11-17T08:00:00", "1"), line("F-1", 2, "2025-11-17T08:00:00", "2")];
    lines[1].total_factura = Some(decimal("1e12"));
    let error = store
        .warehouse
        .commit_partial_sales(
            end(run, window.end(), 2),
            sales_window(PERIFERICO, window),
            lines,
            RunMessage::LinesShort { anunciados: 5, llegaron: 2 },
        )
        .await
        .unwrap_err();

    assert!(matches!(error, WarehouseError::OutOfRange { column: "total_factura", .. }), "{error}");
    assert!(store.table("ventas").await.is_empty());
    assert_eq!(store.table("etl_ejecuciones").await, before);
}

/// What a short answer left is part of what the whole answer is compared with.
#[tokio::test]
async fn the_whole_answer_later_replaces_what_a_short_one_left() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let short = vec![line("F-1", 1, "2025-11-17T08:00:00", "1"), line("F-9", 1, "2025-11-17T08:00:00", "9")];
    load_partial(&store, 1, window, short).await;
    let whole = vec![line("F-1", 1, "2025-11-17T08:00:00", "1"), line("F-2", 1, "2025-11-17T08:02:00", "2")];
    let receipt = store.load_sales(2, PERIFERICO, window, whole).await;

    assert_eq!(receipt, Receipt { loaded: 2, added: 1, changed: 0, removed: 1 });
    assert_eq!(store.covered(PERIFERICO).await, [window]);
    assert_eq!(store.column(LINES).await, ["tienda_01 F-1/1 1.000000", "tienda_01 F-2/1 2.000000"]);
}
