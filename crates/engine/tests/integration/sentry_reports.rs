//! What is reported to the team of runs: statements and requests as spans, and the check-ins of schedules.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{RunMode, RunState};
use engine::EngineSettings;
use klk_sim::{Endpoint, Fault, FaultKind};
use monitoring::{MonitoringSettings, Started};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warehouse::{JobWatch, StatementObserver};

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{World, operator, settings};
use crate::test_clock::TestClock;

/// Monitoring that reports everything.
pub fn team(server: &FakeSentry) -> Started {
    let clock = TestClock::at("2025-11-18T16:00:00Z");
    monitoring::init(MonitoringSettings {
        dsn: Some(server.dsn()),
        environment: "test".to_owned(),
        traces_sample_rate: Some(1.0),
        ..MonitoringSettings::new("klk-tracking@0.1.0", Arc::new(move || clock.time()))
    })
}

fn spans<'a>(transaction: &'a Value, op: &str) -> Vec<&'a Value> {
    transaction["spans"].as_array().unwrap().iter().filter(|span| span["op"] == op).collect()
}

fn described<'a>(transaction: &'a Value, op: &str, description: &str) -> Vec<&'a Value> {
    spans(transaction, op).into_iter().filter(|span| span["description"] == description).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statements_of_a_run_are_spans_of_the_step_that_asks_for_them() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(settings(), monitoring).await;
    world.extract("tienda_01", "2025-11-17", Some(("12:00", "12:30"))).await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 400, html: false }));
    world.extract("tienda_01", "2025-11-17", Some(("13:00", "13:30"))).await;
    world.engine.shutdown().await;
    drop(guard);

    let transactions = server.payloads("transaction");
    let [done, failed] = transactions.as_slice() else { panic!("{transactions:?}") };
    let [load] = *spans(done, "etl.load") else { panic!("{done}") };
    let [replacing] = *described(done, "db.query", "reemplazar_ventana_ventas") else { panic!("{done}") };
    assert_eq!(replacing["parent_span_id"], load["span_id"]);
    let system = if test_database::is_postgres() { "postgresql" } else { "duckdb" };
    assert_eq!(replacing["data"]["db.system.name"], system);

    let run = &failed["contexts"]["trace"]["span_id"];
    let [ending] = *described(failed, "db.query", "terminar_ejecucion_fallida") else { panic!("{failed}") };
    assert_eq!(&ending["parent_span_id"], run);
}

/// Passes everything on to another address, and keeps the requests' heads.
async fn tap(address: String) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (own, heard) = (listener.local_addr().unwrap().to_string(), Arc::new(Mutex::new(String::new())));
    let hearing = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&address).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            let hearing = Arc::clone(&hearing);
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
                    hearing.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
                    to_server.write_all(&bytes[..count]).await.unwrap();
                }
            });
        }
    });
    (own, heard)
}

fn header<'a>(requests: &'a str, name: &str) -> Vec<&'a str> {
    requests.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_to_the_pos_carries_the_trace_on_and_a_retry_is_another_span() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let (world, heard) = World::monitored_through(settings(), monitoring, tap).await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 503, html: false }).at(Endpoint::Sales).times(1));
    let runs = world.extract("tienda_01", "2025-11-17", Some(("12:00", "12:30"))).await;
    assert_eq!(runs[0].estado, RunState::Succeeded);
    world.engine.shutdown().await;
    drop(guard);

    let [transaction] = server.payloads("transaction").try_into().unwrap();
    let trace = transaction["contexts"]["trace"]["trace_id"].as_str().unwrap();
    let expected: Vec<String> = spans(&transaction, "http.client")
        .into_iter()
        .map(|span| format!("{trace}-{}-1", span["span_id"].as_str().unwrap()))
        .collect();
    let heard = heard.lock().unwrap();
    assert_eq!(expected.len(), 2, "{transaction}");
    assert_eq!(header(&heard, "sentry-trace"), expected, "{heard}");
    assert!(header(&heard, "baggage").iter().all(|baggage| baggage.contains(trace)), "{heard}");
}

fn statuses(server: &FakeSentry) -> Vec<String> {
    let check_ins = server.payloads("check_in");
    check_ins.iter().map(|check_in| check_in["status"].as_str().unwrap().to_owned()).collect()
}

fn scheduled(workers: usize) -> EngineSettings {
    EngineSettings { scheduler: true, workers, nap_max: Duration::from_millis(20), ..settings() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_run_that_still_waits_at_the_end_is_no_success() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(scheduled(0), monitoring).await;
    world.clock.set("2025-11-18T16:05:00Z");
    while world.runs().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.engine.shutdown().await;
    drop(guard);
    assert_eq!(statuses(&server), ["in_progress", "error"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_whose_runs_all_went_well_is_a_success_and_its_runs_are_traces_of_their_own() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(scheduled(2), monitoring).await;
    world.clock.set("2025-11-18T16:05:00Z");
    let succeeded =
        |run: &domain::read_model::RunView| (run.modo, run.estado) == (RunMode::Incremental, RunState::Succeeded);
    while world.runs().await.iter().filter(|run| succeeded(run)).count() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.engine.shutdown().await;
    drop(guard);
    assert_eq!(statuses(&server), ["in_progress", "ok"]);
    let [one, other] = server.payloads("transaction").try_into().unwrap();
    assert_ne!(one["contexts"]["trace"]["trace_id"], other["contexts"]["trace"]["trace_id"]);
}

/// The load takes until ten past twelve.
struct SlowLoad(TestClock);

impl StatementObserver for SlowLoad {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        if name == "reemplazar_ventana_ventas" {
            self.0.set("2025-11-18T16:10:00Z");
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_lasts_until_its_rows_are_in() {
    let world = World::observed_by(|clock| SlowLoad(clock.clone())).await;
    let runs = world.extract("tienda_01", "2025-11-17", Some(("12:00", "12:30"))).await;
    assert_eq!(runs[0].duracion_segundos, Some(600.0));
    assert_eq!(runs[0].fecha_fin, Some("2025-11-18T16:10:00Z".parse().unwrap()));
    assert!(world.engine.connectivity(&operator()).await.is_ok());
}
