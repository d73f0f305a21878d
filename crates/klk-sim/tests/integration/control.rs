//! The control endpoints.

use klk_sim::RequestReport;
use serde_json::{Value, json};

use crate::server::{Server, elements};

#[tokio::test]
async fn faults_are_added_listed_with_their_hits_and_removed() {
    let server = Server::start().await;
    let fault = json!({
        "branch": "SUC001", "endpoint": "ventas", "times": 5,
        "sales_from": "2025-11-17T10:00:00", "sales_to": "2025-11-17T13:00:00",
        "kind": { "status": { "code": 503, "html": false } },
    });
    assert_eq!(server.post("/_sim/faults", &fault).await, (201, json!({ "id": 1 })));
    assert_eq!(
        server.post("/_sim/faults", &json!({ "kind": "refuse", "branch": "SUC002" })).await.1,
        json!({ "id": 2 })
    );
    assert_eq!(server.sales("SUC001").await.0, 503);
    let (_, faults) = server.get("/_sim/faults").await;
    assert_eq!((&faults[0]["id"], &faults[0]["hits"], &faults[1]["hits"]), (&json!(1), &json!(1), &json!(0)));
    for (name, value) in fault.as_object().unwrap() {
        assert_eq!(&faults[0]["fault"][name], value);
    }
    let delete = async |path: &str| server.client.delete(server.url(path)).send().await.unwrap().status().as_u16();
    assert_eq!(delete("/_sim/faults/1").await, 204);
    assert_eq!(delete("/_sim/faults/1").await, 404);
    assert_eq!(server.sales("SUC001").await.0, 200);
    assert_eq!(delete("/_sim/faults").await, 200);
    assert_eq!(server.get("/_sim/faults").await.1, json!([]));
}

#[tokio::test]
async fn a_fault_with_a_name_that_does_not_exist_is_a_bad_request() {
    let server = Server::start().await;
    for fault in [json!({ "kind": "boom" }), json!({ "kind": "refuse", "sucursal": "SUC001" }), json!({})] {
        assert_eq!(server.post("/_sim/faults", &fault).await.0, 400, "{fault}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_endpoint_and_store() {
    let server = Server::start().await;
    server.sales("SUC001").await;
    server.sales("SUC001").await;
    server.get("/maestra/almacenes/pisoventa").await;
    let report: RequestReport = serde_json::from_value(server.get("/_sim/requests").await.1).unwrap();
    let counts: Vec<(&str, u64)> = report.counts.iter().map(|count| (count.branch.as_str(), count.count)).collect();
    assert_eq!(counts, [("SUC001", 2), ("*", 1)]);
    assert_eq!(report.recent.len(), 3);
    assert_eq!(report.recent[0].question, "2025-11-17..2025-11-17 12:00..12:30");
}

#[tokio::test]
async fn late_sales_are_held_back_from_answers_and_not_from_the_truth() {
    let server = Server::start().await;
    let day = json!({ "sucursal": "SUC001", "fecha_desde": "2025-11-17", "fecha_hasta": "2025-11-17" });
    let truth =
        async || server.get("/_sim/truth?sucursal=SUC001&fecha_desde=2025-11-17&fecha_hasta=2025-11-17").await.1;
    let count = |answer: &Value| elements(answer, "ventas").len() as u64;
    let before = count(&server.post("/ventas", &day).await.1);
    assert_eq!(truth().await["lines"], before);
    let late = json!({
        "branch": "SUC001", "sales_from": "2025-11-17T12:00:00", "sales_to": "2025-11-17T13:00:00",
        "available_from": "2025-11-19T00:00:00Z",
    });
    let response = server.try_post("/_sim/late", &late).await.unwrap();
    assert_eq!(response.status(), 201);
    assert!(count(&server.post("/ventas", &day).await.1) < before);
    assert_eq!(truth().await["lines"], before);
}

#[tokio::test]
async fn the_truth_of_an_unknown_store_is_an_error() {
    let server = Server::start().await;
    let (_, answer) = server.get("/_sim/truth?sucursal=SUC999&fecha_desde=2025-11-17&fecha_hasta=2025-11-17").await;
    assert!(answer["error"].is_string());
}

#[tokio::test]
async fn health_says_what_is_simulated() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/_sim/health").await,
        (200, json!({ "status": "ok", "seed": 7, "branches": 5, "now": "2025-11-18T16:00:00Z" }))
    );
}
