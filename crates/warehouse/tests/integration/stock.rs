//! Snapshots of stock: the present is replaced, the history grows by what changed, products are kept once.

use domain::run_message::RunMessage;
use domain::stock::Article;
use domain::{BranchId, EtlKind, WarehouseCode};
use warehouse::{StockSnapshot, WarehouseError, WarehouseStock};

use crate::samples::{CENTRO, PERIFERICO, decimal, end, half_hour, instant, period, run_id};
use crate::store::Store;

fn article(codigo: &str, stock: &str, precio: &str) -> Article {
    Article {
        codigo: codigo.to_owned(),
        nombre_producto: Some(format!("Producto {codigo}")),
        barra: None,
        categoria: Some("01".to_owned()),
        descripcion_categoria: Some("VÍVERES".to_owned()),
        subcategoria: None,
        descripcion: None,
        marca: Some("PAN".to_owned()),
        precio: Some(decimal(precio)),
        iva: Some(decimal("16")),
        stock: decimal(stock),
    }
}

fn snapshot(branch: &str, start: &str, warehouses: Vec<(&str, Vec<Article>)>) -> StockSnapshot {
    let interval = half_hour(start);
    StockSnapshot {
        branch: BranchId::new(branch),
        interval,
        captured_at: interval.start(),
        warehouses: warehouses
            .into_iter()
            .map(|(code, articles)| WarehouseStock { code: WarehouseCode::new(code), articles, unreadable: 0 })
            .collect(),
    }
}

async fn load(store: &Store, number: u128, snapshot: StockSnapshot) -> u64 {
    let run = store.start(number, EtlKind::Inventory, snapshot.branch.as_str(), snapshot.interval).await;
    let articles = snapshot.warehouses.iter().map(|warehouse| warehouse.articles.len()).sum();
    let end = end(run, snapshot.interval.end(), articles);
    store.warehouse.commit_stock_snapshot(end, snapshot).await.unwrap()
}

const PRESENT: &str = "SELECT ubicacion_id || ' ' || codigo_almacen || ' ' || codigo || ' ' || stock || ' a ' || precio
    FROM stock_actual ORDER BY 1";
const HISTORY: &str = "SELECT substr(capturado_en::VARCHAR, 12, 5) || ' ' || codigo_almacen || ' ' || codigo || ' '
    || coalesce(stock::VARCHAR, '-') || ' a ' || coalesce(precio::VARCHAR, '-')
    FROM stock_historico ORDER BY capturado_en, codigo_almacen, codigo";

#[tokio::test]
async fn two_warehouses_of_a_branch_hold_the_same_article_with_different_stock() {
    let mut store = Store::new();
    let both = vec![
        ("APP-TPF", vec![article("A-1", "12.5", "3"), article("A-2", "-4", "1.25")]),
        ("APP-DEP", vec![article("A-1", "100", "3")]),
    ];
    assert_eq!(load(&store, 1, snapshot(PERIFERICO, "2025-11-17T08:00", both)).await, 3);
    let other = vec![("APP-TPF", vec![article("A-1", "7", "3")])];
    load(&store, 2, snapshot(CENTRO, "2025-11-17T08:00", other)).await;

    assert_eq!(
        store.column(PRESENT).await,
        [
            "tienda_01 APP-DEP A-1 100.000000 a 3.000000",
            "tienda_01 APP-TPF A-1 12.500000 a 3.000000",
            "tienda_01 APP-TPF A-2 -4.000000 a 1.250000",
            "tienda_02 APP-TPF A-1 7.000000 a 3.000000",
        ]
    );
    assert_eq!(store.column("SELECT codigo FROM productos ORDER BY codigo").await, ["A-1", "A-2"]);
}

#[tokio::test]
async fn the_history_grows_only_by_what_changed_came_or_went() {
    let mut store = Store::new();
    let at = |start, articles| snapshot(PERIFERICO, start, vec![("APP-TPF", articles)]);
    let four =
        vec![article("A-1", "1", "3"), article("A-2", "2", "3"), article("A-3", "3", "3"), article("A-4", "4", "3")];
    load(&store, 1, at("2025-11-17T08:00", four.clone())).await;
    load(&store, 2, at("2025-11-17T08:30", four)).await;
    let next = vec![
        article("A-1", "1", "3"),
        article("A-2", "2.000001", "3"),
        article("A-3", "3", "3.5"),
        article("A-5", "0", "3"),
    ];
    load(&store, 3, at("2025-11-17T09:00", next)).await;

    assert_eq!(
        store.column(HISTORY).await,
        [
            "12:00 APP-TPF A-1 1.000000 a 3.000000",
            "12:00 APP-TPF A-2 2.000000 a 3.000000",
            "12:00 APP-TPF A-3 3.000000 a 3.000000",
            "12:00 APP-TPF A-4 4.000000 a 3.000000",
            "13:00 APP-TPF A-2 2.000001 a 3.000000",
            "13:00 APP-TPF A-3 3.000000 a 3.500000",
            "13:00 APP-TPF A-4 - a -",
            "13:00 APP-TPF A-5 0.000000 a 3.000000",
        ]
    );
    assert_eq!(
        store.column(PRESENT).await,
        [
            "tienda_01 APP-TPF A-1 1.000000 a 3.000000",
            "tienda_01 APP-TPF A-2 2.000001 a 3.000000",
            "tienda_01 APP-TPF A-3 3.000000 a 3.500000",
            "tienda_01 APP-TPF A-5 0.000000 a 3.000000",
        ]
    );
}

#[tokio::test]
async fn an_article_that_could_not_be_read_keeps_its_stock_and_its_warehouse_its_age() {
    let mut store = Store::new();
    let all = vec![article("1", "10", "5"), article("2", "4", "5"), article("3", "9", "5")];
    load(&store, 1, snapshot(PERIFERICO, "2025-11-17T08:00", vec![("APP-TPF", all)])).await;
    // The second cannot be read, and the third is gone or is what cannot be read: nobody knows.
    let mut partial = snapshot(PERIFERICO, "2025-11-17T08:30", vec![("APP-TPF", vec![article("1", "8", "5")])]);
    partial.warehouses[0].unreadable = 1;
    let run = store.start(2, EtlKind::Inventory, PERIFERICO, partial.interval).await;
    let end = end(run, partial.interval.end(), 1);
    let message = RunMessage::UnreadableArticles { cantidad: 1, primeros: Vec::new() };
    assert_eq!(store.warehouse.commit_partial_stock(end, partial, message).await.unwrap(), 1);
    let present = [
        "tienda_01 APP-TPF 1 8.000000 a 5.000000",
        "tienda_01 APP-TPF 2 4.000000 a 5.000000",
        "tienda_01 APP-TPF 3 9.000000 a 5.000000",
    ];
    assert_eq!(store.column(PRESENT).await, present);
    let history = store.column(HISTORY).await;
    assert_eq!(history.len(), 4, "{history:?}");
    assert!(history[3].ends_with("APP-TPF 1 8.000000 a 5.000000"), "{history:?}");
    let covered = store.column("SELECT count(*)::VARCHAR FROM cobertura WHERE etl_tipo = 'inventario'").await;
    assert_eq!(covered, ["1"]);
    let fresh = store.warehouse.stock_freshness().await.unwrap();
    assert_eq!(fresh.iter().map(|(.., at)| *at).collect::<Vec<_>>(), [half_hour("2025-11-17T08:00").start()]);
    let ended = store
        .column(
            "SELECT estado || ' ' || (error_detalle::JSON ->> 'codigo') FROM etl_ejecuciones ORDER BY id DESC LIMIT 1",
        )
        .await;
    assert_eq!(ended, ["parcial articulos_ilegibles"]);
}

#[tokio::test]
async fn an_article_without_a_price_is_the_same_article_the_next_time() {
    let mut store = Store::new();
    let bare = Article { precio: None, iva: None, ..article("A-1", "1", "3") };
    for (number, start) in [(1, "2025-11-17T08:00"), (2, "2025-11-17T08:30")] {
        load(&store, number, snapshot(PERIFERICO, start, vec![("APP-TPF", vec![bare.clone()])])).await;
    }
    assert_eq!(store.column(HISTORY).await, ["12:00 APP-TPF A-1 1.000000 a -"]);
    assert_eq!(store.column("SELECT actualizado_en FROM productos").await, ["2025-11-17 12:00:00+00"]);
}

#[tokio::test]
async fn a_product_is_as_the_latest_snapshot_has_it() {
    let mut store = Store::new();
    let named = |name: &str| Article { nombre_producto: Some(name.to_owned()), ..article("A-1", "1", "3") };
    load(&store, 1, snapshot(PERIFERICO, "2025-11-17T08:00", vec![("APP-TPF", vec![named("viejo")])])).await;
    let next = vec![("APP-TPF", vec![named("nuevo"), article("A-2", "1", "3")])];
    load(&store, 2, snapshot(CENTRO, "2025-11-17T08:30", next)).await;
    assert_eq!(
        store.rows("SELECT codigo, nombre_producto, actualizado_en FROM productos ORDER BY codigo").await,
        [("A-1", "nuevo"), ("A-2", "Producto A-2")]
            .map(|(code, name)| [code, name, "2025-11-17 12:30:00+00"].map(|text| Some(text.to_owned())).to_vec())
    );
}

#[tokio::test]
async fn an_empty_warehouse_is_emptied() {
    let mut store = Store::new();
    let full = vec![("APP-TPF", vec![article("A-1", "1", "3")])];
    load(&store, 1, snapshot(PERIFERICO, "2025-11-17T08:00", full)).await;
    assert_eq!(load(&store, 2, snapshot(PERIFERICO, "2025-11-17T08:30", vec![("APP-TPF", Vec::new())])).await, 0);
    assert!(store.column(PRESENT).await.is_empty());
    assert_eq!(store.column(HISTORY).await, ["12:00 APP-TPF A-1 1.000000 a 3.000000", "12:30 APP-TPF A-1 - a -"]);
}

#[tokio::test]
async fn a_snapshot_covers_its_half_hour_and_ends_its_run() {
    let mut store = Store::new();
    let taken = snapshot(PERIFERICO, "2025-11-17T08:00", vec![("APP-TPF", vec![article("A-1", "1", "3")])]);
    load(&store, 1, taken.clone()).await;
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    assert_eq!(
        store.warehouse.coverage(EtlKind::Inventory, None, day).await.unwrap(),
        [(BranchId::new(PERIFERICO), taken.interval)]
    );
    assert!(store.covered(PERIFERICO).await.is_empty(), "nothing is covered of sales");
    assert_eq!(
        store.rows("SELECT estado, registros_cargados FROM etl_ejecuciones").await,
        [["exitoso", "1"].map(|text| Some(text.to_owned())).to_vec()]
    );
}

/// The second warehouse fails after the first was replaced.
#[tokio::test]
async fn a_snapshot_that_fails_in_its_second_warehouse_leaves_the_first_as_it_was() {
    let mut store = Store::new();
    let first = vec![("APP-TPF", vec![article("A-1", "1", "3")]), ("APP-DEP", vec![article("A-1", "2", "3")])];
    load(&store, 1, snapshot(PERIFERICO, "2025-11-17T08:00", first)).await;
    let run = store.start(2, EtlKind::Inventory, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    let tables = ["stock_actual", "stock_historico", "productos", "cobertura", "etl_ejecuciones"];
    let mut before = Vec::new();
    for table in tables {
        before.push(store.table(table).await);
    }

    let bad = vec![
        ("APP-TPF", vec![article("A-1", "9", "9"), article("A-9", "9", "9")]),
        ("APP-DEP", vec![article("A-1", "1000000000000", "3")]),
    ];
    let bad = snapshot(PERIFERICO, "2025-11-17T08:30", bad);
    let end = end(run, bad.interval.end(), 3);
    let error = store.warehouse.commit_stock_snapshot(end, bad).await.unwrap_err();

    assert!(matches!(error, WarehouseError::OutOfRange { column: "stock", .. }), "{error}");
    for (table, before) in tables.iter().zip(before) {
        assert_eq!(store.table(table).await, before, "{table}");
    }
}

#[tokio::test]
async fn freshness_is_when_each_warehouse_was_last_taken() {
    let store = Store::new();
    assert!(store.warehouse.stock_freshness().await.unwrap().is_empty());
    let both = vec![("APP-DEP", vec![article("A-1", "1", "3")]), ("APP-TPF", vec![article("A-1", "2", "3")])];
    load(&store, 1, snapshot(PERIFERICO, "2025-11-17T08:00", both)).await;
    let one = vec![("APP-TPF", vec![article("A-1", "2", "3")])];
    load(&store, 2, snapshot(PERIFERICO, "2025-11-17T08:30", one)).await;

    let at = |code, moment| (BranchId::new(PERIFERICO), WarehouseCode::new(code), instant(moment));
    assert_eq!(
        store.warehouse.stock_freshness().await.unwrap(),
        [at("APP-DEP", "2025-11-17T12:00:00Z"), at("APP-TPF", "2025-11-17T12:30:00Z")]
    );
}

#[tokio::test]
async fn stock_for_a_run_that_is_not_in_progress_is_refused() {
    let mut store = Store::new();
    let taken = snapshot(PERIFERICO, "2025-11-17T08:00", vec![("APP-TPF", vec![article("A-1", "1", "3")])]);
    let end = end(run_id(9), taken.interval.end(), 1);
    let error = store.warehouse.commit_stock_snapshot(end, taken).await.unwrap_err();
    assert!(matches!(error, WarehouseError::NotRunning { run } if run == run_id(9)), "{error}");
    assert!(store.table("stock_actual").await.is_empty());
}
