//! Whatever happens to a process, in an order that a seed gives: kill -9 under load, a disk that is full, a second
//! process, an end in order, and a POS that fails meanwhile. Afterwards nothing is lost, doubled or stuck.
//!
//! `./dev faults MINUTES` tries seeds for as long as somebody wants.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use duckdb::Connection;
use klk_sim::{Endpoint, Fault, FaultKind};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::rest::block_on;
use crate::support::{Ended, Klk, Pos, Server, on_a_full_disk};

pub const STORES: [(&str, &str); 2] = [("tienda_01", "SUC001"), ("tienda_08", "SUC002")];
/// Processes of a seed, one after the other.
const PROCESSES: usize = 5;
/// Rounds of recovering what is missing once all is well.
const ROUNDS: usize = 10;
/// How a process ends whose database another one has.
const IN_USE: i32 = 4;
/// How it ends once DuckDB gave the file up.
const BROKEN: i32 = 5;

#[test]
#[cfg(unix)]
fn a_process_loses_nothing_whatever_happens_to_it() {
    for seed in [1, 2] {
        survive(seed);
    }
}

#[test]
#[cfg(unix)]
#[ignore = "runs for KLK_FAULT_MINUTES: ./dev faults"]
fn a_process_loses_nothing_for_as_long_as_wanted() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let minutes = number("KLK_FAULT_MINUTES").unwrap_or(60);
    let first = number("KLK_FAULT_SEED").unwrap_or_else(rand::random);
    let (started, mut survived) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_secs(60 * minutes) {
        let seed = first.wrapping_add(survived);
        eprintln!("processes, seed {seed}");
        survive(seed);
        survived += 1;
    }
    eprintln!("{survived} seeds from {first}: no process lost, doubled or left anything");
}

fn survive(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let pos = Pos::with_latency(Duration::from_millis(30));
    let klk = pos.klk().with_variable("KLK_WRITE_RETRY_PAUSE_SECONDS", "1").with_variable("KLK_WRITE_RETRIES", "3");
    let mut loaded = BTreeMap::new();
    for _ in 0..PROCESSES {
        live_and_die(&klk, &pos, &mut dice, &mut loaded, seed);
    }
    pos.sim.clear_faults();
    let server = Server::start(&klk, &[]);
    block_on(async {
        still_there(&server, &loaded, seed).await;
        recover_all(&server, seed).await;
    });
    assert_eq!(server.terminate(), 0, "seed {seed}");
    check(&klk, &pos, seed);
}

/// A process that works while the POS fails, and its end. `loaded` has every run that some process said to have loaded.
fn live_and_die(klk: &Klk, pos: &Pos, dice: &mut StdRng, loaded: &mut BTreeMap<String, u64>, seed: u64) {
    for _ in 0..dice.random_range(0..3) {
        pos.sim.add_fault(fault(dice));
    }
    // In blocks of half a kibibyte and more, by shell: enough to open the file, and soon too little.
    let room = dice.random_bool(0.3).then(|| dice.random_range(1_000..12_000));
    let command = klk.server_command(&[]);
    let started = Server::try_start(
        klk,
        match room {
            Some(blocks) => on_a_full_disk(&command, blocks),
            None => command,
        },
    );
    let server = match started {
        Ok(server) => server,
        // Only a disk without room may keep it from starting, and it says so.
        Err(Ended { code, said }) => {
            assert!(
                room.is_some() && [1, 3, BROKEN].contains(&code) && !said.contains("panicked"),
                "seed {seed}: {code} {said}"
            );
            return;
        }
    };
    block_on(async {
        // Whoever asks may be asking a process that is about to give up.
        for (store, _) in STORES.iter().filter(|_| dice.random_bool(0.8)) {
            drop(recover(&server, store, &pos.yesterday().to_string()).await);
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..1_500))).await;
        if dice.random_bool(0.4) {
            a_second_process_is_refused(klk, &server, seed);
        }
        for run in succeeded(&server).await.unwrap_or_default() {
            loaded.insert(run["id"].as_str().unwrap().to_owned(), run["registros_cargados"].as_u64().unwrap());
        }
    });
    match (dice.random_bool(0.7), room) {
        (true, _) => server.kill(),
        (false, None) => assert_eq!(server.terminate(), 0, "seed {seed}"),
        (false, Some(_)) => {
            let code = server.terminate();
            assert!([0, 1, BROKEN].contains(&code), "seed {seed}: {code}");
        }
    }
}

fn fault(dice: &mut StdRng) -> Fault {
    let kinds = [
        FaultKind::Status { code: 503, html: true },
        FaultKind::Hang { seconds: 2 },
        FaultKind::Reset,
        FaultKind::CutBody { after_bytes: 300 },
        FaultKind::Short { missing_lines: 1 },
        FaultKind::NotJson,
        FaultKind::Slow { milliseconds: 200 },
    ];
    let fault = Fault::new(kinds.choose(dice).unwrap().clone()).at(Endpoint::Sales).times(dice.random_range(1..6));
    if dice.random() { fault.of_branch(STORES.choose(dice).unwrap().1) } else { fault }
}

pub async fn recover(server: &Server, store: &str, day: &str) -> reqwest::Result<reqwest::Response> {
    let period = json!({ "etl_tipo": "ventas", "ubicacion_id": store, "fecha_desde": day, "fecha_hasta": day });
    server.request(reqwest::Method::POST, "/api/etl/tracking/recuperar-gap").json(&period).send().await
}

fn a_second_process_is_refused(klk: &Klk, server: &Server, seed: u64) {
    if server.has_ended() {
        return;
    }
    for arguments in [&["gaps"][..], &["serve", "--direccion", "127.0.0.1:0"]] {
        let run = klk.run(arguments);
        // The first one may have given up meanwhile, and then a command is the only one.
        assert!(run.code == IN_USE || server.has_ended(), "seed {seed}: {arguments:?} {} {}", run.code, run.errors);
    }
}

async fn succeeded(server: &Server) -> Option<Vec<Value>> {
    let path = "/api/etl/tracking/ejecuciones?estado=exitoso&limite=100";
    let response = server.request(reqwest::Method::GET, path).send().await.ok()?;
    let page: Value = response.json().await.ok()?;
    Some(page["ejecuciones"].as_array()?.clone())
}

/// What some process said to have loaded is loaded, whatever became of that process.
async fn still_there(server: &Server, loaded: &BTreeMap<String, u64>, seed: u64) {
    for (id, lines) in loaded {
        let (status, run) = server.get_json(&format!("/api/etl/tracking/ejecucion?id={id}")).await;
        let found = (status, run["ejecucion"]["estado"].as_str(), run["ejecucion"]["registros_cargados"].as_u64());
        assert_eq!(found, (200, Some("exitoso"), Some(*lines)), "seed {seed}: {run}");
    }
}

pub async fn recover_all(server: &Server, seed: u64) {
    let all = "/api/etl/tracking/ejecuciones";
    for _ in 0..ROUNDS {
        let_plans_go_on(server).await;
        server.until(all, |page| page["totales"]["en_cola"] == 0 && page["totales"]["en_proceso"] == 0).await;
        let plan = json!({ "etl_tipo": "ventas", "ultimos_dias": 2 });
        let (status, preview) = server.post_json("/api/etl/tracking/planes", &plan).await;
        assert_eq!(status, 200, "seed {seed}: {preview}");
        if preview["ventanas"] == 0 {
            return;
        }
        let start = json!({ "hash": preview["hash"] });
        let (status, started) = server.post_json("/api/etl/tracking/planes/iniciar", &start).await;
        assert!([200, 409].contains(&status), "seed {seed}: {started}");
    }
    let (_, gaps) = server.get_json("/api/etl/tracking/gaps?etl_tipo=ventas").await;
    panic!("seed {seed}: this is missing for ever: {gaps}");
}

/// What the engine stopped because the POS failed goes on.
async fn let_plans_go_on(server: &Server) {
    let (_, plans) = server.get_json("/api/etl/tracking/planes?limite=100").await;
    for plan in plans["planes"].as_array().unwrap().iter().filter(|plan| plan["en_cola"] != 0) {
        // One that runs has nothing to resume.
        server.post_json("/api/etl/tracking/planes/reanudar", &json!({ "hash": plan["hash"] })).await;
    }
}

/// Looks into the file as anybody can.
fn check(klk: &Klk, pos: &Pos, seed: u64) {
    let day = pos.yesterday();
    let audit = klk.run(&["auditoria", "verificar"]);
    assert_eq!(audit.code, 0, "seed {seed}: {}", audit.errors);
    let connection = Connection::open(klk.path("data/klk.duckdb")).unwrap();
    for (store, code) in STORES {
        let sql = format!(
            "SELECT count(*), count(DISTINCT (numero_factura, linea)), sum(venta_total_usd)::VARCHAR
             FROM ventas WHERE ubicacion_id = '{store}' AND fecha = '{day}'"
        );
        let found: (u64, u64, String) =
            connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let truth = pos.sim.truth(code, day, day).unwrap();
        assert_eq!((found.0, found.1), (truth.lines, truth.lines), "seed {seed}: {store}");
        assert_eq!(found.2.parse::<rust_decimal::Decimal>().unwrap(), truth.total_usd, "seed {seed}: {store}");
    }
    let stuck: u64 = connection
        .query_row("SELECT count(*) FROM etl_ejecuciones WHERE estado IN ('en_cola', 'en_proceso')", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(stuck, 0, "seed {seed}");
}

/// A file that cannot be written, and one that somebody damaged: said, and left as it is.
#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_written_or_is_damaged_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;

    let pos = Pos::start();
    let klk = pos.klk();
    klk.add_user("ana", "lector", "", "caballo bateria grapa");
    let (file, folder) = (klk.path("data/klk.duckdb"), klk.path("data"));
    let whole = std::fs::read(&file).unwrap();

    let mode = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&klk.path(""), 0o755);
    mode(&folder, 0o555);
    mode(&file, 0o444);
    let refused = as_somebody_else(&klk, &klk.server_command(&[])).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    mode(&folder, 0o755);
    mode(&file, 0o644);
    assert!(refused.status.code() == Some(2) && said.contains("data/klk.duckdb"), "{:?} {said}", refused.status);
    assert!(std::fs::read(&file).unwrap() == whole);

    let damaged: [(&str, Vec<u8>); 3] = [
        ("its head", [vec![0xff; 4096], whole[4096..].to_vec()].concat()),
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("something else", b"no es una base de datos ".repeat(1000)),
    ];
    for (how, bytes) in damaged {
        std::fs::write(&file, &bytes).unwrap();
        let refused = klk.server_command(&[]).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!([1, 2, BROKEN].contains(&refused.status.code().unwrap()), "{how}: {said}");
        assert!(!said.contains("panicked") && said.contains("klk.duckdb"), "{how}: {said}");
        assert!(std::fs::read(&file).unwrap() == bytes, "{how}: it was changed");
    }
    // A log of which nothing can be read has nothing to add: DuckDB takes it for one that a power failure cut off.
    // Whether work is missing then, the mark beside the file says (adr/0038).
    std::fs::write(&file, &whole).unwrap();
    let log = klk.path("data/klk.duckdb.wal");
    std::fs::write(&log, b"no es un registro ".repeat(100)).unwrap();
    assert_eq!(klk.run(&["usuarios", "--json"]).json()["usuarios"][0]["usuario"], "ana");
}

/// Root may write whatever it wants, so there the command is nobody's, who may not even read where it was built.
#[cfg(unix)]
fn as_somebody_else(klk: &Klk, command: &Command) -> Command {
    let program = std::path::Path::new(command.get_program());
    let mut other = if rustix::process::geteuid().is_root() {
        let folder = klk.path("bin");
        std::fs::create_dir_all(&folder).unwrap();
        let copied = |name: &str| std::fs::copy(program.with_file_name(name), folder.join(name));
        copied("klk").unwrap();
        // Where it is not beside the program, the environment says where.
        drop(copied("libduckdb.so"));
        let mut other = Command::new("setpriv");
        other.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(folder.join("klk"));
        other
    } else {
        Command::new(program)
    };
    other.args(command.get_args()).current_dir(command.get_current_dir().unwrap());
    crate::support::copy_environment(command, &mut other);
    other
}
