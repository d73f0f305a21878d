//! What is forgotten in time: nothing that something else needs.

use domain::filter::RunFilter;
use domain::run_message::RunMessage;
use domain::stock::Article;
use domain::{BranchId, ErrorClass, EtlKind, RunId, RunState, WarehouseCode};
use rstest::rstest;
use warehouse::{PhaseTimes, RunFailure, StockSnapshot, WarehouseStock};

use crate::samples::{
    CENTRO, PERIFERICO, branch, decimal, end, half_hour, instant, line, new_run, run_id, sales_window,
};
use crate::store::{Store, batch_for};

const WINDOW: &str = "2025-11-17T08:00";

/// Queues a run of the window for a reason and has it fail an hour after.
async fn fail(store: &Store, number: u128, reason: &'static str, state: RunState) -> RunId {
    let window = half_hour(WINDOW);
    let batch = batch_for(number, reason, window.end());
    let outcome = store.warehouse.enqueue(batch, vec![new_run(number, branch(PERIFERICO), window)]).await.unwrap();
    assert_eq!(outcome.queued.len(), 1);
    assert!(store.warehouse.claim(run_id(number), window.end(), "host-1".to_owned(), None).await.unwrap());
    let failure = RunFailure {
        run: run_id(number),
        ended_at: instant("2025-11-17T13:30:00Z"),
        state,
        class: Some(ErrorClass::Timeout),
        message: RunMessage::ConnectTimeout,
        extracted: None,
        http_status: None,
        phases: PhaseTimes::default(),
    };
    store.warehouse.fail_run(failure).await.unwrap();
    run_id(number)
}

/// Loads the window after all, or a part of another branch's.
async fn cover(store: &Store, number: u128, branch_id: &str) {
    let lines = vec![line("C01-01-00000001", 1, "2025-11-17T08:05:00", "10")];
    store.load_sales(number, branch_id, half_hour(WINDOW), lines).await;
}

async fn runs(store: &Store) -> u64 {
    let filter = RunFilter { limit: 10, ..RunFilter::default() };
    let (views, totals, _) = store.warehouse.run_page(filter).await.unwrap();
    assert_eq!(views.len() as u64, totals.ejecuciones, "the list and its total");
    totals.ejecuciones
}

#[rstest]
#[case::that_failed_on_schedule("programada", RunState::Failed, "2025-11-17T14:00:00Z", 1)]
#[case::that_a_restart_interrupted("reconciliacion", RunState::Interrupted, "2025-11-17T14:00:00Z", 1)]
#[case::that_is_not_old("programada", RunState::Failed, "2025-11-17T13:30:00Z", 0)]
#[case::that_somebody_asked_for("recuperacion", RunState::Failed, "2025-11-17T14:00:00Z", 0)]
#[tokio::test]
async fn a_run_is_forgotten_once_its_window_is_covered(
    #[case] reason: &'static str,
    #[case] state: RunState,
    #[case] before: &str,
    #[case] forgotten: usize,
) {
    let store = Store::new();
    let failed = fail(&store, 1, reason, state).await;
    cover(&store, 2, CENTRO).await;
    assert_eq!(store.warehouse.forget_runs(instant(before), 10).await.unwrap(), 0, "a gap needs it");
    cover(&store, 3, PERIFERICO).await;
    assert_eq!(runs(&store).await, 3);
    assert_eq!(store.warehouse.forget_runs(instant(before), 10).await.unwrap(), forgotten);
    assert_eq!(store.warehouse.run(failed).await.unwrap().is_none(), forgotten == 1);
    assert_eq!(runs(&store).await, 3 - forgotten as u64);
    // What is covered, and by which run, is as it was.
    assert_eq!(store.covered(PERIFERICO).await, [half_hour(WINDOW)]);
    let kept = store.warehouse.run(run_id(3)).await.unwrap().unwrap();
    assert_eq!(kept.state, RunState::Succeeded);
}

#[tokio::test]
async fn a_run_that_loaded_lines_is_never_forgotten() {
    let store = Store::new();
    let window = half_hour(WINDOW);
    let partial = store.start(1, EtlKind::Sales, PERIFERICO, window).await;
    let lines = vec![line("C01-01-00000001", 1, "2025-11-17T08:05:00", "10")];
    let short = end(partial, window.end(), 1);
    store
        .warehouse
        .commit_partial_sales(
            short,
            sales_window(PERIFERICO, window),
            lines,
            RunMessage::LinesShort { anunciados: 5, llegaron: 2 },
        )
        .await
        .unwrap();
    cover(&store, 2, PERIFERICO).await;
    assert_eq!(store.warehouse.forget_runs(instant("2030-01-01T00:00:00Z"), 10).await.unwrap(), 0);
    assert_eq!(runs(&store).await, 2);
}

#[tokio::test]
async fn runs_are_forgotten_in_pieces() {
    let store = Store::new();
    for number in 1..=5 {
        fail(&store, number, "programada", RunState::Failed).await;
    }
    cover(&store, 6, PERIFERICO).await;
    let before = instant("2026-01-01T00:00:00Z");
    let mut pieces = Vec::new();
    for _ in 0..4 {
        pieces.push(store.warehouse.forget_runs(before, 2).await.unwrap());
    }
    assert_eq!(pieces, [2, 2, 1, 0]);
    assert_eq!(runs(&store).await, 1);
}

#[tokio::test]
async fn totals_are_right_after_rows_have_other_numbers() {
    let mut store = Store::new();
    for number in 1..=5 {
        fail(&store, number, "programada", RunState::Failed).await;
    }
    assert_eq!(runs(&store).await, 5);
    // As a checkpoint after a deletion does it; another process would not hear of it.
    store.change("DELETE FROM etl_ejecuciones WHERE intento < 3; CHECKPOINT").await;
    assert_eq!(runs(&store).await, 3);
}

#[tokio::test]
async fn of_changes_of_stock_the_last_before_stays() {
    let mut store = Store::new();
    for (number, (at, stock)) in
        (1..).zip([("08:00", "5"), ("08:30", "4"), ("09:00", "4"), ("09:30", "3"), ("10:00", "2")])
    {
        let interval = half_hour(&format!("2025-11-17T{at}"));
        let article = |codigo: &str, stock: &str| Article {
            codigo: codigo.to_owned(),
            nombre_producto: None,
            barra: None,
            categoria: None,
            descripcion_categoria: None,
            subcategoria: None,
            descripcion: None,
            marca: None,
            precio: None,
            iva: None,
            stock: decimal(stock),
        };
        let articles = vec![article("A-1", stock), article("A-2", "7")];
        let snapshot = StockSnapshot {
            branch: BranchId::new(PERIFERICO),
            interval,
            captured_at: interval.start(),
            warehouses: vec![WarehouseStock { code: WarehouseCode::new("APP"), articles, unreadable: 0 }],
        };
        let run = store.start(number, EtlKind::Inventory, PERIFERICO, interval).await;
        store.warehouse.commit_stock_snapshot(end(run, interval.end(), 2), snapshot).await.unwrap();
    }
    let before = half_hour("2025-11-17T09:45").start();
    assert_eq!(store.warehouse.forget_stock_changes(before, 1).await.unwrap(), 1);
    assert_eq!(store.warehouse.forget_stock_changes(before, 10).await.unwrap(), 1);
    assert_eq!(store.warehouse.forget_stock_changes(before, 10).await.unwrap(), 0);
    let left = store
        .column("SELECT codigo || ' ' || stock::INTEGER || ' ' || substr(capturado_en::VARCHAR, 12, 5) FROM stock_historico ORDER BY 1")
        .await;
    assert_eq!(left, ["A-1 2 14:00", "A-1 3 13:30", "A-2 7 12:00"]);
}
