use serde_json::{Value, json};

use super::*;

fn envelope(item_type: &str, payload: &Value) -> Vec<u8> {
    let payload = payload.to_string();
    format!("{{\"event_id\":\"1\"}}\n{{\"type\":\"{item_type}\",\"length\":{}}}\n{payload}\n", payload.len())
        .into_bytes()
}

fn scrubbed(item_type: &str, payload: &Value) -> Value {
    let scrubber = Scrubber::new(vec!["klk-secret".to_owned()], &["X-Klk-Sesion".to_owned()]);
    let bytes = scrubber.envelope(&envelope(item_type, payload)).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let header: Value = serde_json::from_slice(lines[1]).unwrap();
    assert_eq!(header["length"], lines[2].len());
    serde_json::from_slice(lines[2]).unwrap()
}

#[test]
fn of_a_request_only_the_harmless_is_left() {
    let event = json!({
        "request": {
            "method": "POST", "url": "http://klk.example/api?correo=a", "query_string": "correo=a", "data": "nombre=Ana",
            "cookies": "sid=1", "env": {"REMOTE_ADDR": "10.1.1.1"},
            "headers": {
                "authorization": "Bearer x", "Cookie": "a=b", "set-cookie": "a=b", "X-Api-Key": "k", "referer": "/a?b=c",
                "proxy-authorization": "Basic eA", "x-klk-sesion": "s", "x-csrf-token": "t", "user-agent": "curl",
            },
        },
        "user": {"id": "7", "email": "ana@example.com", "ip_address": "10.1.1.1", "username": "ana"},
    });
    let expected = json!({
        "request": {"method": "POST", "url": "http://klk.example/api", "headers": {"user-agent": "curl"}},
        "user": {"id": "7"},
    });
    assert_eq!(scrubbed("event", &event), expected);
}

#[test]
fn spans_breadcrumbs_contexts_and_tags_are_looked_through() {
    let transaction = json!({
        "spans": [{"description": "GET /a?b=c", "data": {
            "http.query": "b=c", "http.request.header.authorization": ["Bearer x"], "http.request.body.data": "x",
            "url": "https://h/a?b=c", "lineas": 3,
        }}],
        "breadcrumbs": {"values": [{"message": "para ana@example.com", "data": {"X-KLK-Sesion": "s", "ms": 4}}]},
        "contexts": {"response": {"status_code": 200, "data": {"nombre": "Ana"}}, "etl": {"detalle": "klk-secret"}},
        "tags": {"quien": "ana@example.com"},
        "extra": {"headers": [["Authorization", "Bearer x"], ["Accept", "*/*"]]},
    });
    let expected = json!({
        "spans": [{"description": "GET /a", "data": {"url": "https://h/a", "lineas": 3}}],
        "breadcrumbs": {"values": [{"message": "para [correo]", "data": {"ms": 4}}]},
        "contexts": {"response": {"status_code": 200}, "etl": {"detalle": "[oculto]"}},
        "tags": {"quien": "[correo]"},
        "extra": {"headers": [["Accept", "*/*"]]},
    });
    assert_eq!(scrubbed("transaction", &transaction), expected);
}

#[test]
fn a_log_line_keeps_its_message_masked() {
    let logs = json!({"items": [{
        "body": "no pudo avisar a ana@example.com",
        "attributes": {"authorization": {"value": "x", "type": "string"}, "body": {"value": "y", "type": "string"}},
    }]});
    let expected = json!({"items": [{"body": "no pudo avisar a [correo]", "attributes": {}}]});
    assert_eq!(scrubbed("log", &logs), expected);
}

#[test]
fn attachments_and_what_cannot_be_read_do_not_leave() {
    let scrubber = Scrubber::new(Vec::new(), &[]);
    let bytes = b"{}\n{\"type\":\"attachment\",\"length\":3}\na\nb\n{\"type\":\"event\"}\n{\"message\":\"m\"}\n";
    let scrubbed = scrubber.scrub_envelope(bytes).unwrap();
    assert_eq!(scrubbed.bytes, b"{}\n{\"type\":\"event\"}\n{\"message\":\"m\"}\n");
    assert_eq!(scrubbed.kind, ItemKind::Event);
    assert_eq!(scrubber.envelope(b"{}\n{\"type\":\"event\"}\nnot json\n"), None);
    assert_eq!(scrubber.envelope(b"{}\n{\"type\":\"event\",\"length\":99}\n{}\n"), None);
    assert_eq!(scrubber.envelope(b""), None);
}

#[test]
fn a_containers_count_is_that_of_its_items() {
    let scrubber = Scrubber::new(Vec::new(), &[]);
    let bytes = b"{}\n{\"type\":\"trace_metric\",\"item_count\":4}\n{\"items\":[]}\n";
    let scrubbed = scrubber.scrub_envelope(bytes).unwrap();
    assert_eq!((scrubbed.kind, scrubbed.count), (ItemKind::Metric, 4));
}
