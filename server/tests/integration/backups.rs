//! A copy of the database by the command line, and putting it back: with a server, without one, and on a full disk.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::rest::block_on;
use crate::support::{Klk, Pos, Server, on_a_full_disk};

const PERIFERICO: &str = "/api/etl/tracking/gaps?etl_tipo=ventas&ubicacion_id=tienda_01";

fn load(klk: &Klk, pos: &Pos, from: &str, to: &str) {
    let day = pos.yesterday().to_string();
    let arguments =
        ["etl", "ventas", "--tienda", "tienda_01", "--desde", &day, "--hora-desde", from, "--hora-hasta", to];
    let run = klk.run(&arguments);
    assert_eq!(run.code, 0, "{}", run.errors);
}

/// What is missing of the store's yesterday.
async fn missing(server: &Server, pos: &Pos) -> Vec<Value> {
    let (_, list) = server.get_json(PERIFERICO).await;
    let day = pos.yesterday().to_string();
    let gaps = list["gaps"].as_array().unwrap().iter();
    gaps.filter(|gap| gap["fecha_desde"] == day.as_str())
        .map(|gap| json!([gap["hora_desde"], gap["fecha_hasta"], gap["hora_hasta"]]))
        .collect()
}

/// What stands in a folder beside what has this name.
fn others(folder: &Path, name: &str) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|other| other != name).collect()
}

#[test]
fn a_drill_what_came_after_the_copy_is_missing_again_and_comes_back() {
    let pos = Pos::start();
    let klk = pos.klk();
    load(&klk, &pos, "12:00", "13:00");
    let server = Server::start(&klk, &[]);
    let before = block_on(missing(&server, &pos));
    let copied = klk.run(&["respaldar", "--servidor", &server.address, "--json"]);
    assert_eq!(copied.code, 0, "{}", copied.errors);
    let copy = copied.json();
    assert_eq!((&copy["estado"], &copy["detalle"]), (&json!("listo"), &Value::Null));
    assert!(copy["lineas"].as_u64() > Some(0), "{copy}");

    let period = json!({
        "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": pos.yesterday(), "fecha_hasta": pos.yesterday(),
        "hora_desde": "13:00", "hora_hasta": "15:00",
    });
    block_on(async {
        let (status, _) = server.post_json("/api/etl/tracking/recuperar-gap", &period).await;
        assert_eq!(status, 200);
        let is_done = |page: &Value| page["totales"]["en_cola"] == 0 && page["totales"]["en_proceso"] == 0;
        server.until("/api/etl/tracking/ejecuciones", is_done).await;
        assert_ne!(missing(&server, &pos).await, before);
    });
    assert_eq!(server.terminate(), 0);

    let restored = klk.run(&["restaurar", copy["archivo"].as_str().unwrap(), "--json"]);
    assert_eq!(restored.code, 0, "{}", restored.errors);
    let restored = restored.json();
    for count in ["lineas", "ventanas", "decisiones"] {
        assert_eq!(restored[count], copy[count], "{count}");
    }
    assert!(klk.path(restored["anterior"].as_str().unwrap()).exists());

    let again = Server::start(&klk, &[]);
    block_on(async {
        assert_eq!(missing(&again, &pos).await, before);
        let (status, _) = again.post_json("/api/etl/tracking/recuperar-gap", &period).await;
        assert_eq!(status, 200);
        let is_done = |page: &Value| page["totales"]["en_cola"] == 0 && page["totales"]["en_proceso"] == 0;
        again.until("/api/etl/tracking/ejecuciones", is_done).await;
        assert_ne!(missing(&again, &pos).await, before);
    });
    assert_eq!(again.terminate(), 0);
}

#[test]
fn the_file_is_copied_without_a_server_and_left_alone_where_one_has_it() {
    let pos = Pos::start();
    let klk = pos.klk();
    assert_eq!(klk.run(&["respaldar"]).code, 2, "there is nothing to copy yet");
    load(&klk, &pos, "12:00", "12:30");
    let copied = klk.run(&["respaldar", "--a", "copia.duckdb"]);
    assert_eq!(copied.code, 0, "{}", copied.errors);
    assert!(copied.answer.starts_with("Respaldo listo y comprobado: copia.duckdb"), "{}", copied.answer);
    assert_eq!(klk.run(&["respaldar", "--a", "copia.duckdb"]).code, 2, "a copy replaces no file");
    assert_eq!(klk.run(&["respaldar"]).code, 0);
    let copies = others(&klk.path("data/respaldos"), "");
    assert!(copies.len() == 1 && copies[0].starts_with("klk-"), "{copies:?}");

    let reader = klk.token("lectura", "lector", "");
    let server = Server::start(&klk, &[]);
    assert_eq!(klk.run(&["respaldar"]).code, 4);
    let refused = klk.run(&["restaurar", "copia.duckdb"]);
    assert_eq!(refused.code, 4, "{}", refused.errors);
    assert_eq!(others(&klk.path("data"), "klk.duckdb").iter().filter(|name| name.contains("antes")).count(), 0);
    let asked = klk.run(&["respaldar", "--servidor", &server.address]);
    assert_eq!(asked.code, 2, "the first token is a reader's: {}{reader}", asked.errors);
    let named = klk.run(&["respaldar", "--servidor", &server.address, "--a", "x.duckdb"]);
    assert_eq!(named.code, 2, "{}", named.errors);
    block_on(async { assert_eq!(server.get("/health/ready").await.status(), 200) });
    assert_eq!(server.terminate(), 0);
}

#[test]
fn what_is_no_copy_of_ours_replaces_nothing() {
    let pos = Pos::start();
    let klk = pos.klk();
    load(&klk, &pos, "12:00", "12:30");
    let before = std::fs::read(klk.path("data/klk.duckdb")).unwrap();
    std::fs::write(klk.path("rota.duckdb"), "not a database").unwrap();
    for wrong in ["rota.duckdb", "no-existe.duckdb", "data/klk.duckdb"] {
        let run = klk.run(&["restaurar", wrong]);
        assert_eq!(run.code, 2, "{wrong}: {}", run.errors);
        assert!(run.errors.contains("error: ") && !run.errors.contains("IO Error"), "{}", run.errors);
        assert!(run.errors.contains(wrong), "{}", run.errors);
    }
    assert!(std::fs::read(klk.path("data/klk.duckdb")).unwrap() == before);
}

#[test]
fn a_copy_is_put_back_into_a_folder_that_is_made_for_it() {
    let pos = Pos::start();
    let klk = pos.klk();
    load(&klk, &pos, "12:00", "12:30");
    assert_eq!(klk.run(&["respaldar", "--a", "copia.duckdb"]).code, 0);
    let elsewhere = klk.with_variable("KLK_DATABASE", "otro/lugar/klk.duckdb");
    let restored = elsewhere.run(&["restaurar", "copia.duckdb"]);
    assert_eq!(restored.code, 0, "{}", restored.errors);
    assert!(elsewhere.path("otro/lugar/klk.duckdb").is_file());
}

#[cfg(unix)]
fn run_on_a_full_disk(klk: &Klk, arguments: &[&str]) -> Output {
    on_a_full_disk(&klk.command(arguments), 200).output().unwrap()
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_leaves_no_half_copy() {
    let pos = Pos::start();
    let klk = pos.klk();
    load(&klk, &pos, "12:00", "12:30");
    std::fs::create_dir(klk.path("copias")).unwrap();
    let output = run_on_a_full_disk(&klk, &["respaldar", "--a", "copias/copia.duckdb"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(others(&klk.path("copias"), ""), [""; 0]);

    // Nor does putting one back touch what is there.
    assert_eq!(klk.run(&["respaldar", "--a", "copias/copia.duckdb"]).code, 0);
    let before = std::fs::read(klk.path("data/klk.duckdb")).unwrap();
    let output = run_on_a_full_disk(&klk, &["restaurar", "copias/copia.duckdb"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read(klk.path("data/klk.duckdb")).unwrap() == before);
    assert!(
        !others(&klk.path("data"), "klk.duckdb").iter().any(|name| name.contains("antes") || name.contains("parcial"))
    );
}
