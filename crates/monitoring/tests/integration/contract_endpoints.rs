//! The names that dashboards, alerts and searches of endpoints are written against.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::get;
use domain::{BranchId, ErrorClass, EtlKind, RunId};
use monitoring::{
    EndpointTags, FoundChange, GapRecovery, Monitoring, REPORTED_TARGET, SourceChange, Started, TraceHeaders,
    UNMATCHED_ROUTE, capture_server_error, http_layers, tracing_layers,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tracing_subscriber::layer::SubscriberExt;
use uuid::Uuid;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{level, reference_code, settings, start};

#[derive(Debug, thiserror::Error)]
#[error("the database is gone")]
struct DatabaseGone;

fn app(monitoring: &Monitoring) -> Router {
    let monitoring = monitoring.clone();
    let gaps = move || async move {
        let branch = BranchId::new("tienda_01");
        EndpointTags { endpoint: "get_gaps", kind: Some(EtlKind::Sales), branch: Some(&branch) }.apply();
        monitoring.query("v_gaps_por_recuperar").finish(Duration::from_millis(3));
        StatusCode::OK
    };
    let broken = || async {
        EndpointTags { endpoint: "get_metricas", kind: None, branch: None }.apply();
        capture_server_error(&DatabaseGone, "K7Q2-XN");
        tracing::error!(target: REPORTED_TARGET, "the database is gone");
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let panicking = || async {
        assert!(std::hint::black_box(false), "a handler panics");
        StatusCode::OK
    };
    Router::new()
        .route("/api/etl/tracking/gaps", get(gaps))
        .route("/api/etl/tracking/metricas", get(broken))
        .route("/tiendas/{id}", get(|| async { StatusCode::OK }))
        .route("/panic", get(panicking))
        .route("/health/live", get(|| async { StatusCode::OK }))
        .layer(CatchPanicLayer::new())
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(http_layers(reference_code))
}

async fn ask(app: &Router, uri: &str, headers: &[(&str, &str)]) -> StatusCode {
    let request = headers.iter().fold(Request::get(uri), |builder, (name, value)| builder.header(*name, *value));
    app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
}

fn named<'a>(transactions: &'a [Value], name: &str) -> &'a Value {
    transactions.iter().find(|transaction| transaction["transaction"] == name).unwrap()
}

#[tokio::test]
async fn transactions_are_named_by_their_route_alone() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let app = app(&monitoring);
    for uri in ["/tiendas/7", "/wp-login.php", "/otra/cosa", "/health/live", "/api/etl/tracking/gaps?etl_tipo=ventas"] {
        ask(&app, uri, &[]).await;
    }
    drop(guard);
    let transactions = server.payloads("transaction");
    let names: Vec<_> = transactions.iter().map(|transaction| transaction["transaction"].as_str().unwrap()).collect();
    assert_eq!(names, ["/tiendas/{id}", UNMATCHED_ROUTE, UNMATCHED_ROUTE, "/api/etl/tracking/gaps"]);
    assert_eq!(transactions[0]["contexts"]["trace"]["op"], "http.server");
    assert_eq!(transactions[0]["tags"]["component"], "api");
}

#[tokio::test]
async fn an_endpoint_has_its_tags_its_queries_and_the_callers_trace() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let trace = [("sentry-trace", "09e04486820349518ac7b5d2adbf6ba5-9cf635fa5b870b3a-1")];
    ask(&app(&monitoring), "/api/etl/tracking/gaps", &trace).await;
    drop(guard);
    let transactions = server.payloads("transaction");
    let transaction = named(&transactions, "/api/etl/tracking/gaps");
    let tags = json!({
        "component": "api", "endpoint": "get_gaps", "etl_tipo": "ventas", "ubicacion_id": "tienda_01",
        "tienda": "tienda_01",
    });
    assert_eq!(transaction["tags"], tags);
    assert_eq!(transaction["contexts"]["trace"]["trace_id"], "09e04486820349518ac7b5d2adbf6ba5");
    let query = &transaction["spans"][0];
    assert_eq!((&query["op"], &query["description"]), (&json!("db.query"), &json!("v_gaps_por_recuperar")));
}

#[tokio::test]
async fn an_internal_error_is_one_event_with_its_code() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));
    ask(&app(&monitoring), "/api/etl/tracking/metricas", &[]).await;
    drop(guard);
    let [event] = server.payloads("event").try_into().unwrap();
    assert_eq!(event["tags"]["correlacion"], "K7Q2-XN");
    assert_eq!((&event["tags"]["endpoint"], &event["tags"]["etl_tipo"]), (&json!("get_metricas"), &json!("all")));
    assert_eq!(event["transaction"], "/api/etl/tracking/metricas");
    assert_eq!(event["exception"]["values"][0]["value"], "the database is gone");
    let transaction = &server.payloads("transaction")[0];
    assert_eq!(event["contexts"]["trace"]["trace_id"], transaction["contexts"]["trace"]["trace_id"]);
}

#[tokio::test]
async fn a_panic_is_one_event() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));
    assert_eq!(ask(&app(&monitoring), "/panic", &[]).await, StatusCode::INTERNAL_SERVER_ERROR);
    drop(guard);
    let [event] = server.payloads("event").try_into().unwrap();
    assert_eq!(event["exception"]["values"][0]["value"], "a handler panics");
    assert_eq!(event["transaction"], "/panic");
}

#[tokio::test]
async fn an_error_that_nobody_captured_is_an_event_when_it_is_logged() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));
    tracing::error!("the scheduler stopped");
    tracing::error!(target: REPORTED_TARGET, "already captured");
    drop(guard);
    let [event] = server.payloads("event").try_into().unwrap();
    assert_eq!(event["message"], "the scheduler stopped");
    assert_eq!(server.payloads("log").len(), 2);
}

#[tokio::test]
async fn recoveries_are_found_by_the_searches_written_for_them() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let (branch, runs) = (BranchId::new("tienda_01"), [RunId(Uuid::from_u128(1)), RunId(Uuid::from_u128(2))]);
    let click = TraceHeaders::from_stored(Some("09e04486820349518ac7b5d2adbf6ba5-9cf635fa5b870b3a-0"), None);
    let recovery = GapRecovery {
        kind: EtlKind::Sales,
        branch: &branch,
        from: "2025-11-17 09:30",
        to: "2025-11-17 10:30",
        windows: 2,
        requested_by: "operaciones",
        runs: &runs,
        caused_by: click.as_ref(),
    };
    monitoring.gap_recovered(&recovery);
    monitoring.gap_recovery_failed(&recovery, ErrorClass::Timeout, "El POS no respondió");
    drop(guard);

    let events = server.payloads("event");
    let [recovered, failed] = events.as_slice() else { panic!("{events:?}") };
    for event in [recovered, failed] {
        assert_eq!(event["tags"]["endpoint"], "recuperar_gap");
        assert_eq!(event["tags"]["tienda"], "tienda_01");
        assert_eq!(event["transaction"], "/api/etl/tracking/recuperar-gap");
        assert_eq!(event["contexts"]["trace"]["trace_id"], "09e04486820349518ac7b5d2adbf6ba5");
        let plan = &event["contexts"]["gap_recovery"];
        assert_eq!((&plan["solicitado_por"], &plan["ventanas"]), (&json!("operaciones"), &json!(2)));
        assert_eq!(plan["ejecuciones"].as_array().unwrap().len(), 2);
    }
    assert_eq!((level(recovered), level(failed)), ("info", "error"));
    assert_eq!(failed["tags"]["error_tipo"], "timeout");
}

#[tokio::test]
async fn a_slow_query_is_a_warning() {
    let server = FakeSentry::start(Manner::Accept);
    let mut settings = settings(&server);
    settings.slow_query_limit = Duration::ZERO;
    let Started { monitoring, guard, .. } = monitoring::init(settings);
    monitoring.query("metricas").finish(Duration::from_millis(3));
    drop(guard);
    let [event] = server.payloads("event").try_into().unwrap();
    assert_eq!((&event["level"], &event["message"]), (&json!("warning"), &json!("Consulta lenta: metricas")));
    assert_eq!(event["fingerprint"], json!(["consulta_lenta", "metricas"]));
}

#[tokio::test]
async fn a_page_is_given_the_trace_it_belongs_to() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { guard, .. } = start(&server);
    let app: Router = Router::new()
        .route("/pagina", get(|| async { TraceHeaders::current().map_or_else(String::new, |trace| trace.baggage) }))
        .layer(http_layers(reference_code));
    let trace = "09e04486820349518ac7b5d2adbf6ba5";
    let request = Request::get("/pagina").header("sentry-trace", format!("{trace}-9cf635fa5b870b3a-1"));
    let answer = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
    drop(guard);
    let expected = format!(
        "sentry-trace_id={trace},sentry-public_key=publickey0123,sentry-release=klk-tracking%400.1.0,\
         sentry-environment=test,sentry-sampled=true"
    );
    assert_eq!(String::from_utf8(body.to_vec()).unwrap(), expected);
}

#[tokio::test]
async fn a_closed_day_that_the_source_changed_is_one_warning_with_its_store_and_day() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let branch = BranchId::new("tienda_01");
    let waiting = FoundChange::Waiting { half_hours: 2, loaded: 40, announced: 43 };
    let loaded = FoundChange::Loaded { added: 1, changed: 2, removed: 3, usd: "-2.5", bs: "-590.25" };
    for found in [waiting, loaded] {
        monitoring.source_changed(&SourceChange { branch: &branch, date: "2025-11-17", run: "r-1", found });
    }
    drop(guard);
    let events = server.payloads("event");
    let [waiting, event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(waiting["contexts"]["conciliacion"]["lineas_anunciadas"], 43);
    assert_eq!(waiting["fingerprint"], event["fingerprint"]);
    assert_eq!((level(event), &event["tags"]["tienda"]), ("warning", &json!("tienda_01")));
    assert_eq!(event["tags"]["fecha"], "2025-11-17");
    assert_eq!(event["contexts"]["conciliacion"]["diferencia_usd"], "-2.5");
    assert_eq!(event["fingerprint"], json!(["origen_cambiado", "tienda_01", "2025-11-17"]));
}
