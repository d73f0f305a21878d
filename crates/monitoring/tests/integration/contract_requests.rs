//! What is reported of a request: its endpoint, the parts of a page, and one event for each answer of 5xx.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::{BranchId, EtlKind};
use monitoring::{
    EndpointTags, FailureDetail, Monitoring, RequestScope, STATIC_FILE, Started, capture_server_error,
    count_as_reported, http_layers, tracing_layers,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tracing_subscriber::layer::SubscriberExt;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{reference_code, settings, start};

const CLICK: (&str, &str) = ("sentry-trace", "09e04486820349518ac7b5d2adbf6ba5-9cf635fa5b870b3a-1");

#[derive(Debug, thiserror::Error)]
#[error("the database is gone")]
struct DatabaseGone;

/// A page of two parts, which are worked on in tasks of their own, as Leptos does.
async fn page(monitoring: Monitoring, request: Request) -> StatusCode {
    let scope = request.extensions().get::<RequestScope>().unwrap().clone();
    let part = |endpoint: &'static str, branch: Option<BranchId>, fails: bool| {
        let (scope, monitoring) = (scope.clone(), monitoring.clone());
        tokio::spawn(async move {
            let tags = EndpointTags { endpoint, kind: Some(EtlKind::Sales), branch: branch.as_ref() };
            let work = async {
                monitoring.query(endpoint).finish(Duration::from_millis(1));
                tokio::task::yield_now().await;
                if fails {
                    capture_server_error(&DatabaseGone, endpoint);
                    return Err(());
                }
                Ok(())
            };
            let _ = scope.serve_part(&tags, work).await;
        })
    };
    let parts = [part("get_gaps", Some(BranchId::new("tienda_01")), true), part("get_progreso", None, true)];
    for part in parts {
        part.await.unwrap();
    }
    StatusCode::OK
}

async fn full() -> Response {
    let mut answer = StatusCode::SERVICE_UNAVAILABLE.into_response();
    answer.extensions_mut().insert(FailureDetail("Hay demasiadas páginas".to_owned()));
    answer
}

/// Its failure was reported for another request a moment ago.
async fn reported_already() -> StatusCode {
    count_as_reported();
    StatusCode::SERVICE_UNAVAILABLE
}

async fn panicking() -> StatusCode {
    assert!(std::hint::black_box(false), "a handler panics");
    StatusCode::OK
}

async fn failing() -> StatusCode {
    capture_server_error(&DatabaseGone, "OTROCODE");
    StatusCode::INTERNAL_SERVER_ERROR
}

fn app(monitoring: &Monitoring) -> Router {
    let monitoring = monitoring.clone();
    Router::new()
        .route("/", get(move |request: Request| page(monitoring, request)))
        .route("/api/eventos", get(full))
        .route("/api/falla", get(failing))
        .route("/api/lejos", get(reported_already))
        .route("/api/panico", get(panicking))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(CatchPanicLayer::new())
        .layer(http_layers(reference_code))
}

async fn ask(app: &Router, path: &str) -> StatusCode {
    let request = Request::get(path).header(CLICK.0, CLICK.1).body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap().status()
}

fn spans<'a>(transaction: &'a Value, op: &str) -> Vec<&'a Value> {
    transaction["spans"].as_array().unwrap().iter().filter(|span| span["op"] == op).collect()
}

#[tokio::test]
async fn the_parts_of_a_page_are_spans_that_share_no_tags() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    ask(&app(&monitoring), "/").await;
    drop(guard);

    let [transaction] = server.payloads("transaction").try_into().unwrap();
    assert_eq!(transaction["transaction"], "/");
    assert_eq!(transaction["tags"], json!({"component": "api"}));
    let parts = spans(&transaction, "function");
    assert_eq!(parts.len(), 2, "{transaction}");
    for part in &parts {
        let query = spans(&transaction, "db.query")
            .into_iter()
            .find(|query| query["parent_span_id"] == part["span_id"])
            .unwrap();
        assert_eq!(query["description"], part["description"]);
        assert_eq!(part["tags"]["endpoint"], part["description"]);
        assert_eq!(part["status"], "internal_error");
    }

    let mut events = server.payloads("event");
    events.sort_by_key(|event| event["tags"]["endpoint"].to_string());
    let [gaps, progress] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((&gaps["tags"]["tienda"], &gaps["tags"]["endpoint"]), (&json!("tienda_01"), &json!("get_gaps")));
    assert_eq!((&progress["tags"]["tienda"], &progress["tags"]["endpoint"]), (&Value::Null, &json!("get_progreso")));
    for event in events {
        assert_eq!(event["tags"]["correlacion"], event["tags"]["endpoint"], "each its own code");
        assert_eq!(event["contexts"]["trace"]["trace_id"], "09e04486820349518ac7b5d2adbf6ba5");
    }
}

#[tokio::test]
async fn an_answer_of_5xx_is_one_event_with_the_code_whoever_made_it() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));
    let app = app(&monitoring);
    for path in ["/api/eventos", "/api/falla", "/api/panico"] {
        assert!(ask(&app, path).await.is_server_error());
    }
    drop(guard);

    let found: Vec<_> = server
        .payloads("event")
        .iter()
        .map(|event| {
            let text = [&event["message"], &event["exception"]["values"][0]["value"]];
            let text = text.into_iter().find_map(Value::as_str).unwrap().to_owned();
            (event["transaction"].as_str().unwrap().to_owned(), text, event["tags"]["correlacion"].clone())
        })
        .collect();
    let expected = [
        ("/api/eventos", "HTTP 503 en /api/eventos: Hay demasiadas páginas", json!("K7Q2M9XN")),
        ("/api/falla", "the database is gone", json!("OTROCODE")),
        ("/api/panico", "a handler panics", json!("K7Q2M9XN")),
    ];
    assert_eq!(found, expected.map(|(route, text, code)| (route.to_owned(), text.to_owned(), code)));
}

#[tokio::test]
async fn the_same_answer_of_5xx_is_one_event_a_minute_and_one_reported_elsewhere_is_none() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let app = app(&monitoring);
    for _ in 0..20 {
        assert!(ask(&app, "/api/eventos").await.is_server_error());
        assert!(ask(&app, "/api/lejos").await.is_server_error());
    }
    drop(guard);
    let [event] = server.payloads("event").try_into().unwrap();
    assert_eq!((&event["transaction"], &event["extra"]["omitidas_antes"]), (&json!("/api/eventos"), &json!(0)));
}

#[tokio::test]
async fn files_of_the_site_are_under_one_name_where_a_page_keeps_them() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let app = app(&monitoring);
    ask(&app, "/pkg/klk.js").await;
    let request = Request::get("/pkg/klk.wasm").body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap();
    drop(guard);
    let [transaction] = server.payloads("transaction").try_into().unwrap();
    assert_eq!(transaction["transaction"], STATIC_FILE);
}

#[tokio::test]
async fn a_slow_statement_says_who_asked() {
    let server = FakeSentry::start(Manner::Accept);
    let mut settings = settings(&server);
    settings.slow_query_limit = Duration::from_secs(5);
    let Started { monitoring, guard, .. } = monitoring::init(settings);
    let asking = monitoring.clone();
    let handler = move || async move {
        EndpointTags { endpoint: "get_metricas", kind: None, branch: None }.apply();
        let query = asking.query("metricas");
        // The work ends on another thread, which knows nothing of the request.
        tokio::task::spawn_blocking(move || query.finish(Duration::from_secs(6))).await.unwrap();
    };
    let app: Router = Router::new().route("/api/metricas", get(handler)).layer(http_layers(reference_code));
    ask(&app, "/api/metricas").await;
    drop(guard);
    let [event] = server.payloads("event").try_into().unwrap();
    assert_eq!((&event["level"], &event["tags"]["consulta"]), (&json!("warning"), &json!("metricas")));
    assert_eq!((&event["tags"]["endpoint"], &event["transaction"]), (&json!("get_metricas"), &json!("/api/metricas")));
}
