//! kill -9 in mid load: no half window stays, the run is reported as interrupted, and what was missing is missing again.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Klk, Pos, Server};

const DAY_OF_PERIFERICO: u64 = 28;

fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(test)
}

/// What the server says of one state of runs.
async fn runs(server: &Server, state: &str) -> Vec<Value> {
    let (_, page) = server.get_json(&format!("/api/etl/tracking/ejecuciones?estado={state}&limite=100")).await;
    page["ejecuciones"].as_array().unwrap().clone()
}

/// The whole day once more: what is there already stays, and in the end every line is there once.
fn assert_the_day_comes_whole(klk: &Klk, pos: &Pos) {
    let day = pos.yesterday().to_string();
    let run = klk.run(&["etl", "ventas", "--tienda", "tienda_01", "--desde", &day, "--json"]);
    assert_eq!(run.code, 0, "{}", run.errors);
    let runs = run.json()["ejecuciones"].as_array().unwrap().clone();
    let loaded: u64 = runs.iter().filter_map(|run| run["registros_cargados"].as_u64()).sum();
    assert_eq!(loaded, pos.lines_of_yesterday("SUC001"));
}

#[test]
fn a_killed_server_leaves_whole_windows_only_and_goes_on_where_it_was() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let request = serde_json::json!({
            "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "fecha_hasta": day,
        });
        let (status, answer) = server.post_json("/api/etl/tracking/recuperar-gap", &request).await;
        assert_eq!((status, answer["ejecuciones"].as_array().unwrap().len() as u64), (200, DAY_OF_PERIFERICO));
        let path = "/api/etl/tracking/ejecuciones";
        let is_in_mid_load =
            |page: &Value| page["totales"]["exitosas"].as_u64() >= Some(3) && page["totales"]["en_proceso"] != 0;
        server.until(path, is_in_mid_load).await;
    });
    server.kill();

    let asked_before = sales_questions(&pos);
    assert_eq!(klk.run(&["gaps"]).code, 3);
    assert_eq!(sales_questions(&pos), asked_before, "who only looks must not work the queue");

    let again = Server::start(&klk, &[]);
    block_on(async {
        let interrupted = runs(&again, "interrumpido").await;
        assert!(!interrupted.is_empty());
        assert!(interrupted.iter().all(|run| run["error_tipo"] == "interrumpido"), "{interrupted:?}");
        assert!(interrupted.iter().all(|run| run["registros_cargados"].as_u64().unwrap_or(0) == 0), "{interrupted:?}");
        // What waited waits on, and what was in progress is queued anew, since somebody still waits for it.
        let all = "/api/etl/tracking/ejecuciones";
        let ended =
            again.until(all, |page| page["totales"]["en_cola"] == 0 && page["totales"]["en_proceso"] == 0).await;
        assert_eq!(ended["totales"]["exitosas"].as_u64(), Some(DAY_OF_PERIFERICO), "{}", ended["totales"]);
        let (_, gaps) = again.get_json("/api/etl/tracking/gaps?etl_tipo=ventas&ubicacion_id=tienda_01").await;
        let of_yesterday = gaps["gaps"].as_array().unwrap().iter().filter(|gap| gap["fecha_desde"] == day.as_str());
        assert_eq!(of_yesterday.count(), 0, "{gaps}");
    });
    assert_eq!(again.terminate(), 0);
    assert_the_day_comes_whole(&klk, &pos);
}

#[test]
fn a_killed_command_leaves_no_half_window_and_no_locked_database() {
    let pos = Pos::with_latency(Duration::from_millis(300));
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let arguments = ["etl", "ventas", "--tienda", "tienda_01", "--desde", &day, "--json"];
    let asked_before = sales_questions(&pos);
    let mut command = klk.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while sales_questions(&pos) <= asked_before {
        assert!(command.try_wait().unwrap().is_none(), "it ended before it asked for anything");
        std::thread::sleep(Duration::from_millis(10));
    }
    command.kill().unwrap();
    command.wait().unwrap();

    let server = Server::start(&klk, &[]);
    block_on(async { assert!(!runs(&server, "interrumpido").await.is_empty()) });
    assert_eq!(server.terminate(), 0);
    assert_the_day_comes_whole(&klk, &pos);
}

fn sales_questions(pos: &Pos) -> u64 {
    let counts = pos.sim.requests().counts;
    counts.iter().filter(|count| count.endpoint == klk_sim::Endpoint::Sales).map(|count| count.count).sum()
}
