//! What a browser sends through us: true envelopes of its SDK (`tests/fixtures/browser/capture.mjs` makes them), with
//! secrets in every place that the SDK fills.

use std::path::Path;
use std::time::Duration;

use monitoring::{DropReason, ItemKind, Monitoring, RelayAnswer, Relayed, Started, init};
use serde_json::json;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{settings, start};

const FIXTURE_DSN: &str = "https://publickey0123@sentry.example/42";
const TYPES: [&str; 7] = ["event", "transaction", "stream_span", "log", "trace_metric", "session", "client_report"];

/// What was planted, each with the place that it was planted in as part of its text.
const FORBIDDEN: [&str; 20] = [
    "ana.perez",
    "V-12345678",
    "usuaria-2",
    "203.0.113.77",
    "fragmento-1",
    "cabecera-3",
    "galleta-4",
    "cuerpo-5",
    "clave-6",
    "fragmento-7",
    "llave-8",
    "fragmento-9",
    "consulta-10",
    "fragmento-11",
    "galleta-12",
    "texto-13",
    "clave-14",
    "galleta-15",
    "cuerpo-16",
    "cedula",
];

fn fixture(name: &str, dsn: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/browser/{name}.envelope"));
    std::fs::read_to_string(path).unwrap().replace(FIXTURE_DSN, dsn).into_bytes()
}

fn relay(monitoring: &Monitoring, server: &FakeSentry, name: &str) -> Relayed {
    monitoring.relay(&fixture(name, &server.dsn()))
}

fn accepted() -> Relayed {
    Relayed::Answered(RelayAnswer { status: 200, rate_limits: None, retry_after: None })
}

#[test]
fn nothing_private_arrives_and_everything_else_does() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard: _guard, .. } = start(&server);
    for name in TYPES {
        assert!(
            FORBIDDEN.iter().any(|secret| String::from_utf8_lossy(&fixture(name, "")).contains(secret))
                || name == "client_report"
        );
        assert_eq!(relay(&monitoring, &server, name), accepted(), "{name}");
    }
    let arrived = server.text();
    for secret in FORBIDDEN {
        assert!(!arrived.contains(secret), "'{secret}' arrived: {arrived}");
    }
    assert!(server.content_types().iter().all(|kind| kind == "application/x-sentry-envelope"));

    let event = &server.payloads("event")[0];
    assert_eq!(event["request"], json!({"url": "https://klk.example/gaps", "headers": {}}));
    assert_eq!(event["user"], json!({"id": "7"}));
    assert_eq!(event["exception"]["values"][0]["value"], "falló para [correo] en /api Authorization: [oculto]");
    let crumbs = event["breadcrumbs"].as_array().unwrap();
    assert_eq!(crumbs[1]["data"]["url"], "https://[oculto]@klk.example/v1");
    assert_eq!(crumbs[2]["data"], json!({"from": "/entrar", "to": "/gaps"}));
    assert_eq!(crumbs[3]["data"]["arguments"], json!(["sesion", {}, "/b"]));
    let transaction = &server.items("transaction")[0];
    assert_eq!(transaction.payload["transaction"], "/gaps");
    assert_eq!(transaction.payload["spans"][0]["data"]["http.url"], "https://klk.example/api/etl/tracking/gaps");
    // The sampling context names the transaction too, and still says whose it is.
    let trace = &transaction.envelope_header["trace"];
    assert_eq!((&trace["transaction"], &trace["public_key"]), (&json!("/gaps"), &json!("publickey0123")));
}

#[test]
fn sessions_reports_and_spans_pass_unharmed() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    for name in ["session", "client_report", "stream_span"] {
        relay(&monitoring, &server, name);
    }
    let session = &server.payloads("session")[0];
    assert_eq!((&session["status"], &session["errors"], &session["did"]), (&json!("ok"), &json!(1), &json!("7")));
    assert_eq!(session["attrs"], json!({"release": "klk-tracking@0.1.0", "environment": "test"}));
    let report = &server.payloads("client_report")[0];
    assert_eq!(
        report["discarded_events"],
        json!([{"reason": "sample_rate", "category": "transaction", "quantity": 1}])
    );
    let spans = server.payloads("span");
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[0]["attributes"]["url.full"], json!({"value": "https://klk.example/api", "type": "string"}));
    assert_eq!(spans[0]["attributes"]["http.response.status_code"], json!({"value": 200, "type": "integer"}));
    drop(guard);
    // One each of session and report, and an envelope with two spans.
    assert_eq!(monitoring.status().sent_last_day[&ItemKind::Other], 4);
}

#[test]
fn nothing_for_another_project_passes() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard: _guard, .. } = start(&server);
    let own = server.dsn();
    let foreign = [
        own.replace("publickey0123", "otherkey4567"),
        own.replace("127.0.0.1", "sentry.io"),
        own.replace("/42", "/43"),
        own.replace("/42", "/prefix/42"),
        "https://publickey0123@sentry.io/42".to_owned(),
        "no dsn".to_owned(),
    ];
    for dsn in foreign {
        assert_eq!(monitoring.relay(&fixture("event", &dsn)), Relayed::Foreign, "{dsn}");
    }
    assert_eq!(monitoring.relay(b"{}\n{\"type\":\"event\"}\n{}\n"), Relayed::Foreign);
    assert_eq!(server.requests(), 0);
}

#[test]
fn what_is_no_envelope_does_not_leave_and_is_counted() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard: _guard, .. } = start(&server);
    let header = format!("{{\"dsn\":\"{}\"}}\n", server.dsn());
    for rest in
        ["{\"type\":\"event\"}\nnot json\n", "{\"type\":\"event\",\"length\":9999}\n{}\n", "event\n{}\n", "{}\n{}\n"]
    {
        assert_eq!(monitoring.relay(format!("{header}{rest}").as_bytes()), Relayed::Unreadable, "{rest}");
    }
    for bytes in [&b""[..], b"\n", b"hola", b"[1]\n", b"\xff\xfe\n"] {
        assert_eq!(monitoring.relay(bytes), Relayed::Unreadable);
    }
    let [dropped] = monitoring.status().dropped_last_day.try_into().unwrap();
    assert_eq!((dropped.kind, dropped.reason, dropped.count), (ItemKind::Other, DropReason::Unreadable, 9));
    assert_eq!(server.requests(), 0);
    assert_eq!(Monitoring::disabled().relay(&fixture("event", FIXTURE_DSN)), Relayed::Off);
}

#[test]
fn counts_that_cannot_be_true_are_not_believed_and_our_own_errors_go_on() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let metric = format!(
        "{{\"dsn\":\"{}\"}}\n{{\"type\":\"trace_metric\",\"item_count\":18446744073709551615}}\n{{\"items\":[]}}\n",
        server.dsn()
    );
    for _ in 0..3 {
        assert_eq!(monitoring.relay(metric.as_bytes()), accepted());
    }
    monitoring::capture_server_error(&std::io::Error::other("propio"), "AB12CD34");
    drop(guard);
    assert!(server.text().contains("propio"));
    assert!(monitoring.status().sent_last_day[&ItemKind::Metric] < 100);
}

#[test]
fn a_browser_sends_what_browsers_send_and_no_check_in() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard: _guard, .. } = start(&server);
    for forged in ["check_in", "statsd", "profile", "otel_log"] {
        let envelope = format!("{{\"dsn\":\"{}\"}}\n{{\"type\":\"{forged}\"}}\n{{\"status\":\"ok\"}}\n", server.dsn());
        assert_eq!(monitoring.relay(envelope.as_bytes()), Relayed::Unreadable, "{forged}");
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn what_sentry_asks_for_is_handed_back() {
    let server = FakeSentry::start(Manner::LimitTransactions);
    let Started { monitoring, guard: _guard, .. } = start(&server);
    let limits = Some("60:transaction:project".to_owned());
    let answer = RelayAnswer { status: 200, rate_limits: limits, retry_after: None };
    assert_eq!(relay(&monitoring, &server, "event"), Relayed::Answered(answer));
    // From here on Sentry is not bothered with them; they wait.
    assert_eq!(relay(&monitoring, &server, "transaction"), Relayed::Kept);
    assert_eq!(server.requests(), 1);

    server.behave(Manner::RetryAfter(30));
    let answer = RelayAnswer { status: 429, rate_limits: None, retry_after: Some("30".to_owned()) };
    assert_eq!(relay(&monitoring, &server, "event"), Relayed::Answered(answer));
    monitoring.flush(Duration::from_secs(5));
    assert_eq!(monitoring.status().waiting[&ItemKind::Event], 1);
}

#[test]
fn a_refusal_is_handed_back_and_counted() {
    let server = FakeSentry::start(Manner::Status(403));
    let Started { monitoring, guard: _guard, .. } = start(&server);
    let answer = RelayAnswer { status: 403, rate_limits: None, retry_after: None };
    assert_eq!(relay(&monitoring, &server, "event"), Relayed::Answered(answer));
    let dropped = monitoring.status().dropped_last_day;
    assert_eq!((dropped[0].kind, dropped[0].reason), (ItemKind::Event, DropReason::Rejected));
}

#[test]
fn where_sentry_is_out_of_reach_it_waits_and_is_sent_later_with_its_own_time() {
    for manner in [Manner::Hang, Manner::Reset, Manner::Status(502)] {
        let server = FakeSentry::start(manner);
        let folder = tempfile::tempdir().unwrap();
        let with_outbox =
            monitoring::MonitoringSettings { outbox_dir: Some(folder.path().to_owned()), ..settings(&server) };
        let Started { monitoring, guard, .. } = init(with_outbox.clone());
        assert_eq!(relay(&monitoring, &server, "event"), Relayed::Kept, "{manner:?}");
        monitoring.flush(Duration::from_secs(5));
        assert_eq!(monitoring.status().waiting[&ItemKind::Event], 1, "{manner:?}");
        drop(guard);

        server.behave(Manner::Accept);
        let Started { guard, .. } = init(with_outbox);
        let event = server.wait_for("event", 1).remove(0);
        let sent: serde_json::Value =
            serde_json::from_slice(fixture("event", "").split(|b| *b == b'\n').nth(2).unwrap()).unwrap();
        assert_eq!(event["timestamp"], sent["timestamp"]);
        assert_eq!(server.items("event")[0].envelope_header.get("sent_at"), None);
        drop(guard);
        for secret in FORBIDDEN {
            assert!(!server.text().contains(secret), "'{secret}' arrived");
        }
    }
}

#[test]
fn what_finds_no_room_is_told_and_counted() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    assert!(guard.shutdown());
    server.behave(Manner::Reset);
    assert_eq!(relay(&monitoring, &server, "event"), Relayed::Full);
    monitoring.note_turned_away();
    let [event, unread] = monitoring.status().dropped_last_day.try_into().unwrap();
    assert_eq!((event.kind, event.reason), (ItemKind::Event, DropReason::QueueFull));
    assert_eq!((unread.kind, unread.reason), (ItemKind::Other, DropReason::QueueFull));
}
