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

/// In a value; names of fields are the program's own.
fn has_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("klk-secret"),
        Value::Array(values) => values.iter().any(has_secret),
        Value::Object(fields) => fields.values().any(has_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Envelopes that are damaged by a seed: what leaves can be read, has no secret in it, and is not much more than
/// what came.
#[test]
fn whatever_a_browser_sends_leaves_clean_or_not_at_all() {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    let scrubber = Scrubber::new(vec!["klk-secret".to_owned()], &["X-Klk-Sesion".to_owned()]);
    let event = json!({
        "message": "klk-secret", "request": {"headers": {"authorization": "Bearer klk-secret", "a": "klk-secret"}},
        "extra": {"deep": [[{"password": "klk-secret"}], 1e300, null]}, "tags": [["a", "klk-secret"]],
    });
    let pieces = [
        "\n",
        "{}",
        "{\"type\":\"session\"}",
        "\"length\":99999999999",
        "\"length\":-1",
        "\"",
        "\\u0000",
        "[[[[",
        "klk-secret",
    ];
    let mut left = 0;
    for seed in 0..20_000_u64 {
        let mut dice = StdRng::seed_from_u64(seed);
        // With its length an item is read whole or not at all; without, whatever its line has.
        let mut bytes = if seed % 4 == 0 {
            envelope("event", &event)
        } else {
            format!("{{}}\n{{\"type\":\"event\"}}\n{event}\n{{\"type\":\"log\"}}\n{event}\n").into_bytes()
        };
        for _ in 0..dice.random_range(1..4) {
            let at = dice.random_range(0..=bytes.len());
            let to = (at + dice.random_range(0..60)).min(bytes.len());
            match dice.random_range(0..5) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..to)),
                2 => drop(bytes.splice(at..to, pieces[dice.random_range(0..pieces.len())].bytes())),
                3 => drop(bytes.splice(at..at, pieces[dice.random_range(0..pieces.len())].bytes())),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.random()),
            }
        }
        let is_allowed = |item_type: &str| ["event", "log"].contains(&item_type);
        let Some(scrubbed) = scrubber.scrub_allowed(&bytes, is_allowed) else { continue };
        left += 1;
        let text = String::from_utf8(scrubbed.bytes).unwrap();
        let has_secret = text.lines().any(|line| has_secret(&serde_json::from_str(line).unwrap_or_default()));
        assert!(!has_secret, "seed {seed}: {text}");
        assert!(text.len() < 4 * bytes.len() + 1024, "seed {seed}: {} of {}", text.len(), bytes.len());
        let (_, items) = read_envelope(text.as_bytes()).unwrap();
        assert!(items.iter().all(|item| is_allowed(&item.item_type)), "seed {seed}: {text}");
    }
    assert!(left > 500, "only {left} could still be read");
}
