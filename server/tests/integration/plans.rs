//! Recovery plans over HTTP and on the command line: what was shown is what runs.

use std::collections::BTreeSet;
use std::time::Duration;

use klk_sim::{Endpoint, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{Klk, Pos, Server};

const PLANS: &str = "/api/etl/tracking/planes";

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// PERIFERICO between two hours of yesterday.
fn hours(pos: &Pos, from: &str, to: &str) -> Value {
    let period = json!({
        "ubicacion_id": "tienda_01", "fecha_desde": pos.yesterday().to_string(), "hora_desde": from, "hora_hasta": to,
    });
    json!({"etl_tipo": "ventas", "periodos": [period]})
}

async fn shown(server: &Server, request: &Value) -> Value {
    let (status, preview) = server.post_json(PLANS, request).await;
    assert_eq!(status, 200, "{preview}");
    preview
}

async fn order(server: &Server, action: &str, hash: &Value) -> (u16, Value) {
    server.post_json(&format!("{PLANS}/{action}"), &json!({"hash": hash, "motivo": "prueba"})).await
}

#[test]
fn a_plan_is_shown_started_by_two_and_done_once() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let preview = shown(&server, &hours(&pos, "12:00", "14:00")).await;
        assert_eq!(
            (&preview["ventanas"], &preview["llamadas"], &preview["lineas_esperadas"]),
            (&json!(4), &json!(4), &Value::Null)
        );
        assert_eq!(preview["tiendas"][0]["tramos"][0]["hora_hasta"], "14:00");
        assert_eq!(preview["hash"].as_str().unwrap().len(), 64);
        assert_eq!(shown(&server, &hours(&pos, "12:00", "14:00")).await["hash"], preview["hash"]);
        let (_, runs) = server.get_json("/api/etl/tracking/ejecuciones").await;
        assert_eq!(runs["ejecuciones"], json!([]), "a preview queues nothing");

        let (one, other) =
            tokio::join!(order(&server, "iniciar", &preview["hash"]), order(&server, "iniciar", &preview["hash"]));
        assert_eq!((one.0, other.0), (200, 200), "{} {}", one.1, other.1);
        assert_eq!(one.1["lote_id"], other.1["lote_id"]);
        let plan = format!("/api/etl/tracking/plan?hash={}", &preview["hash"].as_str().unwrap()[..12]);
        let done = server.until(&plan, |plan| plan["estado"] == "terminado").await;
        assert_eq!((&done["exitosas"], &done["ventanas"]), (&json!(4), &json!(4)), "{done}");
        let actions: Vec<&str> =
            done["decisiones"].as_array().unwrap().iter().filter_map(|decision| decision["accion"].as_str()).collect();
        assert_eq!(actions, ["propuesto", "iniciado", "terminado"]);
        let (_, list) = server.get_json(PLANS).await;
        assert_eq!(list["planes"][0]["hash"], preview["hash"]);
    });
}

#[test]
fn a_plan_that_changed_answers_409_with_the_hash_that_is_true_now() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let old = shown(&server, &hours(&pos, "12:00", "14:00")).await;
        let half = shown(&server, &hours(&pos, "12:00", "12:30")).await;
        assert_eq!(order(&server, "iniciar", &half["hash"]).await.0, 200);
        let (status, problem) = order(&server, "iniciar", &old["hash"]).await;
        assert_eq!((status, &problem["codigo"]), (409, &json!("plan_cambiado")), "{problem}");
        let (status, plan) = order(&server, "iniciar", &problem["plan_hash"]).await;
        assert_eq!((status, &plan["ventanas"]), (200, &json!(3)), "{plan}");
    });
}

#[test]
fn a_plan_is_paused_resumed_and_cancelled() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let preview = shown(&server, &hours(&pos, "08:00", "20:00")).await;
        let hash = &preview["hash"];
        assert_eq!(order(&server, "iniciar", hash).await.0, 200);
        let (status, paused) = order(&server, "pausar", hash).await;
        assert_eq!((status, &paused["estado"]), (200, &json!("pausado")), "{paused}");
        let (_, progress) = server.get_json("/api/etl/tracking/progreso").await;
        assert_eq!(progress["lotes"][0]["plan"]["estado"], "pausado", "{progress}");
        assert_eq!(order(&server, "reanudar", hash).await.1["estado"], "en_curso");
        let (status, cancelled) = order(&server, "cancelar", hash).await;
        assert_eq!((status, &cancelled["estado"], &cancelled["en_cola"]), (200, &json!("cancelado"), &json!(0)));
        let (status, problem) = order(&server, "reanudar", hash).await;
        assert_eq!((status, &problem["codigo"]), (409, &json!("conflicto")), "{problem}");
        let runs =
            server.until("/api/etl/tracking/ejecuciones?limite=100", |page| page["totales"]["en_proceso"] == 0).await;
        let states: BTreeSet<&str> =
            runs["ejecuciones"].as_array().unwrap().iter().filter_map(|run| run["estado"].as_str()).collect();
        assert!(states.is_subset(&BTreeSet::from(["cancelado", "exitoso"])), "{states:?}");
    });
}

#[test]
fn a_plan_outlives_a_kill_and_does_nothing_twice() {
    let pos = Pos::with_latency(Duration::from_millis(100));
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let hash = block_on(async {
        let preview = shown(&server, &hours(&pos, "08:00", "20:00")).await;
        assert_eq!(order(&server, "iniciar", &preview["hash"]).await.0, 200);
        server.until("/api/etl/tracking/ejecuciones", |page| page["totales"]["exitosas"].as_u64() >= Some(2)).await;
        preview["hash"].clone()
    });
    server.kill();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let plan = format!("/api/etl/tracking/plan?hash={}", hash.as_str().unwrap());
        let done = server.until(&plan, |plan| plan["estado"] == "terminado").await;
        let count = |name: &str| done[name].as_u64().unwrap();
        assert_eq!((count("exitosas"), count("fallidas")), (24, 0), "{done}");
        let (_, runs) = server.get_json("/api/etl/tracking/ejecuciones?limite=100").await;
        let runs = runs["ejecuciones"].as_array().unwrap();
        let ended = |state: &str| runs.iter().filter(|run| run["estado"] == state).count();
        assert_eq!(ended("exitoso"), 24, "each window once: {runs:?}");
        assert!(ended("interrumpido") <= 1, "only the one that was in progress is interrupted: {runs:?}");
        assert_eq!(runs.len(), 24 + ended("interrumpido"), "{runs:?}");
    });
}

/// The same store and the same day, so often each.
fn many(stores: usize, days: usize) -> Value {
    json!({
        "etl_tipo": "ventas",
        "ubicaciones": vec!["tienda_01"; stores],
        "periodos": vec![json!({"fecha_desde": "2025-11-17"}); days],
    })
}

#[test]
fn rubbish_is_refused_by_its_name() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let cases = [
            (json!({}), 422, "etl_tipo"),
            (json!({"etl_tipo": "ventas"}), 422, "periodos"),
            (json!({"etl_tipo": "ventas", "ultimos_dias": 0}), 422, "ultimos_dias"),
            (json!({"etl_tipo": "ventas", "ultimos_dias": "siete"}), 422, "parámetros"),
            (json!({"etl_tipo": "ventas", "periodos": [{}]}), 422, "fecha_desde"),
            (json!({"etl_tipo": "ventas", "ultimos_dias": 1, "ubicaciones": ["tienda_99"]}), 404, "tienda_99"),
            (
                json!({"etl_tipo": "ventas", "ultimos_dias": 1, "ubicaciones": ["tienda_01", "tienda_01"]}),
                422,
                "ubicaciones",
            ),
            (many(10_000, 1), 422, "ubicaciones"),
            (many(1, 10_000), 422, "periodos"),
        ];
        for (body, wanted, said) in cases {
            let (status, problem) = server.post_json(PLANS, &body).await;
            assert_eq!(status, wanted, "{body}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(said), "{body}: {problem}");
        }
        for (hash, wanted) in [("", 422), ("0123456789ab", 404)] {
            for action in ["iniciar", "pausar", "reanudar", "cancelar"] {
                assert_eq!(order(&server, action, &json!(hash)).await.0, wanted, "{action} {hash}");
            }
        }
    });
}

/// The hash in the answer of `klk plan`.
fn plan_of(klk: &Klk, arguments: &[&str]) -> Value {
    let run = klk.run(&[&["plan", "--json"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.errors);
    run.json()
}

#[test]
fn the_command_shows_a_plan_and_recovers_exactly_it() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let period = ["--tienda", "Periferico", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "14:00"];
    // A plan is kept in a database that is there.
    klk.first_token();
    let preview = plan_of(&klk, &period);
    assert_eq!((&preview["ventanas"], &preview["tiendas"][0]["ubicacion_nombre"]), (&json!(4), &json!("PERIFERICO")));
    let hash = preview["hash"].as_str().unwrap();
    let output = klk.run(&[&["plan"][..], &period].concat());
    assert!(output.answer.contains(&format!("klk recuperar --plan {}", &hash[..12])), "{}", output.answer);
    assert!(output.answer.contains("12:00-14:00"), "{}", output.answer);

    let recovered = klk.run(&["recuperar", "--plan", &hash[..12], "--json"]);
    assert_eq!(recovered.code, 0, "{}", recovered.errors);
    assert_eq!(recovered.json()["exitosas"], 4);
    let again = klk.run(&["recuperar", "--plan", hash, "--json"]);
    assert_eq!((again.code, again.json()["lotes"].clone()), (0, recovered.json()["lotes"].clone()), "one execution");
    let nothing = klk.run(&[&["plan"][..], &period].concat());
    assert_eq!((nothing.code, nothing.answer.trim()), (0, "No falta nada en ese período."));
}

#[test]
fn a_plan_that_changed_or_that_its_breaker_stops_ends_the_command_with_3_and_says_how_to_go_on() {
    let pos = Pos::start();
    let klk = pos.klk().with_variable("KLK_PLAN_FAILURES_PER_BRANCH_MAX", "2");
    let day = pos.yesterday().to_string();
    let part = |to: &'static str| {
        plan_of(&klk, &["--tienda", "tienda_01", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", to])
    };
    klk.first_token();
    let (wide, narrow) = (part("18:00"), part("12:30"));
    assert_eq!(klk.run(&["recuperar", "--plan", narrow["hash"].as_str().unwrap()]).code, 0);
    let refused = klk.run(&["recuperar", "--plan", wide["hash"].as_str().unwrap()]);
    assert_eq!(refused.code, 3, "{}", refused.errors);
    assert!(refused.errors.contains("eran 12 ventanas y ahora son 11"), "{}", refused.errors);

    let fault = pos.sim.add_fault(Fault::new(FaultKind::Refuse).at(Endpoint::Sales));
    let now = part("18:00");
    let hash = now["hash"].as_str().unwrap();
    let stopped = klk.run(&["recuperar", "--plan", hash]);
    assert_eq!(stopped.code, 3, "{}", stopped.errors);
    assert!(stopped.errors.contains("2 medias horas seguidas de PERIFERICO fallaron."), "{}", stopped.errors);
    assert!(stopped.errors.contains(&format!("klk recuperar --plan {}", &hash[..12])), "{}", stopped.errors);
    pos.sim.remove_fault(fault);
    let all = klk.run(&["recuperar", "--todo", "--si"]);
    assert!(all.code == 3 && all.errors.contains("un plan detenido"), "{}: {}", all.code, all.errors);
    let resumed = klk.run(&["recuperar", "--plan", hash, "--json"]);
    let failed = resumed.json()["fallidas"].as_u64().unwrap();
    assert!((2..=3).contains(&failed), "{failed}");
    assert_eq!(resumed.json()["exitosas"].as_u64().unwrap() + failed, 11);
}

#[test]
fn a_command_does_not_wait_for_a_plan_that_somebody_holds() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let hash = block_on(async {
        let preview = shown(&server, &hours(&pos, "08:00", "20:00")).await;
        assert_eq!(order(&server, "iniciar", &preview["hash"]).await.0, 200);
        assert_eq!(order(&server, "pausar", &preview["hash"]).await.0, 200);
        preview["hash"].as_str().unwrap().to_owned()
    });
    let ended = klk.run(&["recuperar", "--plan", &hash, "--servidor", &server.address]);
    assert_eq!(ended.code, 3, "{}", ended.errors);
    assert!(ended.errors.contains(&format!("el plan {} está en pausa", &hash[..12])), "{}", ended.errors);
}

#[test]
fn a_command_that_waits_for_a_plan_which_somebody_cancels_ends_with_3() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let hash = block_on(async {
        let preview = shown(&server, &hours(&pos, "07:00", "21:00")).await;
        preview["hash"].as_str().unwrap().to_owned()
    });
    let mut waiting = klk
        .command(&["recuperar", "--plan", &hash, "--servidor", &server.address, "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    block_on(async {
        let plan = format!("/api/etl/tracking/plan?hash={hash}");
        server.until(&plan, |plan| plan["exitosas"].as_u64() >= Some(1)).await;
        assert_eq!(order(&server, "cancelar", &json!(hash)).await.0, 200);
    });
    assert_eq!(waiting.wait().unwrap().code(), Some(3));
}

#[test]
fn the_commands_ask_a_running_server_as_they_ask_the_file() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let day = pos.yesterday().to_string();
    assert_eq!(klk.run(&["plan", "--dias", "1"]).code, 4, "the server has the file");
    let at = ["--servidor", &server.address];
    let period = ["--tienda", "tienda_08", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "13:00"];
    let preview = plan_of(&klk, &[&period[..], &at].concat());
    let hash = preview["hash"].as_str().unwrap();
    let recovered = klk.run(&[&["recuperar", "--plan", hash, "--json"][..], &at].concat());
    assert_eq!((recovered.code, recovered.json()["exitosas"].clone()), (0, json!(2)), "{}", recovered.errors);
}

#[test]
fn plans_are_listed_shown_paused_resumed_and_cancelled_on_the_command_line_as_over_rest() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let at = ["--servidor", server.address.as_str()];
    let klk_at = |arguments: &[&str]| klk.run(&[arguments, &at[..]].concat());
    assert_eq!(klk_at(&["planes"]).answer.trim(), "No se ha iniciado ningún plan");
    let hash = block_on(async {
        let preview = shown(&server, &hours(&pos, "08:00", "20:00")).await;
        assert_eq!(order(&server, "iniciar", &preview["hash"]).await.0, 200);
        preview["hash"].as_str().unwrap().to_owned()
    });
    let short = &hash[..12];

    let paused = klk_at(&["planes", "pausar", short, "--motivo", "la tienda lo pide", "--json"]);
    assert_eq!((paused.code, &paused.json()["estado"]), (0, &json!("pausado")), "{}", paused.errors);
    let list = klk_at(&["planes", "--limite", "5", "--json"]).json();
    assert_eq!((&list["planes"][0]["hash"], &list["planes"][0]["estado"]), (&json!(hash), &json!("pausado")));
    let table = klk_at(&["planes"]).answer;
    assert!(table.contains(short) && table.contains("pausado"), "{table}");
    let resumed = klk_at(&["plan", "reanudar", &hash]);
    assert!(resumed.code == 0 && resumed.answer.contains("en_curso"), "{} {}", resumed.answer, resumed.errors);
    let cancelled = klk_at(&["plan", "cancelar", short, "--motivo", "ya no hace falta", "--json"]).json();
    assert_eq!((&cancelled["estado"], &cancelled["en_cola"]), (&json!("cancelado"), &json!(0)));

    let shown = klk_at(&["planes", "ver", short]).answer;
    assert!(shown.contains("la tienda lo pide") && shown.contains("08:00-20:00"), "{shown}");
    let (_, rest) = block_on(server.get_json(&format!("/api/etl/tracking/plan?hash={hash}")));
    let shown = klk_at(&["planes", "ver", short, "--json"]).json();
    assert_eq!((&shown["tiendas"], &shown["decisiones"]), (&rest["tiendas"], &rest["decisiones"]));

    let late = klk_at(&["planes", "reanudar", short]);
    assert!(late.code == 3 && late.errors.contains("ya no se puede reanudar"), "{} {}", late.code, late.errors);
    let unknown = klk_at(&["planes", "ver", "0123456789ab"]);
    assert!(unknown.code == 2 && unknown.errors.contains("No hay ningún plan"), "{} {}", unknown.code, unknown.errors);
    let rubbish = klk_at(&["planes", "pausar", "abc"]);
    assert!(rubbish.code == 2 && rubbish.errors.contains("12 dígitos"), "{} {}", rubbish.code, rubbish.errors);
    assert_eq!(klk_at(&["planes", "pausar"]).code, 2);
    assert_eq!(klk.run(&["planes"]).code, 4, "the server has the file");
    server.kill();
    let by_file = klk.run(&["planes", "--json"]).json();
    assert_eq!(by_file["planes"][0]["estado"], "cancelado");
}

#[test]
fn a_plan_keeps_whether_a_page_a_program_or_the_command_line_did_it() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let browser = "Mozilla/5.0 (X11; Linux x86_64)";
    let found = block_on(async {
        let preview = shown(&server, &hours(&pos, "08:00", "20:00")).await;
        let hash = &preview["hash"];
        let start = server.request(reqwest::Method::POST, &format!("{PLANS}/iniciar")).json(&json!({ "hash": hash }));
        assert_eq!(start.header("User-Agent", browser).send().await.unwrap().status(), 200);
        let cancelled = klk.run(&["planes", "cancelar", hash.as_str().unwrap(), "--servidor", &server.address]);
        assert_eq!(cancelled.code, 0, "{}", cancelled.errors);
        let (_, plan) = server.get_json(&format!("/api/etl/tracking/plan?hash={}", hash.as_str().unwrap())).await;
        plan["decisiones"].clone()
    });
    let found: Vec<(&str, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|decision| (decision["accion"].as_str().unwrap(), decision["origen"].as_str().unwrap()))
        .collect();
    assert_eq!(found, [("propuesto", "api"), ("iniciado", "web"), ("cancelado", "consola")]);
}
