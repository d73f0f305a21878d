//! The REST interface over real HTTP: every endpoint with its filters, bounds and problems, and the stream of events.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ORIGIN};
use serde_json::{Value, json};

use crate::support::{Pos, Server, get_status};

const TRACKING: &str = "/api/etl/tracking";

pub fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

pub fn assert_problem((status, body): (u16, Value), wanted: u16, code: &str) {
    assert_eq!((status, body["codigo"].as_str()), (wanted, Some(code)), "{body}");
    assert_eq!(keys(&body), BTreeSet::from(["codigo", "correlacion", "detail"]));
    assert!(!body["detail"].as_str().unwrap().is_empty());
    assert_eq!(body["correlacion"].as_str().unwrap().len(), 8, "{body}");
}

async fn recover_an_hour(server: &Server, pos: &Pos) -> Value {
    let period = json!({
        "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": pos.yesterday().to_string(),
        "fecha_hasta": pos.yesterday().to_string(), "hora_desde": "12:00", "hora_hasta": "13:00",
    });
    let (status, answer) = server.post_json(&format!("{TRACKING}/recuperar-gap"), &period).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Half hours of yesterday that are missing; today's grow while the test runs.
fn windows_of_yesterday(list: &Value, pos: &Pos) -> u64 {
    let day = pos.yesterday().to_string();
    let gaps = list["gaps"].as_array().unwrap();
    gaps.iter().filter(|gap| gap["fecha_desde"] == day.as_str()).filter_map(|gap| gap["ventanas"].as_u64()).sum()
}

#[test]
fn a_gap_is_seen_asked_for_once_and_gone() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let gaps = format!("{TRACKING}/gaps?etl_tipo=ventas&ubicacion_id=tienda_01");
        let (_, before) = server.get_json(&gaps).await;
        assert_eq!(before["max_horas"], 168);
        let missing = windows_of_yesterday(&before, &pos);

        let first = recover_an_hour(&server, &pos).await;
        assert_eq!(first["ejecuciones"].as_array().unwrap().len(), 2, "{first}");
        let runs = format!("{TRACKING}/ejecuciones?estado=exitoso&ubicacion_id=tienda_01");
        let done = server.until(&runs, |page| page["totales"]["exitosas"] == 2).await;
        assert_eq!(done["ejecuciones"][0]["modo"], "recuperacion");
        assert_eq!(done["ejecuciones"][0]["version_etl"], "2.0");

        let again = recover_an_hour(&server, &pos).await;
        assert_eq!((again["ejecuciones"].as_array().unwrap().len(), &again["lote_id"]), (0, &Value::Null), "{again}");
        let (_, after) = server.get_json(&gaps).await;
        assert_eq!(windows_of_yesterday(&after, &pos), missing - 2);
    });
}

#[test]
fn runs_are_filtered_and_turned_page_by_page() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    assert_eq!(klk.run(&["etl", "ventas", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "13:30"]).code, 0);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let mut seen = BTreeSet::new();
        let mut path = format!("{TRACKING}/ejecuciones?limite=1");
        loop {
            let (status, page) = server.get_json(&path).await;
            assert_eq!(status, 200, "{page}");
            assert_eq!(page["ejecuciones"].as_array().unwrap().len(), 1);
            assert!(seen.insert(page["ejecuciones"][0]["id"].as_str().unwrap().to_owned()), "a run came twice");
            let Some(cursor) = page["cursor_siguiente"].as_str() else { break };
            path = format!("{TRACKING}/ejecuciones?limite=1&cursor={cursor}");
        }
        let (_, all) = server.get_json(&format!("{TRACKING}/ejecuciones?limite=100")).await;
        assert_eq!(seen.len(), all["ejecuciones"].as_array().unwrap().len());

        for (filter, value) in [("etl_tipo", "ventas"), ("ubicacion_id", "tienda_08"), ("estado", "exitoso")] {
            let (_, page) = server.get_json(&format!("{TRACKING}/ejecuciones?{filter}={value}")).await;
            let runs = page["ejecuciones"].as_array().unwrap();
            assert!(!runs.is_empty() && runs.iter().all(|run| run[filter] == value), "{filter}: {page}");
        }
        for nothing in ["etl_tipo=inventario", "modo=recuperacion", "estado=fallido"] {
            let (_, page) = server.get_json(&format!("{TRACKING}/ejecuciones?{nothing}")).await;
            assert_eq!(page["ejecuciones"], json!([]), "{nothing}");
        }
    });
}

#[test]
fn every_endpoint_answers_in_the_contracts_words() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let shapes: &[(&str, &[&str])] = &[
            (
                "ejecuciones",
                &["cursor_siguiente", "ejecuciones", "generado_en", "generado_en_local", "tiendas", "totales"],
            ),
            ("gaps", &["gaps", "generado_en", "generado_en_local", "max_horas", "ordenar", "tiendas", "totales"]),
            (
                "metricas",
                &[
                    "dias",
                    "duracion_p50_segundos",
                    "duracion_p95_segundos",
                    "ejecuciones",
                    "exitosas",
                    "extraccion_p50_segundos",
                    "extraccion_p95_segundos",
                    "fallidas",
                    "generado_en",
                    "por_tienda",
                    "registros",
                    "tasa_exito_pct",
                ],
            ),
            ("cron/status", &["cron", "generado_en"]),
            ("progreso", &["generado_en", "lotes"]),
            ("connectivity/klk", &["desfase_reloj_s", "detalle", "estado", "latencia_ms", "verificado_en"]),
        ];
        for (resource, shape) in shapes {
            let (status, answer) = server.get_json(&format!("{TRACKING}/{resource}")).await;
            assert_eq!(status, 200, "{resource}: {answer}");
            assert_eq!(keys(&answer), shape.iter().copied().collect(), "{resource}");
        }
        let (_, connectivity) = server.get_json(&format!("{TRACKING}/connectivity/klk")).await;
        assert_eq!(connectivity["estado"], "disponible");
        let (_, schedules) = server.get_json(&format!("{TRACKING}/cron/status")).await;
        let crons: Vec<_> = schedules["cron"].as_array().unwrap().iter().map(|cron| &cron["expresion"]).collect();
        assert!(crons.contains(&&json!("5,35 * * * *")) && crons.contains(&&json!("0,30 * * * *")), "{schedules}");
    });
}

#[test]
fn a_gap_has_its_worth_and_its_proof_and_a_day_its_certificates() {
    let pos = Pos::start();
    // One known half hour is enough for an estimate.
    let klk = pos.klk().with_variable("KLK_VALOR_SEMANAS_MIN", "1");
    let day = pos.yesterday().to_string();
    let loaded = klk.run(&[
        "etl",
        "ventas",
        "--tienda",
        "tienda_01",
        "--desde",
        &day,
        "--hora-desde",
        "12:00",
        "--hora-hasta",
        "13:00",
    ]);
    assert_eq!(loaded.code, 0, "{}", loaded.errors);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let gaps = format!("{TRACKING}/gaps?etl_tipo=ventas&ubicacion_id=tienda_01");
        let (_, by_value) = server.get_json(&format!("{gaps}&ordenar=valor")).await;
        assert_eq!(by_value["ordenar"], "valor");
        let gap = &by_value["gaps"][0];
        assert_eq!(
            (gap["clase"].as_str(), gap["evidencia"]["tipo"].as_str()),
            (Some("cobertura"), Some("antes_de_vigilar"))
        );
        assert!(by_value["totales"]["valor_usd"].is_string(), "money is a text: {by_value}");

        let asked = format!("{TRACKING}/cobertura?ubicacion_id=tienda_01&fecha={day}");
        let (status, shown) = server.get_json(&asked).await;
        assert_eq!((status, shown["medias_horas"].as_array().unwrap().len()), (200, 48));
        let noon = &shown["medias_horas"][24];
        assert_eq!((noon["hora_desde"].as_str(), noon["estado"].as_str()), (Some("12:00"), Some("completa")));
        for proof in ["ejecucion", "conteo", "secuencia"] {
            assert_eq!(noon["certificado"][proof]["resultado"], "cumple", "{proof}: {noon}");
        }
        assert_eq!(
            (shown["medias_horas"][25]["estado"].as_str(), shown["medias_horas"][26]["estado"].as_str()),
            (Some("completa"), Some("faltante"))
        );

        for wrong in ["cobertura", "cobertura?ubicacion_id=tienda_01", "cobertura?ubicacion_id=tienda_01&fecha=ayer"] {
            assert_problem(server.get_json(&format!("{TRACKING}/{wrong}")).await, 422, "parametro_invalido");
        }
        let unknown = format!("{TRACKING}/cobertura?ubicacion_id=tienda_99&fecha={day}");
        assert_problem(server.get_json(&unknown).await, 404, "no_encontrado");

        let page = server.get(&format!("/tiendas/tienda_01/{day}?hora=12:00")).await;
        let html = page.text().await.unwrap();
        assert!(html.contains("Certificado de 12:00"), "the chosen half hour is in the page itself");
    });
}

/// The document is the list of what to try: each number beyond its bounds, each choice with a word that is none.
#[test]
fn every_documented_parameter_is_held_to_its_bounds() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (_, document) = server.get_json("/api/openapi.json").await;
        let mut tried = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let schema = &parameter["schema"];
                let wrong: Vec<String> = match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
                    (Some(least), Some(most)) => vec![(least - 1).to_string(), (most + 1).to_string(), "x".to_owned()],
                    _ if schema["enum"].is_array() => vec!["otra_cosa".to_owned()],
                    _ => continue,
                };
                for value in wrong {
                    let refused = server.get_json(&format!("{path}?{name}={value}")).await;
                    assert!(refused.1["detail"].as_str().unwrap().contains(name), "{}", refused.1);
                    assert_problem(refused, 422, "parametro_invalido");
                    tried += 1;
                }
                let right = schema["maximum"].as_i64().map_or_else(String::new, |most| most.to_string());
                assert_eq!(server.get(&format!("{path}?{name}={right}")).await.status(), 200, "{path} {name}");
            }
        }
        assert!(tried >= 14, "only {tried} wrong values were tried");
        assert_problem(server.get_json(&format!("{TRACKING}/ejecuciones?cursor=x")).await, 422, "parametro_invalido");
    });
}

#[test]
fn unknown_stores_and_wrong_bodies_are_problems() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        for resource in ["ejecuciones", "gaps", "metricas"] {
            let refused = server.get_json(&format!("{TRACKING}/{resource}?ubicacion_id=tienda_99")).await;
            assert_problem(refused, 404, "no_encontrado");
        }
        let path = format!("{TRACKING}/recuperar-gap");
        let day = pos.yesterday().to_string();
        let whole = json!({"etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "fecha_hasta": day});
        let changes: &[(&str, Value, u16, &str)] = &[
            ("etl_tipo", json!("compras"), 422, "parametro_invalido"),
            ("etl_tipo", Value::Null, 422, "parametro_invalido"),
            ("ubicacion_id", json!("tienda_99"), 404, "no_encontrado"),
            ("fecha_desde", json!("ayer"), 422, "parametro_invalido"),
            ("fecha_hasta", json!("2020-01-01"), 422, "parametro_invalido"),
            ("hora_desde", json!("25:00"), 422, "parametro_invalido"),
            ("fecha_desde", json!(7), 422, "parametro_invalido"),
        ];
        for (field, value, status, code) in changes {
            let mut body = whole.clone();
            body[*field] = value.clone();
            assert_problem(server.post_json(&path, &body).await, *status, code);
        }
        let rubbish = server.request(Method::POST, &path).header(CONTENT_TYPE, "application/json").body("{");
        assert_problem(get_status(rubbish.send().await.unwrap()).await, 422, "parametro_invalido");
    });
}

#[test]
fn what_is_no_endpoint_is_a_problem_too() {
    let pos = Pos::start();
    let klk = pos.klk().with_variable("KLK_BODY_BYTES_MAX", "2048");
    let server = Server::start(&klk, &[]);
    block_on(async {
        assert_problem(server.get_json("/api/nada").await, 404, "no_encontrado");
        let (status, body) = server.post_json(&format!("{TRACKING}/gaps"), &json!({})).await;
        assert_problem((status, body), 405, "no_encontrado");
        let large = json!({ "etl_tipo": "x".repeat(4096) });
        let refused = server.post_json(&format!("{TRACKING}/recuperar-gap"), &large).await;
        assert_problem(refused, 413, "parametro_invalido");
        let foreign = server.request(Method::POST, &format!("{TRACKING}/recuperar-gap"));
        let foreign = foreign.header(ORIGIN, "https://elsewhere.example").json(&json!({})).send().await.unwrap();
        assert_problem(get_status(foreign).await, 403, "prohibido");
    });
}

#[test]
fn a_change_is_told_as_it_happens_and_the_stream_ends_with_the_server() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let stream = block_on(async {
        let response = server.get("/api/eventos").await;
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        let mut stream = response.bytes_stream();
        recover_an_hour(&server, &pos).await;
        let mut heard = String::new();
        while !heard.contains("event: gaps") {
            let chunk = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.unwrap();
            heard.push_str(std::str::from_utf8(&chunk.unwrap().unwrap()).unwrap());
        }
        assert!(heard.contains("event: ejecuciones"), "{heard}");
        stream
    });
    assert_eq!(server.terminate(), 0);
    drop(stream);
}

/// One runtime for all: connections are the runtime's that opened them.
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    static RUNTIME: std::sync::LazyLock<tokio::runtime::Runtime> =
        std::sync::LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());
    RUNTIME.block_on(test)
}
