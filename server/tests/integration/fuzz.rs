//! Every documented endpoint with what a seed makes of its parameters and bodies: whatever comes is answered, in the
//! contract's shape, and no fault of ours.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::rest::block_on;
use crate::support::{Pos, Server};

/// Of each endpoint and method.
const REQUESTS: u64 = 25;
/// It fails on purpose, and one that does not end.
const LEFT_OUT: [&str; 2] = ["/api/monitoreo/prueba", "/api/eventos"];
/// What somebody might send where something else is expected.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "tienda_01",
    "2025-11-17",
    "9999-99-99",
    "-262144-01-01",
    "24:00",
    "99999999999999999999",
    "-1",
    "NaN",
    "true",
    "ventas",
    "\u{0}",
    "'; DROP TABLE ventas; --",
    "../../etc/passwd",
    "ñandú 🦤",
];

fn text(dice: &mut StdRng) -> String {
    match dice.random_range(0..10) {
        0 => "x".repeat(dice.random_range(1_000..20_000)),
        1 => (0..dice.random_range(0..20)).map(|_| dice.random::<char>()).collect(),
        _ => (*TEXTS.choose(dice).unwrap()).to_owned(),
    }
}

fn value(dice: &mut StdRng, depth: u32) -> Value {
    match dice.random_range(0..if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.random::<bool>()),
        2 => json!(dice.random::<i64>()),
        3 => json!(dice.random::<f64>()),
        4 | 5 => json!(text(dice)),
        6 => (0..dice.random_range(0..4)).map(|_| value(dice, depth - 1)).collect(),
        _ => (0..dice.random_range(0..4))
            .map(|_| (text(dice), value(dice, depth - 1)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The names of the fields of a body, as the document has them.
fn fields(document: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let place = schema.as_str().map(|name| format!("{}/properties", name.trim_start_matches('#')));
    let properties = place.and_then(|place| document.pointer(&place)?.as_object().cloned());
    properties.into_iter().flatten().map(|(name, _)| name).collect()
}

fn body(dice: &mut StdRng, fields: &[String]) -> String {
    let mut known = serde_json::Map::new();
    for name in fields {
        if dice.random_bool(0.8) {
            known.insert(name.clone(), value(dice, 2));
        }
    }
    let mut text = Value::from(known).to_string();
    match dice.random_range(0..8) {
        0 => text.truncate(text.len() / 2),
        1 => text = value(dice, 3).to_string(),
        2 => text = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)),
        _ => {}
    }
    text
}

#[test]
fn every_endpoint_answers_whatever_comes_in_the_shape_of_the_contract() {
    let pos = Pos::start();
    // Each request reaches its endpoint, however fast they come.
    let klk = pos.klk().with_variable("KLK_PETICIONES_POR_PERSONA_MAX", "0");
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (_, document) = server.get_json("/api/openapi.json").await;
        let mut refused = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            if LEFT_OUT.contains(&path.as_str()) || !path.starts_with("/api/") {
                continue;
            }
            for seed in 0..REQUESTS {
                let dice = &mut StdRng::seed_from_u64(seed);
                for (name, operation) in methods.as_object().unwrap() {
                    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                    let mut query = Vec::new();
                    for parameter in &parameters {
                        if dice.random_bool(0.7) {
                            let short: String = text(dice).chars().take(500).collect();
                            query.push((parameter["name"].as_str().unwrap().to_owned(), short));
                        }
                    }
                    let request = match name.as_str() {
                        "get" => server.request(Method::GET, &format!("{path}?{}", form(&query))),
                        _ => {
                            let body = body(dice, &fields(&document, operation));
                            server.request(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body)
                        }
                    };
                    let response = request.send().await.unwrap();
                    let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
                    let context = format!("{name} {path}, seed {seed}: {status} {text}");
                    let answer: Value =
                        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {context}"));
                    assert!(status < 500, "{context}");
                    if status != 200 {
                        refused += 1;
                        assert!(answer["detail"].is_string() && answer["codigo"].is_string(), "{context}");
                        assert!(text.len() < 10_000, "a refusal repeats what came: {context}");
                    }
                }
            }
        }
        assert!(refused > 200, "{refused}");
        assert_eq!(server.get("/health/ready").await.status().as_u16(), 200);
    });
    assert_eq!(server.terminate(), 0);
}

fn form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
