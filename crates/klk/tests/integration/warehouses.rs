use domain::BranchCode;
use klk::{KlkError, RefusalKind, WarehouseRow};
use rstest::rstest;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{client, config, json, requests, server_of};

const PERIFERICO: &str = r#"{"CodigoSucursal":"SUC001","NombreSucursal":"PERIFERICO","CodigoAlmacen":"APP-TPF",
    "NombreAlmacen":"PISO DE VENTA"}"#;
const CONSOLIDATED: &str = r#"{"CodigoSucursal":"CONS","NombreSucursal":"CONSOLIDADO","CodigoAlmacen":null}"#;

async fn floors(answer: ResponseTemplate) -> Result<Vec<WarehouseRow>, KlkError> {
    let server = server_of("GET", "/maestra/almacenes/pisoventa", answer).await;
    client(config(&server.uri())).sales_floors().await
}

#[tokio::test]
async fn the_row_that_sums_up_all_stores_is_no_store() {
    let rows = floors(json(format!("[{CONSOLIDATED},{PERIFERICO}]"))).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].branch.as_str(), rows[0].branch_name.as_str()), ("SUC001", "PERIFERICO"));
    assert_eq!((rows[0].warehouse.as_str(), rows[0].warehouse_name.as_str()), ("APP-TPF", "PISO DE VENTA"));
}

#[tokio::test]
async fn the_warehouses_of_one_store_are_asked_for_by_its_code() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/maestra/almacenes/Reposicion"))
        .and(query_param("sucursal", "SUC001"))
        .respond_with(json(format!("[{PERIFERICO}]")))
        .expect(1)
        .mount(&server)
        .await;
    let rows = client(config(&server.uri())).branch_warehouses(Some(&BranchCode::new("SUC001"))).await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn the_warehouses_of_all_stores_are_asked_for_without_a_query() {
    let server = server_of("GET", "/maestra/almacenes/Reposicion", json("[]")).await;
    assert_eq!(client(config(&server.uri())).branch_warehouses(None).await.unwrap(), []);
    assert_eq!(server.received_requests().await.unwrap()[0].url.query(), None);
}

#[rstest]
#[case(r#"{"ok":true}"#, None)]
#[case("<html></html>", None)]
#[case("", None)]
#[case("[7]", Some(0))]
#[case(r#"[{"CodigoSucursal":"SUC001"}]"#, Some(0))]
#[tokio::test]
async fn rows_of_the_wrong_shape_are_no_answer(#[case] body: &str, #[case] index: Option<usize>) {
    let error = floors(json(body)).await.unwrap_err();
    assert!(matches!(&error, KlkError::Malformed { element, .. } if *element == index), "{error:?}");
}

#[rstest]
#[case::without_a_code(
    r#"{"CodigoSucursal":"SUC009","NombreSucursal":"NUEVA","CodigoAlmacen":null,"NombreAlmacen":"?"}"#
)]
#[case::null("null")]
#[case::a_number("7")]
#[case::a_list("[[],{}]")]
#[case::a_line_end_in_a_code(r#"{"CodigoSucursal":"SUC\n009","CodigoAlmacen":"APP"}"#)]
#[case::a_code_that_comes_twice(r#"{"CodigoSucursal":"SUC009","CodigoSucursal":"SUC010","CodigoAlmacen":"APP"}"#)]
#[tokio::test]
async fn an_odd_row_hides_no_other_store(#[case] odd: &str) {
    let rows = floors(json(format!("[{odd},{PERIFERICO},{odd}]"))).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.branch.as_str()).collect::<Vec<_>>(), ["SUC001"]);
}

#[tokio::test]
async fn a_name_is_one_line() {
    let row = r#"[{"CodigoSucursal":" SUC001\t","NombreSucursal":"PERI\nFERICO\u001b ","CodigoAlmacen":"APP-TPF"}]"#;
    let rows = floors(json(row)).await.unwrap();
    assert_eq!((rows[0].branch.as_str(), rows[0].branch_name.as_str()), ("SUC001", "PERI FERICO"));
}

#[tokio::test]
async fn a_refusal_is_one_here_too() {
    let error = floors(json(r#"{"error":"Sucursal desconocida"}"#)).await.unwrap_err();
    assert!(matches!(error, KlkError::Refused { kind: RefusalKind::UnknownBranch, .. }), "{error:?}");
}

#[tokio::test]
async fn a_probe_succeeds_on_a_good_answer_and_is_never_tried_again() {
    let server = server_of("GET", "/maestra/almacenes/pisoventa", json(format!("[{PERIFERICO}]"))).await;
    client(config(&server.uri())).probe().await.unwrap();

    let broken = server_of("GET", "/maestra/almacenes/pisoventa", ResponseTemplate::new(503)).await;
    let error = client(config(&broken.uri())).probe().await.unwrap_err();
    assert!(matches!(error, KlkError::Status { status: 503, .. }), "{error:?}");
    assert_eq!(requests(&broken).await, 1);
}
