//! What is reported to the team of stores whose live half hours fail: once a store, once for most of them, and once when it is over.

use std::time::Duration;

use domain::{EtlKind, RunMode, RunState};
use engine::{EngineSettings, LookBackSettings, RetrySettings};
use jiff::SignedDuration;
use klk_sim::{Endpoint, Fault, FaultKind};
use monitoring::Started;
use serde_json::Value;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::sentry_reports::team;
use crate::support::{PATIENT, World, eventually, settings};

fn scheduled() -> EngineSettings {
    EngineSettings { scheduler: true, nap_max: Duration::from_millis(20), ..settings() }
}

fn failing() -> Fault {
    Fault::new(FaultKind::Status { code: 400, html: false }).at(Endpoint::Sales)
}

/// Turns the clock to each moment in turn, and waits until both stores were asked for the half hour before it.
async fn look_at(world: &World, moments: &[&str]) {
    for moment in moments {
        let looked = async || {
            let runs = world.runs().await;
            let live = |run: &&domain::read_model::RunView| {
                (run.etl_tipo, run.modo) == (EtlKind::Sales, RunMode::Incremental) && run.estado.is_final()
            };
            runs.iter().filter(live).count()
        };
        let before = looked().await;
        world.clock.set(moment);
        let done = async {
            while looked().await < before + 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENT, done).await.unwrap();
    }
}

/// The incidents among what was reported: their name and store.
fn incidents(server: &FakeSentry) -> Vec<(String, String)> {
    let tag = |event: &Value, name: &str| event["tags"][name].as_str().unwrap_or_default().to_owned();
    let events = server.payloads("event");
    let incidents = events.iter().map(|event| (tag(event, "incidente"), tag(event, "tienda")));
    incidents.filter(|(name, _)| !name.is_empty()).collect()
}

fn named(name: &str, branch: &str) -> (String, String) {
    (name.to_owned(), branch.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_again_and_again_is_one_event_and_its_end_another() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let mut world = World::monitored(scheduled(), monitoring).await;
    world.sim.add_fault(failing().of_branch("SUC001"));
    look_at(&world, &["2025-11-18T16:05:00Z", "2025-11-18T16:35:00Z", "2025-11-18T17:05:00Z"]).await;
    look_at(&world, &["2025-11-18T17:35:00Z"]).await;
    // Another process does not say it again, and says its end.
    world.restart(scheduled()).await;
    look_at(&world, &["2025-11-18T18:05:00Z"]).await;
    world.sim.clear_faults();
    look_at(&world, &["2025-11-18T18:35:00Z", "2025-11-18T19:05:00Z"]).await;
    world.engine.shutdown().await;
    drop(guard);
    assert_eq!(incidents(&server), [named("tienda_falla", "tienda_01"), named("tienda_repuesta", "tienda_01")]);
    let events = server.payloads("event");
    let begun = events.iter().find(|event| event["tags"]["incidente"] == "tienda_falla").unwrap();
    assert_eq!(begun["fingerprint"], serde_json::json!(["tienda_falla", "tienda_01"]));
    // The level `error` is the one that is not written.
    assert_eq!((&begun["level"], &begun["tags"]["error_tipo"]), (&Value::Null, &"api_error".into()));
    assert_eq!(begun["contexts"]["incidente"]["medias_horas"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_stores_fail_it_is_one_event_and_not_one_for_each() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(scheduled(), monitoring).await;
    world.sim.add_fault(failing());
    look_at(&world, &["2025-11-18T16:05:00Z", "2025-11-18T16:35:00Z", "2025-11-18T17:05:00Z"]).await;
    look_at(&world, &["2025-11-18T17:35:00Z"]).await;
    world.sim.clear_faults();
    look_at(&world, &["2025-11-18T18:05:00Z", "2025-11-18T18:35:00Z"]).await;
    world.engine.shutdown().await;
    drop(guard);
    assert_eq!(incidents(&server), [named("tiendas_fallan", ""), named("tiendas_repuestas", "")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_while_a_store_is_closed_is_no_event_and_no_check_in_error() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(scheduled(), monitoring).await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 400, html: false }));
    // From two in the morning on, Caracas time: nobody sells.
    look_at(&world, &["2025-11-19T06:05:00Z", "2025-11-19T06:35:00Z", "2025-11-19T07:05:00Z"]).await;
    while world.runs().await.iter().any(|run| !run.estado.is_final()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.engine.shutdown().await;
    drop(guard);
    let night = |event: &&Value| event["tags"]["etl_name"] != "ventas_klk_completo";
    let events: Vec<Value> = server.payloads("event").into_iter().filter(|event| night(&event)).collect();
    assert_eq!(events, Vec::<Value>::new());
    let failed = |check_in: &&Value| check_in["status"] == "error" && check_in["monitor_slug"] != "reconciliacion-klk";
    let check_ins = server.payloads("check_in");
    assert_eq!(check_ins.iter().filter(failed).count(), 0, "{check_ins:?}");
}

fn retried() -> EngineSettings {
    let retries =
        RetrySettings { is_on: true, look_interval: SignedDuration::from_mins(5), ..RetrySettings::default() };
    let look_back = LookBackSettings { days: 3, pause: Duration::ZERO };
    EngineSettings { retries, look_back, ..scheduled() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_line_is_off_at_night_is_no_alarm_and_is_compared_once_it_opens() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(retried(), monitoring).await;
    world.extract("tienda_01", "2025-11-17", None).await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 503, html: false }).of_branch("SUC001"));
    // Three in the morning of the 19th: the comparison of the 18th, and the look back at the 17th.
    world.clock.set("2025-11-19T07:00:00Z");
    let comparisons = async |state: RunState| {
        let is_one = |run: &&domain::read_model::RunView| {
            run.fecha_desde.to_string() == "2025-11-18" && run.modo == RunMode::Full && run.etl_tipo == EtlKind::Sales
        };
        let runs = world.runs().await;
        runs.iter().filter(is_one).filter(|run| run.ubicacion_id.as_str() == "tienda_01" && run.estado == state).count()
    };
    eventually(async || comparisons(RunState::Failed).await == 1).await;
    let counts = || {
        let is_count = |request: &&klk_sim::RequestRecord| {
            request.branches == ["SUC001"] && request.question.contains("2025-11-17") && request.path == "/ventas"
        };
        world.sim.requests().recent.iter().filter(is_count).count()
    };
    eventually(async || counts() > 1).await;
    world.sim.clear_faults();
    let unanswered = counts();
    // It opens at seven.
    world.clock.set("2025-11-19T10:50:00Z");
    world.all_ended().await;
    assert_eq!(comparisons(RunState::Succeeded).await, 0);
    world.clock.set("2025-11-19T11:01:00Z");
    eventually(async || comparisons(RunState::Succeeded).await == 1).await;
    eventually(async || counts() > unanswered).await;
    world.engine.shutdown().await;
    drop(guard);
    assert_eq!(server.payloads("event"), Vec::<Value>::new());
    let check_ins = server.payloads("check_in");
    assert!(check_ins.iter().any(|check_in| check_in["monitor_slug"] == "reconciliacion-klk"), "{check_ins:?}");
    assert!(check_ins.iter().all(|check_in| check_in["status"] != "error"), "{check_ins:?}");
}
