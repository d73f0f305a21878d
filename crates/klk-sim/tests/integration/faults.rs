//! What a client sees of each fault.

use std::collections::BTreeSet;
use std::time::Duration;

use klk_sim::{Fault, SimConfig};
use rstest::rstest;
use serde_json::{Value, json};

use crate::server::{Server, elements, noon};

/// A server with one fault of the noon of one store.
async fn with_fault(text: &str) -> Server {
    let server = Server::start().await;
    let fault: Fault = format!("SUC001:ventas:{text}:2025-11-17T12:00..13:00").parse().unwrap();
    server.sim.add_fault(fault);
    server
}

async fn sent(server: &Server) -> reqwest::Result<reqwest::Response> {
    server.try_post("/ventas", &noon("SUC001")).await
}

/// The same question to the same stores without faults.
async fn undisturbed() -> Value {
    Server::start().await.sales("SUC001").await.1
}

fn keys(answer: &Value) -> Vec<(String, u64)> {
    elements(answer, "ventas")
        .iter()
        .map(|line| (line["numero_factura"].as_str().unwrap().to_owned(), line["linea"].as_u64().unwrap()))
        .collect()
}

#[rstest]
#[case("status=503", "application/json")]
#[case("html=503", "text/html; charset=utf-8")]
#[tokio::test]
async fn a_status_comes_as_json_or_as_a_page(#[case] text: &str, #[case] content_type: &str) {
    let server = with_fault(text).await;
    let response = sent(&server).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["content-type"], content_type);
    assert!(response.text().await.unwrap().starts_with(if text.starts_with("html") { "<html>" } else { "{\"error\"" }));
}

#[tokio::test]
async fn other_stores_hours_and_endpoints_are_not_hit() {
    let server = with_fault("status=503").await;
    assert_eq!(server.sales("SUC002").await.0, 200);
    let mut later = noon("SUC001");
    (later["hora_desde"], later["hora_hasta"]) = ("13:00".into(), "13:30".into());
    assert_eq!(server.post("/ventas", &later).await.0, 200);
    assert_eq!(server.get("/maestra/almacenes/Reposicion?sucursal=SUC001").await.0, 200);
    assert_eq!(server.sales("SUC001").await.0, 503);
}

#[tokio::test]
async fn a_fault_is_over_after_its_times() {
    let server = with_fault("status=503").await;
    server.sim.clear_faults();
    server.sim.add_fault("SUC001:ventas:status=503:times=2".parse().unwrap());
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(server.sales("SUC001").await.0);
    }
    assert_eq!(statuses, [503, 503, 200]);
}

#[tokio::test]
async fn an_error_comes_with_status_200() {
    let server = with_fault("error=Sucursal sin conexion").await;
    assert_eq!(server.sales("SUC001").await, (200, json!({ "error": "Sucursal sin conexion" })));
}

#[tokio::test]
async fn an_answer_that_is_no_json_has_status_200() {
    let response = sent(&with_fault("not_json").await).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(serde_json::from_str::<Value>(&response.text().await.unwrap()).is_err());
}

#[rstest]
#[case("refuse")]
#[case("reset")]
#[case("hang=0")]
#[tokio::test]
async fn a_connection_that_ends_has_no_answer(#[case] text: &str) {
    let server = with_fault(text).await;
    let error = sent(&server).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    assert_eq!(server.sales("SUC002").await.0, 200, "the server lives on");
}

#[tokio::test]
async fn a_reset_is_seen_as_one() {
    let error = sent(&with_fault("reset").await).await.unwrap_err();
    assert_eq!(io_kind(&error), Some(std::io::ErrorKind::ConnectionReset), "{error:?}");
}

fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    match error.downcast_ref::<std::io::Error>() {
        Some(error) => Some(error.kind()),
        None => error.source().and_then(io_kind),
    }
}

#[tokio::test]
async fn a_client_that_does_not_wait_sees_a_timeout() {
    let server = with_fault("hang=600").await;
    let request = server.client.post(server.url("/ventas")).json(&noon("SUC001")).timeout(Duration::from_millis(200));
    assert!(request.send().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_server_that_is_stopped_does_not_wait_for_those_who_hang() {
    let server = with_fault("hang=600").await;
    let hanging = server.client.post(server.url("/ventas")).json(&noon("SUC001"));
    let hanging = tokio::spawn(async move { hanging.send().await });
    while server.sim.requests().recent.is_empty() {
        tokio::task::yield_now().await;
    }
    server.stop().await;
    assert!(hanging.await.unwrap().is_err());
}

#[rstest]
#[case(0)]
#[case(2_000)]
#[case(usize::MAX)]
#[tokio::test]
async fn a_cut_body_promises_more_than_comes(#[case] after_bytes: usize) {
    let server = with_fault(&format!("cut={after_bytes}")).await;
    let mut response = sent(&server).await.unwrap();
    assert_eq!(response.status(), 200);
    let promised = response.content_length().unwrap();
    let mut received = 0;
    let ended = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => received += chunk.len() as u64,
            ended => break ended,
        }
    };
    assert!(ended.unwrap_err().is_body() || received < promised);
    assert_eq!(received, (after_bytes as u64).min(promised - 1));
}

#[tokio::test]
async fn a_short_answer_announces_what_it_lacks() {
    let (whole, (_, answer)) = (undisturbed().await, with_fault("short=5").await.sales("SUC001").await);
    assert_eq!(answer["meta"], whole["meta"]);
    assert_eq!(elements(&answer, "ventas").len() + 5, elements(&whole, "ventas").len());
}

#[tokio::test]
async fn lines_that_come_twice_are_announced_once() {
    let (whole, (_, answer)) = (undisturbed().await, with_fault("duplicates=4").await.sales("SUC001").await);
    assert_eq!(answer["meta"], whole["meta"]);
    let received = keys(&answer);
    assert_eq!(received.len(), keys(&whole).len() + 4);
    assert_eq!(received.into_iter().collect::<BTreeSet<_>>(), keys(&whole).into_iter().collect());
}

#[rstest]
#[case("malformed=3", |line: &Value| line.get("numero_factura").is_none())]
#[case("malformed=3/two_objects", |line: &Value| line["producto"].as_array().unwrap().len() == 2)]
#[case("malformed=3/text_for_number", |line: &Value| line["cantidad"][0]["cantidad_vendida"].is_string())]
#[case("malformed=3/not_an_object", Value::is_string)]
#[tokio::test]
async fn a_malformed_line_is_among_right_ones(#[case] text: &str, #[case] is_wrong: fn(&Value) -> bool) {
    let (whole, (_, answer)) = (undisturbed().await, with_fault(text).await.sales("SUC001").await);
    let (mut lines, mut expected) = (elements(&answer, "ventas").clone(), elements(&whole, "ventas").clone());
    assert!(is_wrong(&lines.remove(3)));
    expected.remove(3);
    assert_eq!(lines, expected);
}

#[rstest]
#[case("slow=1")]
#[case("drip=20000/1")]
#[tokio::test]
async fn a_slow_answer_is_the_right_one(#[case] text: &str) {
    assert_eq!(with_fault(text).await.sales("SUC001").await, (200, undisturbed().await));
}

#[tokio::test]
async fn articles_fail_the_same_ways() {
    let server = Server::start().await;
    let ask = async || server.post("/maestra/articulos/almacen", &json!({ "Codigoalmacen": "APP-TPF" })).await.1;
    let whole = ask().await;
    server.sim.add_fault("SUC001:articulos:short=5:times=1".parse().unwrap());
    let short = ask().await;
    assert_eq!(short["meta"], whole["meta"]);
    assert_eq!(elements(&short, "articulos").len() + 5, elements(&whole, "articulos").len());
    server.sim.add_fault("SUC001:articulos:malformed=0/text_for_number:times=1".parse().unwrap());
    assert!(ask().await["articulos"][0]["stock"].is_string());
    assert_eq!(ask().await, whole);
}

#[tokio::test]
async fn a_fault_of_a_store_hits_the_questions_about_its_warehouses() {
    let server = Server::with(SimConfig::five_stores(7)).await;
    server.sim.add_fault("SUC003:any:status=500".parse().unwrap());
    let status = async |body: Value| server.try_post("/maestra/articulos/almacen", &body).await.unwrap().status();
    assert_eq!(status(json!({ "Codigoalmacen": "TANT" })).await, 500);
    assert_eq!(status(json!({ "Codigoalmacen": "APP-TPF" })).await, 200);
}
