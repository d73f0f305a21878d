//! The commands as scripts use them: answers on stdout, exit codes, `--json`.

use std::collections::BTreeSet;
use std::process::Stdio;

use klk_sim::{Endpoint, Fault, FaultKind};
use serde_json::Value;

use crate::support::{Klk, Pos, Run, Server};

fn runs(run: &Run) -> Vec<Value> {
    run.json()["ejecuciones"].as_array().unwrap().clone()
}

fn lines(runs: &[Value]) -> u64 {
    runs.iter().filter_map(|run| run["registros_cargados"].as_u64()).sum()
}

fn column(runs: &[Value], name: &str) -> BTreeSet<String> {
    runs.iter().map(|run| run[name].as_str().unwrap_or("null").to_owned()).collect()
}

fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

#[test]
fn a_day_of_sales_is_extracted_whole_and_again_the_same() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let arguments = ["etl", "ventas", "--tienda", "Periferico", "--desde", &day, "--hasta", &day, "--json"];
    for _ in 0..2 {
        let run = klk.run(&arguments);
        assert_eq!(run.code, 0, "{}", run.errors);
        let runs = runs(&run);
        assert_eq!(column(&runs, "estado"), set(["exitoso"]));
        assert_eq!(column(&runs, "ubicacion_id"), set(["tienda_01"]));
        assert_eq!(lines(&runs), pos.lines_of_yesterday("SUC001"));
    }
}

#[test]
fn one_half_hour_of_every_store_is_extracted_where_no_store_is_named() {
    let pos = Pos::start();
    let day = pos.yesterday().to_string();
    let run =
        pos.klk().run(&["etl", "ventas", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "12:30", "--json"]);
    assert_eq!(run.code, 0, "{}", run.errors);
    let runs = runs(&run);
    assert_eq!(column(&runs, "ubicacion_id"), set(["tienda_01", "tienda_08"]));
    assert_eq!((column(&runs, "hora_desde"), column(&runs, "hora_hasta")), (set(["12:00"]), set(["12:30"])));
}

#[test]
fn stock_is_extracted_without_dates() {
    let pos = Pos::start();
    let run = pos.klk().run(&["etl", "inventario", "--tienda", "SUC002", "--json"]);
    assert_eq!(run.code, 0, "{}", run.errors);
    let runs = runs(&run);
    assert_eq!(column(&runs, "etl_tipo"), set(["inventario"]));
    assert_eq!(lines(&runs), 50);
}

#[test]
fn a_store_that_is_down_gives_3_and_says_why() {
    let pos = Pos::start();
    pos.sim.add_fault(Fault::new(FaultKind::Status { code: 503, html: true }).of_branch("SUC001").at(Endpoint::Sales));
    let day = pos.yesterday().to_string();
    let arguments = ["etl", "ventas", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "12:30", "--json"];
    let run = pos.klk().run(&arguments);
    assert_eq!(run.code, 3, "{}", run.errors);
    let report = run.json();
    assert_eq!((report["exitosas"].as_u64(), report["fallidas"].as_u64()), (Some(1), Some(1)));
    let failed: Vec<Value> = runs(&run).into_iter().filter(|run| run["estado"] == "fallido").collect();
    assert_eq!(column(&failed, "error_tipo"), set(["api_error"]));
    assert_eq!(column(&failed, "ubicacion_id"), set(["tienda_01"]));
}

#[test]
fn gaps_are_seen_recovered_and_gone() {
    let pos = Pos::start();
    let klk = pos.klk();
    let seen = klk.run(&["gaps", "--etl-tipo", "ventas", "--json"]);
    assert_eq!(seen.code, 3, "{}", seen.errors);
    assert_eq!(column(seen.json()["gaps"].as_array().unwrap(), "causa"), set(["nunca_ejecutado"]));

    let unasked = klk.run(&["recuperar", "--todo"]);
    assert_eq!(unasked.code, 2);
    assert!(unasked.errors.contains("--si"), "{}", unasked.errors);

    let recovered = klk.run(&["recuperar", "--todo", "--si", "--json"]);
    assert_eq!(recovered.code, 0, "{}", recovered.errors);
    assert_eq!(column(&runs(&recovered), "modo"), set(["recuperacion"]));

    let left = klk.run(&["gaps", "--etl-tipo", "ventas", "--tienda", "tienda_01", "--json"]).json();
    let day = pos.yesterday().to_string();
    let of_yesterday = left["gaps"].as_array().unwrap().iter().filter(|gap| gap["fecha_desde"] == day.as_str());
    assert_eq!(of_yesterday.count(), 0, "{left}");
}

#[test]
fn who_only_asks_writes_nothing() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    assert_eq!(klk.run(&["gaps"]).code, 3, "nothing is loaded yet");
    assert_eq!((klk.run(&["usuarios"]).code, klk.run(&["tokens"]).code), (0, 0));
    let plan = klk.run(&["plan"]);
    assert!(plan.code == 2 && plan.errors.contains("no existe todavía"), "{}", plan.errors);
    assert!(!klk.path("data/klk.duckdb").exists());
    let window =
        ["etl", "ventas", "--tienda", "tienda_01", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "12:30"];
    assert_eq!(klk.run(&window).code, 0);
    let before = std::fs::read(klk.path("data/klk.duckdb")).unwrap();
    for asking in [
        &["gaps"][..],
        &["planes"],
        &["calendario"],
        &["cobertura", "--tienda", "tienda_01", "--fecha", &day],
        &["usuarios"],
        &["tokens"],
        &["doctor"],
    ] {
        let run = klk.run(asking);
        assert!([0, 3].contains(&run.code), "{asking:?}: {} {}", run.code, run.errors);
        assert!(std::fs::read(klk.path("data/klk.duckdb")).unwrap() == before, "{asking:?}");
    }
}

#[test]
fn who_only_asks_of_a_database_of_an_earlier_version_leaves_it_as_it_is() {
    let klk = Pos::start().klk();
    klk.first_token();
    let database = klk.path("data/klk.duckdb");
    let connection = duckdb::Connection::open(&database).unwrap();
    connection.execute_batch("DELETE FROM esquema_migraciones WHERE version > 13").unwrap();
    connection.close().unwrap();
    let before = std::fs::read(&database).unwrap();
    for asking in ["gaps", "planes", "usuarios", "tokens", "plan"] {
        let run = klk.run(&[asking]);
        assert!(run.code == 2 && run.errors.contains("es de una versión anterior"), "{asking}: {}", run.errors);
        assert!(std::fs::read(&database).unwrap() == before, "{asking}");
    }
    let names = std::fs::read_dir(klk.path("data")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("esquema")));
}

/// An older file in place of the last one, as by somebody who copied the wrong one back.
#[test]
fn a_database_that_lost_what_was_committed_says_so_to_whoever_looks() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let load = |from: &str, to: &str| {
        let arguments =
            ["etl", "ventas", "--tienda", "tienda_01", "--desde", &day, "--hora-desde", from, "--hora-hasta", to];
        klk.run(&arguments)
    };
    assert_eq!(load("12:00", "12:30").code, 0);
    let (database, copy) = (klk.path("data/klk.duckdb"), klk.path("copy"));
    std::fs::copy(&database, &copy).unwrap();
    assert_eq!(load("12:30", "13:00").code, 0);
    std::fs::copy(&copy, &database).unwrap();

    let said = "perdió trabajo que ya estaba guardado: el archivo es anterior";
    for asking in [&["gaps"][..], &["cobertura", "--tienda", "tienda_01", "--fecha", &day], &["planes"]] {
        let run = klk.run(asking);
        assert!(run.errors.contains(said), "{asking:?}: {}", run.errors);
    }
    let doctor = klk.run(&["doctor"]);
    assert!(
        doctor.code == 3 && doctor.answer.contains(said) && doctor.answer.contains("klk restaurar"),
        "{}",
        doctor.answer
    );
    assert!(load("12:30", "13:00").errors.contains(said));
    assert!(!klk.run(&["gaps"]).errors.contains(said), "what was lost is loaded again or a gap");
}

#[test]
fn invented_sales_do_not_go_beside_real_ones() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let window =
        ["etl", "ventas", "--tienda", "tienda_01", "--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "12:30"];
    assert_eq!(klk.run(&window).code, 0);
    let refused = klk.run(&["demo-data", "--base", "data/klk.duckdb"]);
    assert!(refused.code == 2 && refused.errors.contains("elija otro archivo"), "{}", refused.errors);
}

#[test]
fn an_answer_that_cannot_be_written_is_no_success() {
    let pos = Pos::start();
    let klk = pos.klk();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = klk.command(&["planes", "--json"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.code() == Some(1) && errors.contains("no se pudo escribir toda la salida"), "{errors}");
}

#[test]
fn an_answer_that_nobody_reads_to_its_end_is_no_error() {
    let pos = Pos::start();
    let klk = pos.klk();
    let mut command = klk.command(&["gaps", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(command.stdout.take());
    let ended = command.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(3) && !errors.contains("panicked"), "{:?} {errors}", ended.status);
}

#[test]
fn an_exported_list_that_nobody_reads_is_no_error_and_its_help_is_spanish() {
    let klk = Pos::start().klk();
    let mut command =
        klk.command(&["export", "ejecuciones"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(command.stdout.take());
    let ended = command.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let help = klk.run(&["export", "--help"]).answer;
    assert!(help.contains("Lo que falta") && !help.contains("What is missing"), "{help}");
}

#[test]
fn an_empty_list_is_exported_with_its_head() {
    let klk = Pos::start().klk();
    let exported = klk.run(&["export", "ejecuciones", "--estado", "cancelado"]);
    assert_eq!(exported.code, 0, "{}", exported.errors);
    assert!(
        exported.answer.contains("ubicacion_nombre") && exported.answer.lines().count() == 1,
        "{}",
        exported.answer
    );
    assert_eq!(klk.run(&["export", "ejecuciones", "--a", "vacia.parquet"]).code, 0);
    assert!(std::fs::metadata(klk.path("vacia.parquet")).unwrap().len() > 0);
}

#[test]
fn a_day_is_shown_with_what_proves_it_and_ends_with_3_until_it_is_proven() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let arguments = ["cobertura", "--tienda", "PERIFERICO", "--fecha", &day];
    let unproven = klk.run(&arguments);
    assert_eq!(unproven.code, 3, "{}", unproven.errors);
    assert!(unproven.answer.contains("28 faltante"), "{}", unproven.answer);

    assert_eq!(klk.run(&["etl", "ventas", "--tienda", "PERIFERICO", "--desde", &day]).code, 0);
    let proven = klk.run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(proven.code, 0, "{}", proven.errors);
    let shown = proven.json();
    assert_eq!(
        (shown["dia_probado"].as_bool(), shown["lineas"].as_u64()),
        (Some(true), Some(pos.lines_of_yesterday("SUC001")))
    );
}

#[test]
fn one_period_of_one_store_is_recovered() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let arguments = [
        "recuperar",
        "--tienda",
        "BOSQUE",
        "--desde",
        &day,
        "--hora-desde",
        "23:00",
        "--hora-hasta",
        "24:00",
        "--json",
    ];
    let run = klk.run(&arguments);
    assert_eq!(run.code, 0, "{}", run.errors);
    let runs = runs(&run);
    assert_eq!(column(&runs, "hora_desde"), set(["23:00", "23:30"]));
    assert_eq!(column(&runs, "estado"), set(["exitoso"]));
}

#[test]
fn a_running_server_has_the_database_and_is_asked_instead() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let day = pos.yesterday().to_string();

    let refused = klk.run(&["etl", "ventas", "--desde", &day]);
    assert_eq!(refused.code, 4, "{}", refused.errors);
    assert!(refused.errors.contains("--servidor"), "{}", refused.errors);
    assert_eq!(klk.run(&["gaps"]).code, 4);

    let gaps = klk.run(&["gaps", "--tienda", "periferico", "--servidor", &server.address, "--json"]);
    assert_eq!(gaps.code, 3, "{}", gaps.errors);
    assert_eq!(column(gaps.json()["gaps"].as_array().unwrap(), "ubicacion_id"), set(["tienda_01"]));

    let period = ["--desde", &day, "--hora-desde", "12:00", "--hora-hasta", "13:00", "--json"];
    let arguments = ["recuperar", "--tienda", "tienda_01", "--servidor", &server.address];
    let recovered = klk.run(&[&arguments[..], &period[..]].concat());
    assert_eq!(recovered.code, 0, "{}", recovered.errors);
    assert_eq!(column(&runs(&recovered), "hora_desde"), set(["12:00", "12:30"]));
}

#[test]
fn rubbish_ends_with_2_and_says_what_may_be_written() {
    let pos = Pos::start();
    let klk = pos.klk();
    let cases: &[&[&str]] = &[
        &[],
        &["vender"],
        &["etl", "compras"],
        &["etl", "ventas"],
        &["etl", "ventas", "--desde", "ayer"],
        &["etl", "ventas", "--desde", "2025-02-30"],
        &["etl", "ventas", "--desde", "2025-11-17", "--hasta", "2025-11-16"],
        &["etl", "ventas", "--desde", "2025-11-17", "--hora-desde", "25:00"],
        &["etl", "ventas", "--desde", "2025-11-17", "--tienda", "tienda_99"],
        &["gaps", "--max-horas", "0"],
        &["gaps", "--tienda", "LUNA"],
        &["gaps", "--ordenar", "precio"],
        &["cobertura", "--tienda", "BOSQUE", "--fecha", "ayer"],
        &["gaps", "--servidor", "nowhere"],
        &["recuperar"],
        &["recuperar", "--todo", "--tienda", "tienda_01"],
        &["recuperar", "--plan", "0123"],
        &["recuperar", "--plan", "0123456789ab"],
        &["recuperar", "--plan", "0123456789ab", "--todo"],
        &["plan", "--dias", "0"],
        &["plan", "--dias", "7", "--desde", "2025-11-17"],
        &["sim", "--fallo", "SUC001:explode"],
        &["serve", "--direccion", "aqui"],
        &["gaps", "--config", "no-such.toml"],
    ];
    let mut said = String::new();
    for arguments in cases {
        let run = klk.run(arguments);
        assert_eq!((run.code, run.answer.as_str()), (2, ""), "{arguments:?}: {}", run.errors);
        said += &format!("klk {}\n{}\n", arguments.join(" "), run.errors);
    }
    insta::assert_snapshot!("rubbish", said);
}

#[test]
fn help_documents_the_exit_codes() {
    for arguments in
        [&["--help"][..], &["etl", "--help"], &["gaps", "--help"], &["plan", "--help"], &["recuperar", "--help"]]
    {
        let run = Klk::new().run(arguments);
        assert_eq!(run.code, 0);
        assert!(run.answer.contains("4  otro proceso usa la base de datos"), "{}", run.answer);
    }
}

#[test]
fn an_unreachable_server_is_an_unexpected_error() {
    let run = Klk::new().run(&["gaps", "--servidor", "http://127.0.0.1:1"]);
    assert_eq!(run.code, 1);
    assert!(run.errors.contains("no responde"), "{}", run.errors);
}

#[test]
fn orders_that_a_running_server_does_not_take_say_what_to_do_instead() {
    let klk = Klk::new();
    let day = ["etl", "ventas", "--desde", "2025-11-17", "--servidor", "http://127.0.0.1:9"];
    let etl = klk.run(&day);
    assert!(etl.code == 2 && etl.errors.contains("klk recuperar --servidor http://127.0.0.1:9"), "{}", etl.errors);
    for order in [vec!["tokens"], vec!["tokens", "crear", "uno", "--rol", "lector"]] {
        let all: Vec<&str> = order.into_iter().chain(["--servidor", "http://127.0.0.1:9/"]).collect();
        let run = klk.run(&all);
        assert!(run.code == 2 && run.errors.contains("http://127.0.0.1:9/usuarios"), "{}", run.errors);
    }
}
