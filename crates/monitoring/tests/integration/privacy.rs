//! Personal data and secrets are sent by every way there is, and must arrive by none.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::post;
use domain::{ErrorClass, RunMode};
use monitoring::{Failure, Started, capture_server_error, http_layers, tracing_layers};
use tower::ServiceExt;
use tracing_subscriber::layer::SubscriberExt;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{info, reference_code, start};

/// Each as it is sent, and as it must not arrive.
const SECRETS: [(&str, &str); 12] = [
    ("authorization", "Bearer hdr-authorization-1"),
    ("cookie", "sid=hdr-cookie-2"),
    ("set-cookie", "sid=hdr-set-cookie-3"),
    ("x-api-key", "hdr-api-key-4"),
    ("proxy-authorization", "Basic hdr-proxy-5"),
    ("x-klk-sesion", "hdr-session-6"),
    ("x-klk-csrf", "hdr-csrf-7"),
    ("x-forwarded-for", "203.0.113.77"),
    ("x-cliente", "hdr-customer-8"),
    ("referer", "http://klk.example/?token=hdr-referer-9"),
    ("from", "ana.perez@example.com"),
    ("x-csrf-token", "hdr-csrf-token-10"),
];

const FREE_TEXT: &str = "falló para ana.perez@example.com con clave-klk-9f8e7d en \
    http://ana:pase-11@klk.example/v1?cedula=V-12345678 Authorization: Bearer txt-bearer-12";

const FORBIDDEN: [&str; 18] = [
    "hdr-authorization-1",
    "hdr-cookie-2",
    "hdr-set-cookie-3",
    "hdr-api-key-4",
    "hdr-proxy-5",
    "hdr-session-6",
    "hdr-csrf-7",
    "203.0.113.77",
    "hdr-customer-8",
    "hdr-referer-9",
    "hdr-csrf-token-10",
    "ana.perez",
    "clave-klk-9f8e7d",
    "pase-11",
    "V-12345678",
    "txt-bearer-12",
    "cuerpo-13",
    "consulta-14",
];

#[derive(Debug, thiserror::Error)]
#[error("{FREE_TEXT}")]
struct Talkative;

async fn handler() -> StatusCode {
    tracing::info!(correo = "ana.perez@example.com", x_api_key = "hdr-api-key-4", "miga: {FREE_TEXT}");
    tracing::warn!(authorization = "hdr-authorization-1", body = "cuerpo-13", "registro: {FREE_TEXT}");
    capture_server_error(&Talkative, "CODIGO-1");
    StatusCode::INTERNAL_SERVER_ERROR
}

#[tokio::test]
async fn nothing_of_it_arrives() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));

    let app: Router = Router::new().route("/api/etl/tracking/gaps", post(handler)).layer(http_layers(reference_code));
    let request = Request::post("http://klk.example/api/etl/tracking/gaps?correo=consulta-14");
    let request = SECRETS.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.oneshot(request.body(Body::from("nombre=cuerpo-13")).unwrap()).await.unwrap();

    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Incremental));
    let _ = monitor
        .extract(|step| async move {
            let request = step.request("POST", "/v1/ventas?correo=consulta-14");
            step.retry(2, ErrorClass::Timeout, FREE_TEXT, std::time::Duration::ZERO);
            request.failed(ErrorClass::Timeout, FREE_TEXT);
            Err::<(), _>(())
        })
        .await;
    monitor.finish_failed(Failure::new(ErrorClass::Timeout, FREE_TEXT));
    assert!(guard.shutdown());

    let arrived = server.text();
    for secret in FORBIDDEN {
        assert!(!arrived.contains(secret), "'{secret}' arrived: {arrived}");
    }
    // It was not for want of sending.
    assert_eq!(server.payloads("event").len(), 2);
    assert_eq!(server.payloads("transaction").len(), 2);
    assert_eq!(server.payloads("log").len(), 1);
    let event = &server.payloads("event")[0];
    assert_eq!(event["request"]["url"], "http://klk.example/api/etl/tracking/gaps");
    assert_eq!(event["tags"]["correlacion"], "CODIGO-1");
    assert!(event["exception"]["values"][0]["value"].as_str().unwrap().starts_with("falló para [correo]"));
}
