//! A window's lines are replaced as a whole, and the window is covered, or nothing happens.

use domain::run_message::RunMessage;
use domain::{EtlKind, RunState};
use rstest::rstest;
use warehouse::{LinesElsewhere, Receipt, WarehouseError};

use crate::samples::{CENTRO, PERIFERICO, decimal, end, half_hour, instant, line, period, run_id, sales_window};
use crate::store::{LINES, Store, refused_commit};

fn three_lines() -> Vec<domain::sale::SaleLine> {
    vec![
        line("F-1", 1, "2025-11-17T08:00:00", "10.5"),
        line("F-1", 2, "2025-11-17T08:00:00", "20"),
        line("F-2", 1, "2025-11-17T08:29:59.9999999", "30"),
    ]
}

#[tokio::test]
async fn the_same_window_again_leaves_the_table_the_same_to_the_byte() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let first = store.load_sales(1, PERIFERICO, window, three_lines()).await;
    let before = store.table("ventas").await;
    let second = store.load_sales(2, PERIFERICO, window, three_lines()).await;

    assert_eq!(first, Receipt { loaded: 3, added: 3, changed: 0, removed: 0 });
    assert_eq!(second, Receipt { loaded: 3, added: 0, changed: 0, removed: 0 });
    assert_eq!(before.len(), 3);
    assert_eq!(store.table("ventas").await, before);
}

/// Also that nothing prepared for the first commit's staging table is used on the second's.
#[tokio::test]
async fn what_changed_came_or_went_is_counted_and_the_window_is_exactly_the_answer() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, three_lines()).await;
    let answer = vec![
        line("F-1", 1, "2025-11-17T08:00:00", "10.5"),
        line("F-1", 2, "2025-11-17T08:00:00", "20.000001"),
        line("F-3", 1, "2025-11-17T08:10:00", "40"),
        line("F-3", 2, "2025-11-17T08:10:00", "50"),
    ];
    let receipt = store.load_sales(2, PERIFERICO, window, answer).await;

    assert_eq!(receipt, Receipt { loaded: 4, added: 2, changed: 1, removed: 1 });
    assert_eq!(
        store.column(LINES).await,
        [
            "tienda_01 F-1/1 10.500000",
            "tienda_01 F-1/2 20.000001",
            "tienda_01 F-3/1 40.000000",
            "tienda_01 F-3/2 50.000000",
        ]
    );
}

#[tokio::test]
async fn a_field_that_is_emptied_or_filled_is_a_change() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let with = |serial: Option<&str>| {
        let mut changed = line("F-1", 1, "2025-11-17T08:00:00", "10");
        changed.serial = serial.map(Into::into);
        vec![changed]
    };
    store.load_sales(1, PERIFERICO, window, with(None)).await;
    assert_eq!(store.load_sales(2, PERIFERICO, window, with(Some("S-9"))).await.changed, 1);
    assert_eq!(store.load_sales(3, PERIFERICO, window, with(None)).await.changed, 1);
}

#[tokio::test]
async fn a_half_hour_without_sales_is_covered_and_empties_what_was_there() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    assert_eq!(store.load_sales(1, PERIFERICO, window, Vec::new()).await, Receipt::default());
    assert_eq!(store.covered(PERIFERICO).await, [window]);

    store.load_sales(2, PERIFERICO, window, three_lines()).await;
    let receipt = store.load_sales(3, PERIFERICO, window, Vec::new()).await;
    assert_eq!(receipt, Receipt { loaded: 0, added: 0, changed: 0, removed: 3 });
    assert!(store.column(LINES).await.is_empty());
}

#[tokio::test]
async fn lines_of_other_windows_and_branches_stay() {
    let mut store = Store::new();
    let before = half_hour("2025-11-17T07:30");
    let window = half_hour("2025-11-17T08:00");
    let after = half_hour("2025-11-17T08:30");
    store.load_sales(1, PERIFERICO, before, vec![line("F-0", 1, "2025-11-17T07:59:59.9999999", "1")]).await;
    store.load_sales(2, PERIFERICO, after, vec![line("F-9", 1, "2025-11-17T08:30:00", "9")]).await;
    store.load_sales(3, PERIFERICO, window, three_lines()).await;
    store.load_sales(4, CENTRO, window, vec![line("F-1", 1, "2025-11-17T08:00:00", "77")]).await;

    store.load_sales(5, PERIFERICO, window, vec![line("F-5", 1, "2025-11-17T08:15:00", "5")]).await;

    assert_eq!(
        store.column(LINES).await,
        [
            "tienda_01 F-0/1 1.000000",
            "tienda_01 F-5/1 5.000000",
            "tienda_01 F-9/1 9.000000",
            "tienda_02 F-1/1 77.000000",
        ]
    );
}

#[tokio::test]
async fn the_same_invoice_number_in_two_branches_is_two_invoices() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, vec![line("F-1", 1, "2025-11-17T08:01:00", "1")]).await;
    let receipt = store.load_sales(2, CENTRO, window, vec![line("F-1", 1, "2025-11-17T08:01:00", "2")]).await;

    assert_eq!(receipt.added, 1);
    assert_eq!(store.column(LINES).await, ["tienda_01 F-1/1 1.000000", "tienda_02 F-1/1 2.000000"]);
    assert_eq!(store.covered(PERIFERICO).await, [window]);
    assert_eq!(store.covered(CENTRO).await, [window]);
}

#[tokio::test]
async fn an_invoice_that_the_source_gives_another_hour_is_there_once() {
    let mut store = Store::new();
    let (eight, nine) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T09:00"));
    store.load_sales(1, PERIFERICO, eight, three_lines()).await;
    store.load_sales(2, PERIFERICO, nine, vec![line("F-9", 1, "2025-11-17T09:05:00", "5")]).await;
    // A register that counts anew: the same numbers some days later, of other sales.
    let another = |invoice: &str, amount: &str| domain::sale::SaleLine {
        codigo_producto: "P-9999".into(),
        ..line(invoice, 1, "2025-11-28T09:05:00", amount)
    };
    let next_day = vec![another("F-1", "7"), another("F-2", "8")];
    store.load_sales(3, PERIFERICO, half_hour("2025-11-28T09:00"), next_day).await;

    let answer = vec![
        line("F-9", 1, "2025-11-17T09:05:00", "5"),
        line("F-1", 1, "2025-11-17T09:10:00", "10.5"),
        line("F-1", 2, "2025-11-17T09:10:00", "20"),
    ];
    let receipt = store.load_sales(4, PERIFERICO, nine, answer).await;
    assert_eq!(receipt, Receipt { loaded: 3, added: 0, changed: 2, removed: 0 });
    assert_eq!(
        store.column(LINES).await,
        [
            "tienda_01 F-2/1 30.000000",
            "tienda_01 F-9/1 5.000000",
            "tienda_01 F-1/1 10.500000",
            "tienda_01 F-1/2 20.000000",
            "tienda_01 F-1/1 7.000000",
            "tienda_01 F-2/1 8.000000",
        ]
    );
    let sums =
        "SELECT substr(media_hora::VARCHAR, 9, 8) || ' ' || lineas FROM ventas_por_media_hora ORDER BY media_hora";
    assert_eq!(store.column(sums).await, ["17 08:00 1", "17 09:00 3", "28 09:00 2"]);
    let money = "SELECT (usd_ahora - usd_antes)::VARCHAR FROM conciliaciones";
    assert_eq!(store.column(money).await, ["0.000000"]);

    // What is left at eight was never compared with the source: it is a gap until it is loaded again.
    let ever = period("2025-11-16T00:00", "2025-11-19T00:00");
    let changes = store.evidence(EtlKind::Sales, ever).await.changes;
    let found: Vec<_> = changes
        .iter()
        .map(|(_, change)| (change.difference.half_hour, change.difference.loaded, change.difference.announced))
        .collect();
    assert_eq!(found, [(eight, 3, 1)]);
    let rest = vec![line("F-2", 1, "2025-11-17T08:29:59.9999999", "30")];
    assert_eq!(store.load_sales(5, PERIFERICO, eight, rest).await, Receipt { loaded: 1, ..Receipt::default() });
    assert!(store.evidence(EtlKind::Sales, ever).await.changes.is_empty());
}

const SUMS: &str =
    "SELECT substr(media_hora::VARCHAR, 9, 8) || ' ' || lineas FROM ventas_por_media_hora ORDER BY media_hora";

#[tokio::test]
async fn lines_that_another_day_has_are_loaded_once_that_day_does_not_have_them_any_more() {
    let mut store = Store::new();
    let (eight, before) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-16T12:00"));
    store.load_sales(1, PERIFERICO, eight, three_lines()).await;
    store.load_sales(2, PERIFERICO, before, vec![line("F-0", 1, "2025-11-16T12:01:00", "1")]).await;
    let moved = vec![
        line("F-0", 1, "2025-11-16T12:01:00", "1"),
        line("F-1", 1, "2025-11-16T12:02:00", "10.5"),
        line("F-1", 2, "2025-11-16T12:02:00", "20"),
    ];
    let run = store.start(3, EtlKind::Sales, PERIFERICO, before).await;
    let error = refused_commit(&store.warehouse, run, sales_window(PERIFERICO, before), moved.clone()).await;
    let WarehouseError::LinesElsewhere(elsewhere) = error else { panic!("{error}") };
    let expected = LinesElsewhere {
        invoice: "F-1".to_owned(),
        line: 1,
        half_hour: "2025-11-17T08:00".parse().unwrap(),
        lines: 2,
        is_confirmed: false,
    };
    assert_eq!(elsewhere, expected);
    assert_eq!(store.column(SUMS).await, ["16 12:00 1", "17 08:00 3"]);

    let why = RunMessage::LinesOfOtherDay {
        factura: elsewhere.invoice,
        linea: elsewhere.line,
        cargada_en: elsewhere.half_hour,
        cantidad: elsewhere.lines,
    };
    let partial = store.warehouse.commit_partial_sales(
        end(run, before.end(), 3),
        sales_window(PERIFERICO, before),
        moved.clone(),
        why,
    );
    assert_eq!(partial.await.unwrap().added, 0);
    let ever = period("2025-11-16T00:00", "2025-11-18T00:00");
    let changes = store.evidence(EtlKind::Sales, ever).await.changes;
    let found: Vec<_> = changes
        .iter()
        .map(|(_, change)| (change.difference.half_hour, change.difference.loaded, change.difference.announced))
        .collect();
    assert_eq!(found, [(eight, 3, 1)]);

    // The day that had them is loaded again, and nothing keeps them from being loaded here.
    let rest = vec![line("F-2", 1, "2025-11-17T08:29:59.9999999", "30")];
    assert_eq!(store.load_sales(4, PERIFERICO, eight, rest).await.removed, 2);
    assert!(store.evidence(EtlKind::Sales, ever).await.changes.is_empty());
    // Also after a restart that has forgotten which days have which numbers.
    assert_eq!(store.load_sales(5, PERIFERICO, before, moved).await.added, 2);
    assert_eq!(store.column(SUMS).await, ["16 12:00 3", "17 08:00 1"]);
}

#[tokio::test]
async fn an_invoice_whose_number_has_no_order_leaves_its_half_hour_without_one() {
    let store = Store::new();
    let lines = |invoice: &str, at: &str| vec![line(invoice, 1, at, "1"), line(invoice, 2, at, "1")];
    for (number, invoice) in ["C10-01-00008064", "8064", "C10-01-A0008070"].into_iter().enumerate() {
        let start = format!("2025-11-17T{:02}:00", 8 + number);
        let at = format!("{start}:00");
        store.load_sales(u128::try_from(number).unwrap() + 1, PERIFERICO, half_hour(&start), lines(invoice, &at)).await;
    }
    let day = domain::Interval::new("2025-11-17T00:00".parse().unwrap(), "2025-11-18T00:00".parse().unwrap()).unwrap();
    let found = store.warehouse.half_hours_without_order(domain::BranchId::new(PERIFERICO), day).await.unwrap();
    let mut hours: Vec<i8> = found.iter().map(|start| start.hour()).collect();
    hours.sort_unstable();
    assert_eq!(hours, [9, 10]);
}

#[tokio::test]
async fn a_short_answer_does_not_add_what_another_day_has() {
    let mut store = Store::new();
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), three_lines()).await;
    let window = half_hour("2025-11-16T12:00");
    let run = store.start(2, EtlKind::Sales, PERIFERICO, window).await;
    let lines = vec![line("F-1", 1, "2025-11-16T12:02:00", "10.5"), line("8064", 1, "2025-11-16T12:03:00", "5")];
    let short = RunMessage::LinesShort { anunciados: 5, llegaron: 2 };
    let receipt = store
        .warehouse
        .commit_partial_sales(end(run, window.end(), 2), sales_window(PERIFERICO, window), lines, short)
        .await
        .unwrap();
    assert_eq!(receipt.added, 1);
    assert_eq!(store.column(SUMS).await, ["16 12:00 1", "17 08:00 3"]);
}

#[tokio::test]
async fn an_invoice_whose_number_has_no_order_is_found_on_another_day_too() {
    let mut store = Store::new();
    let (here, there) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-14T12:00"));
    store.load_sales(1, PERIFERICO, here, vec![line("8064", 1, "2025-11-17T08:01:00", "10")]).await;
    let run = store.start(2, EtlKind::Sales, PERIFERICO, there).await;
    let lines = vec![line("8064", 1, "2025-11-14T12:01:00", "12")];
    let error = refused_commit(&store.warehouse, run, sales_window(PERIFERICO, there), lines).await;
    assert!(matches!(error, WarehouseError::LinesElsewhere(_)), "{error}");
    assert_eq!(store.column(SUMS).await, ["17 08:00 1"]);
}

#[tokio::test]
async fn a_whole_day_replaces_its_half_hours_and_nothing_of_the_next_day() {
    let mut store = Store::new();
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), three_lines()).await;
    let last = vec![line("F-8", 1, "2025-11-17T23:59:59.9999999", "8")];
    store.load_sales(2, PERIFERICO, half_hour("2025-11-17T23:30"), last.clone()).await;
    let next = vec![line("F-9", 1, "2025-11-18T00:00:00", "9")];
    store.load_sales(3, PERIFERICO, half_hour("2025-11-18T00:00"), next).await;

    let mut answer = last;
    answer.extend(three_lines().into_iter().take(1));
    answer.push(line("F-0", 1, "2025-11-17T00:00:00", "0.5"));
    let receipt = store.load_sales(4, PERIFERICO, day, answer).await;

    assert_eq!(receipt, Receipt { loaded: 3, added: 1, changed: 0, removed: 2 });
    assert_eq!(
        store.column(LINES).await,
        [
            "tienda_01 F-0/1 0.500000",
            "tienda_01 F-1/1 10.500000",
            "tienda_01 F-8/1 8.000000",
            "tienda_01 F-9/1 9.000000",
        ]
    );
}

#[tokio::test]
async fn the_run_and_the_coverage_are_written_with_the_lines() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, three_lines()).await;
    let run = store
        .rows(
            "SELECT estado, registros_extraidos, registros_cargados, error_tipo, error_mensaje, fecha_inicio, fecha_fin,
                duracion_segundos::INTEGER, lineas_agregadas, lineas_cambiadas, lineas_retiradas, fase_extraccion_ms, host,
                fecha_desde, fecha_hasta, hora_desde, hora_hasta, zona, version_etl
             FROM etl_ejecuciones",
        )
        .await;
    let expected = [
        "exitoso",
        "3",
        "3",
        "",
        "",
        "2025-11-17 12:30:00+00",
        "2025-11-17 12:30:00+00",
        "0",
        "3",
        "0",
        "0",
        "1500",
        "host-1",
        "2025-11-17",
        "2025-11-17",
        "08:00",
        "08:30",
        "America/Caracas",
        "2.0",
    ];
    let expected: Vec<Option<String>> =
        expected.iter().map(|text| (!text.is_empty()).then(|| (*text).to_owned())).collect();
    assert_eq!(run, [expected]);
    assert_eq!(
        store.rows("SELECT etl_tipo, ubicacion_id, desde, hasta, ejecucion_id, registrada_en FROM cobertura").await,
        [[
            "ventas",
            PERIFERICO,
            "2025-11-17 12:00:00+00",
            "2025-11-17 12:30:00+00",
            &run_id(1).to_string(),
            "2025-11-17 12:30:00+00",
        ]
        .map(|text| Some(text.to_owned()))
        .to_vec()]
    );
}

#[tokio::test]
async fn a_window_up_to_midnight_ends_at_24_00_of_its_own_day() {
    let mut store = Store::new();
    store.queue(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T23:30")).await;
    assert_eq!(
        store.rows("SELECT fecha_desde, hora_desde, fecha_hasta, hora_hasta FROM etl_ejecuciones").await,
        [["2025-11-17", "23:30", "2025-11-17", "24:00"].map(|text| Some(text.to_owned())).to_vec()]
    );
}

/// A commit that cannot be made, after others that could.
#[rstest]
#[case::a_number_too_large("1000000000000")]
#[case::a_number_too_small("-1000000000000")]
#[tokio::test]
async fn a_number_that_does_not_fit_rolls_everything_back(#[case] number: &str) {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, three_lines()).await;
    let run = store.start(2, EtlKind::Sales, PERIFERICO, window).await;
    let before = everything(&mut store).await;

    let mut lines = three_lines();
    lines[2].venta_total_bs = decimal(number);
    let error = refused_commit(&store.warehouse, run, sales_window(PERIFERICO, window), lines).await;

    assert!(
        matches!(&error, WarehouseError::OutOfRange { place, column: "venta_total_bs", .. } if place == "F-2/1"),
        "{error}"
    );
    assert_eq!(error.class(), domain::ErrorClass::InvalidData);
    assert_eq!(everything(&mut store).await, before);
}

/// The rows are replaced before the run is ended, so this is the commit that fails latest.
#[tokio::test]
async fn rows_for_a_run_that_is_not_in_progress_are_rolled_back() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, three_lines()).await;
    let queued = store.queue(2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    let before = everything(&mut store).await;

    for run in [run_id(1), queued, run_id(99)] {
        let lines = vec![line("F-7", 1, "2025-11-17T08:20:00", "7")];
        let error = refused_commit(&store.warehouse, run, sales_window(PERIFERICO, window), lines).await;
        assert!(matches!(error, WarehouseError::NotRunning { run: named } if named == run), "{error}");
        assert_eq!(error.class(), domain::ErrorClass::DatabaseError);
    }
    assert_eq!(everything(&mut store).await, before);
}

#[tokio::test]
async fn the_writer_goes_on_after_a_commit_that_failed() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let run = store.start(1, EtlKind::Sales, PERIFERICO, window).await;
    let mut lines = three_lines();
    lines[0].tasa_usd = Some(decimal("1000000000000"));
    refused_commit(&store.warehouse, run, sales_window(PERIFERICO, window), lines).await;

    let receipt = store
        .warehouse
        .commit_sales_window(end(run, window.end(), 3), sales_window(PERIFERICO, window), three_lines())
        .await
        .unwrap();
    assert_eq!(receipt.added, 3);
    assert_eq!(store.column(LINES).await.len(), 3);
}

#[tokio::test]
async fn a_run_without_rows_ends_with_its_class_and_covers_nothing() {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    store.load_sales(1, PERIFERICO, window, three_lines()).await;
    let run = store.start(2, EtlKind::Sales, PERIFERICO, window).await;
    let rows = store.table("ventas").await;
    let coverage = store.table("cobertura").await;
    let failure = warehouse::RunFailure {
        run,
        ended_at: instant("2025-11-17T12:31:15.5Z"),
        state: RunState::Failed,
        class: Some(domain::ErrorClass::Timeout),
        message: RunMessage::AnswerTimeout { milisegundos: 30_000 },
        extracted: None,
        http_status: None,
        phases: warehouse::PhaseTimes::default(),
    };
    store.warehouse.fail_run(failure.clone()).await.unwrap();

    assert!(matches!(store.warehouse.fail_run(failure).await, Err(WarehouseError::NotRunning { .. })));
    assert_eq!(store.table("ventas").await, rows);
    assert_eq!(store.table("cobertura").await, coverage);
    assert_eq!(
        store
            .rows("SELECT estado, error_tipo, error_mensaje, duracion_segundos FROM etl_ejecuciones WHERE intento = 2")
            .await,
        [["fallido", "timeout", "El KLK no respondió en 30 s.", "75.5"].map(|text| Some(text.to_owned())).to_vec()]
    );
}

/// Every table that a commit of sales writes.
async fn everything(store: &mut Store) -> Vec<Vec<crate::store::TextRow>> {
    let mut tables = Vec::new();
    for table in ["ventas", "cobertura", "etl_ejecuciones"] {
        tables.push(store.table(table).await);
    }
    tables
}
