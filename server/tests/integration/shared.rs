//! Several `klk serve` over one PostgreSQL database: pages at two, runs at two, and whichever of them is killed. They need a server, so
//! that only `./dev test` runs them, on its own.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use crate::process_faults::{STORES, recover, recover_all};
use crate::rest::block_on;
use crate::support::{Klk, Pos, Server};

/// How often a process is killed and another one started, all are cut off from the database, or one stands still.
const KILLED: usize = 8;
const STANDS_STILL: Duration = Duration::from_secs(6);
const CUT_OFF: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";
const SEED: u64 = 15;

fn start(klk: &Klk, role: &str) -> Server {
    Server::start(klk, &["--rol", role])
}

/// The first column of the first row.
fn value(address: &str, sql: &str) -> String {
    test_database::rows(address, sql).remove(0).remove(0).unwrap_or_default()
}

#[test]
#[ignore = "needs PostgreSQL"]
fn nothing_is_lost_or_doubled_whichever_process_is_killed() {
    let pos = Pos::with_latency(Duration::from_millis(40));
    let folder = tempfile::tempdir().unwrap();
    let address = test_database::address_of(&folder.path().join("klk.duckdb")).unwrap();
    let klk = pos.klk().with_variable("KLK_DATABASE", &address).with_variable("KLK_ARRIENDO_SEGUNDOS", "4");
    // Who fires no schedules leads nobody.
    let klk = klk.with_variable("KLK_SCHEDULER", "true");
    let mut dice = StdRng::seed_from_u64(SEED);
    // The first one brings the schema.
    let pages = [start(&klk, "web"), start(&klk, "web")];
    let mut workers: Vec<Server> = (0..2).map(|_| start(&klk, "trabajador")).collect();
    block_on(async {
        for (store, _) in STORES {
            recover(&pages[0], store, &pos.yesterday().to_string()).await.unwrap();
        }
    });
    for round in 0..KILLED {
        std::thread::sleep(Duration::from_millis(dice.random_range(100..900)));
        let hit = dice.random_range(0..workers.len());
        match round % 4 {
            // Every connection, in mid commit or not.
            1 => test_database::execute(&address, CUT_OFF),
            // For longer than its lease: what it had is somebody else's when it goes on.
            2 => {
                workers[hit].stand_still();
                std::thread::sleep(STANDS_STILL);
                workers[hit].go_on();
            }
            _ => {
                workers.remove(hit).kill();
                workers.push(start(&klk, "trabajador"));
            }
        }
    }
    // The other server of pages shows the same, and what it starts is done by the same workers.
    block_on(recover_all(&pages[1], SEED));

    let day = pos.yesterday();
    for (store, code) in STORES {
        let truth = pos.sim.truth(code, day, day).unwrap();
        let sql = |what: &str| format!("SELECT {what} FROM ventas WHERE ubicacion_id = '{store}' AND fecha = '{day}'");
        assert_eq!(value(&address, &sql("count(*)")), truth.lines.to_string(), "{store}");
        assert_eq!(
            value(&address, &sql("count(DISTINCT (numero_factura, linea))")),
            truth.lines.to_string(),
            "{store}"
        );
        let usd: rust_decimal::Decimal = value(&address, &sql("sum(venta_total_usd)")).parse().unwrap();
        assert_eq!(usd, truth.total_usd, "{store}");
    }
    let nothing = [
        "SELECT count(*) FROM etl_ejecuciones WHERE estado IN ('en_cola', 'en_proceso')",
        "SELECT count(*) FROM etl_ejecuciones AS ejecucion WHERE estado = 'exitoso' AND etl_tipo = 'ventas' AND NOT EXISTS (
            SELECT 1 FROM cobertura WHERE cobertura.ejecucion_id = ejecucion.id)",
        "SELECT count(*) FROM cobertura JOIN etl_ejecuciones AS ejecucion ON ejecucion.id = cobertura.ejecucion_id
         WHERE ejecucion.estado <> 'exitoso'",
        "SELECT count(*) FROM ventas JOIN etl_ejecuciones AS ejecucion ON ejecucion.id = ventas.ejecucion_id
         WHERE ejecucion.estado NOT IN ('exitoso', 'parcial')",
        "SELECT count(*) FROM (
            SELECT ubicacion_id, date_bin('30 minutes', fecha_hora, TIMESTAMP '1970-01-01') AS media_hora, count(*) AS lineas,
                sum(venta_total_usd) AS usd
            FROM ventas GROUP BY 1, 2) AS contadas
         FULL JOIN ventas_por_media_hora AS sumas USING (ubicacion_id, media_hora)
         WHERE contadas.lineas IS DISTINCT FROM sumas.lineas OR contadas.usd IS DISTINCT FROM sumas.total_usd",
        "SELECT count(*) FROM (SELECT 1 FROM disparos GROUP BY nombre, date_trunc('minute', disparada_en) HAVING count(*) > 1) AS repetidos",
    ];
    for sql in nothing {
        assert_eq!(value(&address, sql), "0", "{sql}");
    }
    let leaders = "SELECT count(*) FROM procesos WHERE dirige AND vence_en > clock_timestamp()";
    // One that was killed is said to lead until its lease has run out.
    let mut looks = 0;
    while value(&address, leaders) != "1" {
        assert!(looks < 100, "{} lead", value(&address, leaders));
        looks += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    for server in pages.into_iter().chain(workers) {
        assert_eq!(server.terminate(), 0);
    }
    assert_eq!(value(&address, leaders), "0", "leases were given back");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn what_is_decided_at_one_server_is_seen_at_the_other_and_a_file_is_of_one_process() {
    let pos = Pos::start();
    let folder = tempfile::tempdir().unwrap();
    let address = test_database::address_of(&folder.path().join("klk.duckdb")).unwrap();
    let klk = pos.klk().with_variable("KLK_DATABASE", &address).with_variable("KLK_SCHEDULER", "true");
    let pages = [start(&klk, "web"), start(&klk, "web")];
    block_on(async {
        let waive = json!({
            "etl_tipo": "ventas", "ubicacion_id": STORES[0].0, "motivo": "falla_electrica",
            "fecha_desde": pos.yesterday().to_string(), "fecha_hasta": pos.yesterday().to_string(),
            "hora_desde": "10:00", "hora_hasta": "11:00",
        });
        let (status, answer) = pages[0].post_json("/api/etl/tracking/justificar-gap", &waive).await;
        assert_eq!(status, 200, "{answer}");
        let path = "/api/etl/tracking/justificaciones";
        // Others fire the schedules, and what is late is late here too.
        let (_, schedules) = pages[1].get_json("/api/etl/tracking/cron/status").await;
        let is_on = |cron: &serde_json::Value| cron["activo"] == true && cron["proxima_ejecucion"].is_string();
        assert!(schedules["cron"].as_array().is_some_and(|all| all.len() == 3 && all.iter().all(is_on)), "{schedules}");
        pages[1].until(path, |list| list["justificaciones"].as_array().is_some_and(|found| !found.is_empty())).await;
    });
    for server in pages {
        assert_eq!(server.terminate(), 0);
    }
    let own = pos.klk().run(&["serve", "--rol", "web", "--direccion", "127.0.0.1:0"]);
    assert!(own.code == 2 && own.errors.contains("PostgreSQL"), "{} {}", own.code, own.errors);
}
