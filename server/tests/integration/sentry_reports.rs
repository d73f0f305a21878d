//! What Sentry hears of a running server: its endpoints, its pages, each answer of 5xx once, and the way from a click to
//! the runs it caused.

use std::collections::BTreeSet;
use std::time::Duration;

use klk_sim::{Fault, FaultKind};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use warehouse::{Warehouse, WarehouseSettings};

use crate::support::fake_sentry::{FakeSentry, Manner};
use crate::support::{Klk, Pos, Server, get_status};

const TRACKING: &str = "/api/etl/tracking";
const FORM: &str = "application/x-www-form-urlencoded";
const TRACE: &str = "09e04486820349518ac7b5d2adbf6ba5";

fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(test)
}

/// A program that tells this Sentry everything.
fn telling(pos: &Pos, sentry: &FakeSentry) -> Klk {
    pos.klk().with_variable("SENTRY_DSN", &sentry.dsn()).with_variable("SENTRY_ENVIRONMENT", "development")
}

fn of_route<'a>(transactions: &'a [Value], route: &str) -> &'a Value {
    let found = transactions.iter().find(|transaction| transaction["transaction"] == route);
    found.unwrap_or_else(|| panic!("no {route} in {transactions:?}"))
}

fn spans<'a>(transaction: &'a Value, op: &str) -> Vec<&'a Value> {
    transaction["spans"].as_array().unwrap().iter().filter(|span| span["op"] == op).collect()
}

fn hour_of(pos: &Pos) -> Value {
    let day = pos.yesterday().to_string();
    json!({
        "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "fecha_hasta": day,
        "hora_desde": "12:00", "hora_hasta": "13:00",
    })
}

#[test]
fn every_endpoint_says_which_it_is_and_what_it_was_asked_about() {
    let (pos, sentry) = (Pos::start(), FakeSentry::start(Manner::Accept));
    let klk = telling(&pos, &sentry);
    let server = Server::start(&klk, &[]);
    let documented = block_on(async {
        let (_, document) = server.get_json("/api/openapi.json").await;
        let paths = document["paths"].as_object().unwrap().clone();
        for (path, methods) in &paths {
            if methods.get("get").is_some() && path != "/api/eventos" {
                server.get(path).await;
            }
        }
        server.get(&format!("{TRACKING}/gaps?etl_tipo=ventas&ubicacion_id=tienda_01")).await;
        server.get(&format!("{TRACKING}/metricas?ubicacion_id=ana%40example.com")).await;
        server.post_json(&format!("{TRACKING}/recuperar-gap"), &hour_of(&pos)).await;
        server
            .request(Method::POST, "/api/preferencias")
            .header(CONTENT_TYPE, FORM)
            .body("idioma=en")
            .send()
            .await
            .unwrap();
        paths
    });
    assert_eq!(server.terminate(), 0);

    let transactions = sentry.payloads("transaction");
    let without: Vec<_> = transactions
        .iter()
        .filter(|transaction| transaction["transaction"].as_str().unwrap().starts_with("/api/"))
        .filter(|transaction| !transaction["tags"]["endpoint"].is_string() || transaction["tags"]["component"] != "api")
        .collect();
    assert!(without.is_empty(), "{without:?}");
    let named: BTreeSet<_> =
        transactions.iter().filter_map(|transaction| transaction["transaction"].as_str()).collect();
    for (path, methods) in &documented {
        if methods.get("get").is_some() && path.starts_with("/api/etl/") {
            assert!(named.contains(path.as_str()), "{path} in {named:?}");
        }
    }
    assert!(!named.iter().any(|name| name.starts_with("/health")), "{named:?}");

    for (route, endpoint) in [
        ("ejecuciones", "get_ejecuciones"),
        ("metricas", "get_metricas"),
        ("cron/status", "cron_status"),
        ("connectivity/klk", "connectivity_klk"),
        ("progreso", "get_progreso"),
    ] {
        let transaction = of_route(&transactions, &format!("{TRACKING}/{route}"));
        let expected = json!({"component": "api", "endpoint": endpoint, "etl_tipo": "all"});
        assert_eq!(transaction["tags"], expected, "{route}");
    }
    let about_a_store = json!({
        "component": "api", "endpoint": "get_gaps", "etl_tipo": "ventas", "ubicacion_id": "tienda_01",
        "tienda": "tienda_01",
    });
    assert!(transactions.iter().any(|transaction| transaction["tags"] == about_a_store));
    let click = of_route(&transactions, "/api/etl/tracking/recuperar-gap");
    assert_eq!(click["tags"]["endpoint"], "recuperar_gap");
    assert_eq!(click["contexts"]["gap_recovery"]["solicitado_por"], "api");
    assert_eq!(of_route(&transactions, "/api/preferencias")["tags"]["endpoint"], "guardar_preferencias");
    let statements: Vec<_> = spans(of_route(&transactions, "/api/etl/tracking/metricas"), "db.query");
    assert!(statements.iter().any(|span| span["description"] == "metricas"), "{statements:?}");

    let probe = of_route(&transactions, "/api/etl/tracking/connectivity/klk");
    assert_eq!(spans(probe, "http.client").len(), 1, "{probe}");
}

/// A database in which a column of runs has another name: whoever asks for the list of runs gets an error.
fn break_the_list_of_runs(klk: &Klk) {
    let path = klk.path("data/klk.duckdb");
    block_on(async {
        let warehouse = Warehouse::open(&WarehouseSettings::at(path.clone())).unwrap();
        warehouse.close().await;
    });
    let connection = duckdb::Connection::open(path).unwrap();
    connection.execute_batch("ALTER TABLE etl_ejecuciones RENAME COLUMN version_etl TO otra").unwrap();
    connection.close().unwrap();
}

/// The events of level error, each with its code.
fn failures(sentry: &FakeSentry) -> Vec<(Value, String)> {
    let events = sentry.payloads("event").into_iter().filter(|event| event["level"] != "warning");
    events
        .map(|event| (event["tags"]["endpoint"].clone(), event["tags"]["correlacion"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn every_answer_of_5xx_is_one_event_with_the_code_that_is_shown() {
    let (pos, sentry) = (Pos::start(), FakeSentry::start(Manner::Accept));
    let klk = telling(&pos, &sentry)
        .with_variable("KLK_EVENT_STREAMS_MAX", "1")
        .with_variable("KLK_QUEUE_MAX", "1")
        .with_variable("KLK_REQUEST_TIMEOUT_SECONDS", "1")
        .with_variable("KLK_TIMEOUT_PROBE_SECONDS", "20");
    break_the_list_of_runs(&klk);
    let server = Server::start(&klk, &[]);
    let shown = block_on(async {
        let _listening = server.get("/api/eventos").await;
        let streams = server.get_json("/api/eventos").await;
        let full = server.post_json(&format!("{TRACKING}/recuperar-gap"), &hour_of(&pos)).await;
        pos.sim.add_fault(Fault::new(FaultKind::Hang { seconds: 10 }));
        let late = server.get_json(&format!("{TRACKING}/connectivity/klk")).await;
        let broken = server.get_json(&format!("{TRACKING}/ejecuciones")).await;
        [
            ("get_eventos", streams, 503),
            ("recuperar_gap", full, 503),
            ("connectivity_klk", late, 503),
            ("get_ejecuciones", broken, 500),
        ]
    });
    assert_eq!(server.terminate(), 0);
    let expected: Vec<_> = shown
        .iter()
        .map(|(endpoint, (status, body), wanted)| {
            assert_eq!(status, wanted, "{body}");
            (json!(endpoint), body["correlacion"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(failures(&sentry), expected);
}

#[test]
fn the_parts_of_a_page_are_spans_with_their_own_tags_and_a_failing_one_is_one_event() {
    let (pos, sentry) = (Pos::start(), FakeSentry::start(Manner::Accept));
    let klk = telling(&pos, &sentry);
    break_the_list_of_runs(&klk);
    let server = Server::start(&klk, &[]);
    let page = block_on(async {
        let trace = format!("{TRACE}-9cf635fa5b870b3a-1");
        let answer = server.request(Method::GET, "/actividad").header("sentry-trace", trace).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    });
    assert_eq!(server.terminate(), 0);

    let transactions = sentry.payloads("transaction");
    let transaction = of_route(&transactions, "/actividad");
    assert_eq!(transaction["tags"], json!({"component": "api"}));
    let parts: BTreeSet<_> =
        spans(transaction, "function").into_iter().map(|part| part["description"].as_str().unwrap()).collect();
    assert!(parts.is_superset(&BTreeSet::from(["get_ejecuciones", "get_gaps_total", "get_progreso"])), "{transaction}");
    let ids: BTreeSet<_> = spans(transaction, "function").into_iter().map(|part| part["span_id"].to_string()).collect();
    let statements = spans(transaction, "db.query");
    assert!(!statements.is_empty() && statements.iter().all(|span| ids.contains(&span["parent_span_id"].to_string())));

    let [(endpoint, code)] = failures(&sentry).try_into().unwrap();
    assert_eq!(endpoint, "get_ejecuciones");
    assert!(page.contains(&code), "{code} is not on the page");
    assert_eq!(sentry.payloads("event")[0]["contexts"]["trace"]["trace_id"], TRACE);
}

/// The transactions of recovering runs, and the trace and parent of each.
fn recovering(sentry: &FakeSentry) -> Vec<(Value, Value)> {
    let transactions = sentry.payloads("transaction").into_iter();
    let runs = transactions.filter(|transaction| transaction["transaction"] == "ETL: ventas_klk_recuperacion");
    let place_of = |run: Value| {
        let trace = &run["contexts"]["trace"];
        (trace["trace_id"].clone(), trace["parent_span_id"].clone())
    };
    runs.map(place_of).collect()
}

#[test]
fn a_click_goes_on_in_the_runs_it_caused_also_after_a_restart_and_where_it_was_not_kept() {
    let (pos, sentry) = (Pos::with_latency(Duration::from_millis(300)), FakeSentry::start(Manner::Accept));
    let klk = telling(&pos, &sentry);
    let server = Server::start(&klk, &[]);
    let ejecuciones = format!("{TRACKING}/ejecuciones?limite=1");
    let done = |count: u64| move |page: &Value| page["totales"]["exitosas"].as_u64() >= Some(count);
    block_on(async {
        let click = server.request(Method::POST, &format!("{TRACKING}/recuperar-gap"));
        let mut request = hour_of(&pos);
        request["hora_hasta"] = json!("15:00");
        let click = click.header("sentry-trace", format!("{TRACE}-9cf635fa5b870b3a-0")).json(&request);
        let (status, answer) = get_status(click.send().await.unwrap()).await;
        assert_eq!((status, answer["ejecuciones"].as_array().unwrap().len()), (200, 6));
        server.until(&ejecuciones, done(1)).await;
    });
    server.kill();
    let server = Server::start(&klk, &[]);
    block_on(server.until(&ejecuciones, |page| page["totales"]["en_cola"] == 0 && page["totales"]["en_proceso"] == 0));
    assert_eq!(server.terminate(), 0);

    let runs = recovering(&sentry);
    assert!(runs.len() >= 4, "{runs:?}");
    let parents: BTreeSet<_> = runs.iter().map(|(trace, parent)| (trace.to_string(), parent.to_string())).collect();
    assert_eq!(parents.len(), 1, "all are of one click: {runs:?}");
    assert_eq!(runs[0].0, TRACE);
    let found = sentry.payloads("event").into_iter().filter(|event| event["tags"]["endpoint"] == "recuperar_gap");
    let [found] = found.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(found["contexts"]["trace"]["trace_id"], TRACE);
}
