use jiff::civil::{date, datetime};
use klk::KlkError;
use rstest::rstest;
use wiremock::matchers::{body_json_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fixtures::{line, line_with, numbered_line, sales_body};
use crate::support::{client, config, json, question, sales_server};

async fn ask(body: String) -> Result<domain::sale::SalesAnswer, KlkError> {
    let server = sales_server(json(body)).await;
    client(config(&server.uri())).sales(&question()).await.map(|received| received.into_parts().0)
}

#[tokio::test]
async fn a_question_carries_store_day_hours_and_key() {
    let server = MockServer::start().await;
    let asked = r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"12:00","hora_hasta":"12:30"}"#;
    Mock::given(method("POST"))
        .and(path("/pos/ventas"))
        .and(header("content-type", "application/json"))
        .and(header("x-token", "hunter2"))
        .and(body_json_string(asked))
        .respond_with(json(sales_body("0", &[])))
        .expect(1)
        .mount(&server)
        .await;
    let mut config = config(&format!("{}/pos/", server.uri()));
    config.api_key = Some("hunter2".into());
    config.api_key_header = "X-Token".to_owned();
    client(config).sales(&question()).await.unwrap();
}

#[tokio::test]
async fn no_key_is_sent_where_there_is_none() {
    let server = sales_server(json(sales_body("0", &[]))).await;
    client(config(&server.uri())).sales(&question()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert!(!requests[0].headers.contains_key("x-api-key"));
}

#[tokio::test]
async fn a_line_comes_out_as_it_was_written() {
    let answer = ask(sales_body("1", &[line()])).await.unwrap();
    assert!(answer.is_complete());
    let line = &answer.lines[0];
    assert_eq!(line.numero_factura, "C10-01-00008064");
    assert_eq!((line.linea, line.fecha), (1, date(2025, 11, 17)));
    assert_eq!(line.local_moment(), datetime(2025, 11, 17, 12, 19, 56, 896_614_100));
    assert_eq!(line.descripcion_producto.as_deref(), Some("QUESO BLANCO \"DURO\""));
    assert_eq!(line.categoria_nombre.as_deref(), Some("LÁCTEOS"));
    assert_eq!(line.codigo_barras.as_deref(), Some("00010"));
    assert_eq!((&line.marca_producto, &line.tiene_promocion), (&None, &None));
    assert_eq!(line.codigo_almacen.as_deref(), Some("APP-TPF"));
    assert_eq!(line.unidad_medida_venta.as_deref(), Some("KG"));
    assert_eq!(line.cantidad_vendida.to_string(), "0.345");
    assert_eq!(line.costo_unitario_usd.unwrap().to_string(), "0.423327");
    assert_eq!(line.venta_total_bs.to_string(), "51.75");
    assert_eq!(line.venta_total_usd.to_string(), "0.218853");
    assert_eq!(line.utilidad_bruta_bs.unwrap().to_string(), "17.2155");
    assert_eq!(line.total_factura.unwrap().to_string(), "1158.67");
    assert_eq!(line.tasa_usd.unwrap().to_string(), "236.46");
    assert_eq!(line.es_no_fiscal, Some(false));
}

#[rstest]
#[case("123456789012.123456", "123456789012.123456")]
#[case("0.1", "0.1")]
#[case("-3", "-3")]
#[case("0.1234565", "0.123456")]
#[case("1.5e2", "150")]
#[tokio::test]
async fn money_is_exact_and_returns_are_negative(#[case] number: &str, #[case] decimal: &str) {
    let line = line_with(&[("\"venta_total_bs\":51.75", &format!("\"venta_total_bs\":{number}"))]);
    let answer = ask(sales_body("1", &[line])).await.unwrap();
    assert_eq!(answer.lines[0].venta_total_bs.to_string(), decimal);
}

#[tokio::test]
async fn an_empty_answer_is_data() {
    let answer = ask(sales_body("0", &[])).await.unwrap();
    assert_eq!((answer.announced, answer.received, answer.lines.len()), (0, 0, 0));
    assert!(answer.is_complete());
}

#[tokio::test]
async fn keys_may_come_in_any_order_and_with_others() {
    let body = format!(
        r#"{{"version":{{"major":[2]}},"ventas":[{}],"meta":{{"nuevo":null,"total_registros":1}}}}"#,
        line_with(&[("\"linea\":1", "\"turno\":{\"caja\":[1,2]},\"linea\":1")])
    );
    assert!(ask(body).await.unwrap().is_complete());
}

#[tokio::test]
async fn what_is_optional_may_be_absent_or_null() {
    let line = line_with(&[
        ("\"fecha_hora_completa\":\"2025-11-17T12:19:56\",", ""),
        ("\"serial\":\"\",\"imei\":\"\"", "\"serial\":null"),
        ("\"tasa_usd\":236.46,", ""),
        ("\"es_no_fiscal\":false,", ""),
        ("\"peso_bruto\":0", "\"peso_bruto\":null"),
        (".8966141", ""),
    ]);
    let answer = ask(sales_body("1", &[line])).await.unwrap();
    let line = &answer.lines[0];
    assert_eq!((line.tasa_usd, line.es_no_fiscal, line.peso_bruto), (None, None, None));
    assert_eq!(line.local_moment(), datetime(2025, 11, 17, 12, 19, 56, 0));
}

#[tokio::test]
async fn a_line_without_a_product_code_is_still_a_sale() {
    let answer = ask(sales_body("1", &[line_with(&[("\"000002\"", "\"\"")])])).await.unwrap();
    assert_eq!(answer.lines[0].codigo_producto, "");
}

#[tokio::test]
async fn a_short_answer_says_how_short() {
    let answer = ask(sales_body("3", &[line()])).await.unwrap();
    assert_eq!((answer.announced, answer.received, answer.lines.len()), (3, 1, 1));
    assert!(!answer.is_complete());
}

#[tokio::test]
async fn a_line_that_came_twice_is_there_once() {
    let answer = ask(sales_body("2", &[line(), numbered_line(2), line()])).await.unwrap();
    assert_eq!((answer.announced, answer.received, answer.lines.len()), (2, 3, 2));
    assert!(answer.is_complete());
}

#[tokio::test]
async fn contradicting_lines_are_said_and_prove_nothing() {
    let corrected = line_with(&[("\"venta_total_bs\":51.75", "\"venta_total_bs\":60")]);
    let answer = ask(sales_body("2", &[line(), numbered_line(2), corrected])).await.unwrap();
    assert_eq!(answer.contradicted, Some(("C10-01-00008064".to_owned(), 1)));
    assert_eq!(answer.lines.iter().map(|line| line.linea).collect::<Vec<_>>(), [2]);
    assert!(!answer.is_complete());
}

#[tokio::test]
async fn the_same_line_number_of_another_invoice_is_another_line() {
    let other = line_with(&[("C10-01-00008064", "C10-01-00008065")]);
    let escaped = line_with(&[("C10-01-00008064", "C10\\u002d01-00008064")]);
    let answer = ask(sales_body("2", &[line(), other, escaped])).await.unwrap();
    assert_eq!((answer.received, answer.lines.len()), (3, 2));
}

#[rstest]
#[case::text_for_number("\"cantidad_vendida\":0.345", "\"cantidad_vendida\":\"0.345\"", "'cantidad_vendida'")]
#[case::number_for_text("\"serial\":\"\"", "\"serial\":12", "'serial'")]
#[case::null_total("\"venta_total_bs\":51.75", "\"venta_total_bs\":null", "'venta_total_bs'")]
#[case::no_total("\"venta_total_bs\":51.75,", "", "'venta_total_bs'")]
#[case::no_dollars("\"venta_total_usd\":0.218853,", "", "'venta_total_usd'")]
#[case::no_quantity("\"cantidad_vendida\":0.345,", "", "'cantidad_vendida'")]
#[case::no_invoice("\"numero_factura\":\"C10-01-00008064\",", "", "'numero_factura'")]
#[case::empty_invoice("\"C10-01-00008064\"", "\"\"", "'numero_factura'")]
#[case::no_line(",\"linea\":1", "", "'linea'")]
#[case::half_line("\"linea\":1", "\"linea\":1.5", "'linea'")]
#[case::no_date("\"fecha\":\"2025-11-17\",", "", "'fecha'")]
#[case::wrong_date("\"fecha\":\"2025-11-17\"", "\"fecha\":\"17/11/2025\"", "'fecha'")]
#[case::wrong_hour("12:19:56.8966141", "25:19:56", "'hora'")]
#[case::no_product_code("\"codigo_producto\":\"000002\",", "", "'codigo_producto'")]
#[case::wrong_flag("\"es_no_fiscal\":false", "\"es_no_fiscal\":\"no\"", "'es_no_fiscal'")]
#[case::no_product("\"producto\":[{", "\"otro\":[{", "producto")]
#[case::null_product("\"producto\":[{", "\"producto\":null,\"otro\":[{", "'producto'")]
#[case::bare_product("\"producto\":[{", "\"producto\":{},\"otro\":[{", "'producto'")]
#[case::empty_product("\"producto\":[{", "\"producto\":[],\"otro\":[{", "'producto'")]
#[case::two_quantities("\"cantidad\":[{", "\"cantidad\":[{},{", "'cantidad'")]
#[case::text_in_money("\"financiero\":[{", "\"financiero\":[\"x\"],\"otro\":[{", "'financiero'")]
#[case::too_large("\"cantidad_vendida\":0.345", "\"cantidad_vendida\":7591234567890", "'cantidad_vendida'")]
#[case::no_json("\"cantidad_vendida\":0.345", "\"cantidad_vendida\":NaN", "")]
#[tokio::test]
async fn a_line_of_the_wrong_shape_is_named(#[case] from: &str, #[case] to: &str, #[case] field: &str) {
    let spoiled = line_with(&[(from, to)]);
    // Alone, it is no answer at all.
    let error = ask(sales_body("1", std::slice::from_ref(&spoiled))).await.unwrap_err();
    let KlkError::Malformed { element, detail, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*element, Some(0), "{error}");
    assert!(detail.contains(field), "{error}");
    assert!(detail.len() < 400, "{error}");

    // Among others it is one line less, and the others are there.
    let answer = ask(sales_body("3", &[numbered_line(7), spoiled, numbered_line(8)])).await.unwrap();
    assert_eq!(answer.lines.iter().map(|line| line.linea).collect::<Vec<_>>(), [7, 8]);
    assert_eq!((answer.received, answer.unreadable, answer.unreadable_lines.len()), (3, 1, 1));
    assert!(!answer.is_complete());
    let named = &answer.unreadable_lines[0];
    assert_eq!(named.place, 2);
    assert!(field.is_empty() || named.field.as_deref() == Some(field.trim_matches('\'')), "{named:?}");
}

#[rstest]
#[case("null")]
#[case("\"x\"")]
#[case("7")]
#[case("[1]")]
#[case("undefined")]
#[case("{\"numero_factura\":'C10'}")]
#[tokio::test]
async fn an_element_that_is_no_object_is_set_aside(#[case] element: &str) {
    let answer = ask(sales_body("2", &[line(), element.to_owned(), numbered_line(2)])).await.unwrap();
    assert_eq!((answer.lines.len(), answer.unreadable, answer.unreadable_lines[0].place), (2, 1, 2));
    // As many came as were announced, and still not all of what the source has.
    assert!(!answer.is_complete());
}

#[tokio::test]
async fn a_byte_that_is_no_text_spoils_its_line_only() {
    let latin = line_with(&[("QUESO", "JAM?N")]);
    let body = sales_body("3", &[line(), latin, numbered_line(2)]).replace("C10-01-00008064", "C10-01-00000007");
    let body: Vec<u8> = body.into_bytes().into_iter().map(|byte| if byte == b'?' { 0xD3 } else { byte }).collect();
    let server = sales_server(ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
    let answer = client(config(&server.uri())).sales(&question()).await.unwrap().into_parts().0;
    // The key of the first line is that of the one that cannot be read: nobody knows which of them is right.
    assert_eq!(answer.lines.iter().map(|line| line.linea).collect::<Vec<_>>(), [2]);
    let named = &answer.unreadable_lines[0];
    assert_eq!((named.place, named.invoice.as_deref(), named.line), (2, Some("C10-01-00000007"), Some(1)));
    assert_eq!(named.field.as_deref(), Some("descripcion_producto"));
    assert_eq!(named.value.as_deref(), Some(r#""JAM\xD3N BLANCO \""#));
}

#[rstest]
#[case::a_key_twice("\"linea\":1", "\"linea\":1,\"linea\":2")]
#[case::a_product_twice("\"cantidad\":[{", "\"producto\":[{}],\"cantidad\":[{")]
#[case::an_error("\"linea\":1", "\"linea\":1,\"error\":\"sin conexión\"")]
#[tokio::test]
async fn what_discredits_a_response_discredits_all_of_it(#[case] from: &str, #[case] to: &str) {
    let error = ask(sales_body("2", &[line(), line_with(&[(from, to)])])).await.unwrap_err();
    assert!(matches!(error, KlkError::Malformed { element: Some(1), .. }), "{error:?}");
}

#[rstest]
#[case::no_count(r#"{"meta":{},"ventas":[]}"#)]
#[case::negative(r#"{"meta":{"total_registros":-1},"ventas":[]}"#)]
#[case::text(r#"{"meta":{"total_registros":"0"},"ventas":[]}"#)]
#[case::fraction(r#"{"meta":{"total_registros":0.5},"ventas":[]}"#)]
#[case::meta_is_null(r#"{"meta":null,"ventas":[]}"#)]
#[case::meta_is_text(r#"{"meta":"x","ventas":[]}"#)]
#[case::no_meta(r#"{"ventas":[]}"#)]
#[case::no_array(r#"{"meta":{"total_registros":0}}"#)]
#[case::array_is_null(r#"{"meta":{"total_registros":0},"ventas":null}"#)]
#[case::array_is_object(r#"{"meta":{"total_registros":0},"ventas":{}}"#)]
#[case::two_arrays(r#"{"meta":{"total_registros":0},"ventas":[],"ventas":[]}"#)]
#[case::bare_array("[]")]
#[case::bare_text("\"ok\"")]
#[case::empty_object("{}")]
#[case::message(r#"{"message":"ok"}"#)]
#[case::rubbish_after(r#"{"meta":{"total_registros":0},"ventas":[]} x"#)]
#[case::silent_error(r#"{"error":null}"#)]
#[case::empty_body("")]
#[case::page("<!DOCTYPE html><html><body>Inicie sesión</body></html>")]
#[tokio::test]
async fn a_body_of_the_wrong_shape_is_no_answer(#[case] body: &str) {
    let error = ask(body.to_owned()).await.unwrap_err();
    assert!(matches!(error, KlkError::Malformed { element: None, .. }), "{error:?}");
    assert_eq!(error.class(), domain::ErrorClass::InvalidData);
}
