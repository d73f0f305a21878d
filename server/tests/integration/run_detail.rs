//! One run, and monitoring itself, over real HTTP: shapes, problems, and that no secret is shown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::rest::{assert_problem, block_on, keys};
use crate::support::{Klk, Pos, Server};

const RUN: &str = "/api/etl/tracking/ejecucion";
/// As Sentry's keys are; nobody listens at port 1.
const KEY: &str = "cafecafecafecafecafecafecafecafe";

fn with_sentry(klk: Klk) -> Klk {
    klk.with_variable("SENTRY_DSN", &format!("http://{KEY}@127.0.0.1:1/7"))
        .with_variable("SENTRY_ENVIRONMENT", "pruebas")
        .with_variable("SENTRY_WEB_URL", "https://sentry.example")
        .with_variable("SENTRY_ORGANIZATION", "cadena")
        .with_variable("SENTRY_AUTH_TOKEN", "sntrys_secreto")
}

#[test]
fn a_run_is_told_whole_and_one_that_is_none_is_a_problem() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    assert_eq!(klk.run(&["etl", "ventas", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "12:30"]).code, 0);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (_, page) = server.get_json("/api/etl/tracking/ejecuciones?limite=1").await;
        let id = page["ejecuciones"][0]["id"].as_str().unwrap().to_owned();
        let (status, run) = server.get_json(&format!("{RUN}?id={id}")).await;
        assert_eq!(status, 200, "{run}");
        let shape = BTreeSet::from([
            "cambios",
            "creado_en_local",
            "ejecucion",
            "enlaces",
            "fases",
            "fecha_fin_local",
            "generado_en",
            "generado_en_local",
            "lote_motivo",
            "otros_intentos",
            "otros_intentos_total",
        ]);
        assert_eq!(keys(&run), shape);
        assert_eq!(
            keys(&run["fases"]),
            BTreeSet::from(["carga", "en_cola", "extraccion", "preparacion_y_transformacion"])
        );
        assert_eq!(run["ejecucion"], page["ejecuciones"][0]);

        let nobodys = "01936f7e-0000-7000-8000-000000000000";
        assert_problem(server.get_json(&format!("{RUN}?id={nobodys}")).await, 404, "no_encontrado");
        assert_problem(server.get_json(&format!("{RUN}?id=x")).await, 422, "parametro_invalido");
        assert_problem(server.get_json(RUN).await, 422, "parametro_invalido");

        let found = server.get(&format!("/actividad/{id}")).await;
        assert_eq!(found.status(), 200);
        for missing in [nobodys, "x"] {
            let page = server.get(&format!("/actividad/{missing}")).await;
            assert_eq!(page.status(), 404, "{missing}");
            assert!(page.text().await.unwrap().contains("Esta ejecución no existe"), "{missing}");
        }
    });
}

#[test]
fn monitoring_is_told_without_its_secrets() {
    let pos = Pos::start();
    let klk = with_sentry(pos.klk());
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (status, view) = server.get_json("/api/monitoreo").await;
        assert_eq!(status, 200, "{view}");
        assert_eq!((&view["configurado"], &view["host"]), (&json!(true), &json!("127.0.0.1")));
        assert_eq!((&view["entorno"], view["monitores"].as_array().unwrap().len()), (&json!("pruebas"), 3));
        assert!(view["enlaces"]["monitores"].as_str().unwrap().starts_with("https://sentry.example/"), "{view}");

        let page = server.get("/sistema/monitoreo").await;
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        assert!(!view.to_string().contains(KEY), "{view}");
        // A browser needs the DSN to report; it only lets one write.
        assert!(html.contains(KEY));
        for text in [view.to_string(), html] {
            assert!(!text.contains("sntrys_secreto"), "{text}");
        }
    });
}

#[test]
fn monitoring_that_is_off_says_so() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (_, view) = server.get_json("/api/monitoreo").await;
        assert_eq!(
            (&view["configurado"], &view["host"], &view["enlaces"]),
            (&json!(false), &Value::Null, &Value::Null)
        );
        let html = server.get("/sistema/monitoreo").await.text().await.unwrap();
        assert!(html.contains("SENTRY_DSN no está configurado"));
    });
}

#[test]
fn a_trial_is_an_internal_error_with_a_reference_and_waits_to_be_told() {
    let pos = Pos::start();
    let klk = with_sentry(pos.klk());
    let server = Server::start(&klk, &[]);
    block_on(async {
        let path = "/api/monitoreo/prueba";
        let events = |view: &Value| {
            let waiting = view["en_espera"]["por_tipo"].as_array().unwrap();
            waiting.iter().find(|count| count["tipo"] == "evento").and_then(|count| count["cantidad"].as_u64())
        };
        assert_problem(server.post_json(path, &json!({"que": "todo"})).await, 422, "parametro_invalido");
        assert_problem(server.post_json(path, &json!({})).await, 422, "parametro_invalido");
        assert_problem(server.get_json(path).await, 405, "no_encontrado");
        assert_eq!(events(&server.get_json("/api/monitoreo").await.1), None);

        let trial = server.post_json(path, &json!({"que": "error"})).await;
        assert!(trial.1["detail"].as_str().unwrap().starts_with("Error de prueba"), "{}", trial.1);
        assert_problem(trial, 500, "interno");
        server.until("/api/monitoreo", |view| events(view) == Some(1)).await;
    });
}
