//! What is reported to the team when a recovery has ended: once, whoever clicked, and also after a restart.

use domain::RunState;
use engine::{EngineSettings, PlanSettings};
use klk_sim::{Fault, FaultKind};
use monitoring::Started;
use serde_json::{Value, json};

use crate::fake_sentry::{FakeSentry, Manner};
use crate::sentry_reports::team;
use crate::support::{World, hours_of, operator, settings};

/// The events that say how a recovery ended.
fn outcomes(server: &FakeSentry) -> Vec<Value> {
    let events = server.payloads("event").into_iter();
    events.filter(|event| event["tags"]["endpoint"] == "recuperar_gap").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_is_recovered_is_told_once_with_its_plan() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let mut world = World::monitored(settings(), monitoring).await;
    let answer = world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "12:00")).await.unwrap();
    world.finished(answer.lote_id.unwrap()).await;
    world.restart(settings()).await;
    world.engine.shutdown().await;
    drop(guard);

    let [outcome] = outcomes(&server).try_into().unwrap();
    assert_eq!(
        (&outcome["level"], &outcome["message"]),
        (&json!("info"), &json!("Gap recuperado: ventas de tienda_01"))
    );
    assert_eq!((&outcome["tags"]["tienda"], &outcome["tags"]["etl_tipo"]), (&json!("tienda_01"), &json!("ventas")));
    let plan = &outcome["contexts"]["gap_recovery"];
    assert_eq!((&plan["desde"], &plan["hasta"]), (&json!("2025-11-17 10:00"), &json!("2025-11-17 12:00")));
    assert_eq!((&plan["solicitado_por"], &plan["ventanas"]), (&json!("web"), &json!(4)));
    assert_eq!(plan["ejecuciones"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_fails_is_one_error_with_the_class() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = World::monitored(settings(), monitoring).await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 400, html: false }));
    let answer = world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "11:00")).await.unwrap();
    world.finished(answer.lote_id.unwrap()).await;
    world.engine.shutdown().await;
    drop(guard);

    let [outcome] = outcomes(&server).try_into().unwrap();
    assert_eq!(outcome["tags"]["error_tipo"], "api_error");
    assert_eq!(outcome["exception"]["values"][0]["type"], "Recuperación fallida: api_error");
    let value = outcome["exception"]["values"][0]["value"].as_str().unwrap();
    assert!(value.starts_with("Siguen faltando 2 de 2 ventanas. "), "{value}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_whose_last_run_a_process_left_in_progress_is_told_by_the_next() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let mut world = World::monitored(EngineSettings { workers: 0, ..settings() }, monitoring).await;
    let answer = world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "10:30")).await.unwrap();
    let warehouse = world.warehouse().await;
    let started_at = "2025-11-18T16:01:00Z".parse().unwrap();
    assert!(warehouse.claim(answer.ejecuciones[0].id, started_at, "otra".to_owned(), None).await.unwrap());
    warehouse.close().await;

    // It was interrupted as often as may be, and is not queued anew.
    let plans = PlanSettings { interruptions_max: 0, ..PlanSettings::default() };
    world.restart(EngineSettings { plans, ..settings() }).await;
    let runs = world.engine.batch_runs(answer.lote_id.unwrap()).await.unwrap();
    assert_eq!(runs[0].estado, RunState::Interrupted);
    world.restart(settings()).await;
    world.engine.shutdown().await;
    drop(guard);
    let [outcome] = outcomes(&server).try_into().unwrap();
    assert_eq!(outcome["tags"]["error_tipo"], "interrumpido");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_was_taken_back_is_neither() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let mut world = World::monitored(EngineSettings { workers: 0, ..settings() }, monitoring).await;
    let answer = world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "11:00")).await.unwrap();
    let plan = answer.plan_hash.unwrap();
    assert_eq!(world.engine.cancel_plan(&operator(), plan.as_str(), None).await.unwrap().canceladas, 2);
    world.restart(settings()).await;
    world.engine.shutdown().await;
    drop(guard);
    assert_eq!(outcomes(&server), Vec::<Value>::new());
}
