//! `/metrics`: who may scrape, what comes, and that the documents name just that.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::rest::block_on;
use crate::support::{Pos, Server, client_with};

const TOKEN: &str = "un-token-de-metricas";

fn document(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// The names of the families of a text.
fn families(text: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    names.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

fn value(text: &str, sample: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{sample} is not in {text}")).parse().unwrap()
}

#[test]
fn without_a_token_of_its_own_there_are_no_metrics() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async { assert_eq!(server.get("/metrics").await.status(), 404) });
}

#[test]
fn a_scrape_is_for_who_has_the_token_and_says_what_is_documented() {
    let pos = Pos::start();
    let klk = pos.klk().with_variable("KLK_METRICAS_TOKEN", TOKEN);
    let day = pos.yesterday().to_string();
    assert_eq!(klk.run(&["etl", "ventas", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "13:00"]).code, 0);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let scrape = |token| client_with(token).get(format!("{}/metrics", server.address)).send();
        for token in [None, Some("un-token-de-metricaz"), Some("un-token"), Some("")] {
            assert_eq!(scrape(token).await.unwrap().status(), 401, "{token:?}");
        }
        // An administrator's token is another one.
        assert_eq!(server.get("/metrics").await.status(), 401);
        let (status, _) = server.post_json("/api/respaldos", &Value::Object(Default::default())).await;
        assert_eq!(status, 200);
        server.until("/api/respaldos", |status| status["estado"] == "listo").await;

        let response = scrape(Some(TOKEN)).await.unwrap();
        assert_eq!(response.status(), 200);
        let media_type = response.headers()["content-type"].to_str().unwrap();
        assert!(media_type.starts_with("text/plain; version=0.0.4"), "{media_type}");
        let text = response.text().await.unwrap();
        let (_, runs) = server.get_json("/api/etl/tracking/ejecuciones?limite=1").await;
        assert_eq!(value(&text, "klk_runs{estado=\"exitosa\"}"), runs["totales"]["exitosas"].as_f64().unwrap());
        let (_, gaps) = server.get_json("/api/etl/tracking/gaps/total?etl_tipo=ventas").await;
        assert_eq!(value(&text, "klk_missing_half_hours{etl_tipo=\"ventas\"}"), gaps["ventanas"].as_f64().unwrap());
        assert_eq!(value(&text, "klk_http_responses_total{estado=\"401\"}"), 5.0);
        assert!(value(&text, "klk_newest_sales_age_seconds{ubicacion_id=\"tienda_01\"}") > 0.0);
        assert!(value(&text, "klk_last_backup_timestamp_seconds") > 1.7e9);
        assert_eq!((value(&text, "klk_database_up"), value(&text, "klk_backup_failed")), (1.0, 0.0));
        assert!(!text.contains(TOKEN));

        let documented: BTreeSet<String> = document("docs/METRICS.md")
            .lines()
            .filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.split('{').next()?.to_owned()))
            .collect();
        // Those two have samples only once there is something to say.
        let found: BTreeSet<String> = families(&text).into_iter().chain(["klk_sentry_up".to_owned()]).collect();
        assert_eq!(documented, found);
    });
}

#[test]
fn a_token_that_could_be_guessed_is_refused() {
    let run = Pos::start().klk().with_variable("KLK_METRICAS_TOKEN", "corto").run(&["serve"]);
    assert_eq!(run.code, 2);
    assert!(run.errors.contains("KLK_METRICAS_TOKEN"), "{}", run.errors);
}

#[test]
fn the_dashboard_asks_for_documented_metrics_only() {
    let dashboard: Value = serde_json::from_str(&document("docs/deploy/grafana.json")).unwrap();
    let documented = document("docs/METRICS.md");
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut asked = 0;
    for query in queries.map(|target| target["expr"].as_str().unwrap()) {
        for word in query.split(|character: char| !(character.is_alphanumeric() || character == '_')) {
            let Some(name) = word.starts_with("klk_").then_some(word) else { continue };
            let family = ["_bucket", "_sum", "_count"].iter().fold(name, |name, end| name.trim_end_matches(end));
            assert!(documented.contains(&format!("| `{family}")), "{query}");
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}
