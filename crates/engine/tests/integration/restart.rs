//! What a process leaves behind, the next one finds.

use domain::plan::PlanState;
use domain::{ErrorClass, RunState};
use engine::EngineSettings;
use klk_sim::{Fault, FaultKind};

use crate::support::{World, hours_of, operator, settings};

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_waited_go_on_after_a_restart() {
    let mut world = World::with(EngineSettings { workers: 0, ..settings() }).await;
    let answer = world.engine.load_missing(&operator(), 1, &[]).await.unwrap();
    let batch = answer.batch.unwrap();
    assert_eq!(world.engine.batch(batch).await.unwrap().terminadas, 0);

    world.restart(settings()).await;
    let runs = world.finished(batch).await;
    assert_eq!(runs.len(), answer.queued.len());
    assert!(runs.iter().all(|run| run.estado == RunState::Succeeded));
    assert!(world.gaps(24).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_process_left_in_progress_is_interrupted_and_its_window_a_gap() {
    let world = World::with(EngineSettings { workers: 0, ..settings() }).await;
    let answer = world.engine.load_missing(&operator(), 1, &[]).await.unwrap();
    let run = answer.queued[0].id;
    let warehouse = world.warehouse().await;
    let started_at = "2025-11-18T16:01:00Z".parse().unwrap();
    assert!(warehouse.claim(run, started_at, "otra".to_owned(), None).await.unwrap());
    warehouse.close().await;

    let mut world = world;
    world.restart(EngineSettings { workers: 0, ..settings() }).await;
    let found = world.runs().await.into_iter().find(|view| view.id == run).unwrap();
    assert_eq!((found.estado, found.error_tipo), (RunState::Interrupted, Some(ErrorClass::Interrupted)));
    let gaps = world.gaps(24).await;
    assert!(gaps.iter().any(|gap| gap.ejecucion_id == Some(run) && gap.recuperable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_process_was_killed_loads_every_window_that_was_shown() {
    let world = World::with(EngineSettings { workers: 0, ..settings() }).await;
    let asked = hours_of("2025-11-17", "10:00", "12:00");
    let answer = world.engine.recover_gap(&operator(), asked).await.unwrap();
    let hash = answer.plan_hash.unwrap().to_string();
    let warehouse = world.warehouse().await;
    let started_at = "2025-11-18T16:01:00Z".parse().unwrap();
    assert!(warehouse.claim(answer.ejecuciones[0].id, started_at, "otra".to_owned(), None).await.unwrap());
    warehouse.close().await;

    let mut world = world;
    world.restart(settings()).await;
    world.all_ended().await;
    let plan = async || world.engine.read_plan(&operator(), &hash).await.unwrap().plan;
    while plan().await.estado != PlanState::Finished {
        tokio::task::yield_now().await;
    }
    let plan = plan().await;
    assert_eq!((plan.ventanas, plan.exitosas, plan.fallidas), (4, 4, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_the_process_lets_the_run_in_progress_end() {
    let mut world = World::new().await;
    world.sim.add_fault(Fault::new(FaultKind::Slow { milliseconds: 400 }));
    let batch = world.engine.load_missing(&operator(), 1, &[]).await.unwrap().batch.unwrap();
    while world.runs().await.iter().all(|run| run.estado != RunState::Running) {
        tokio::task::yield_now().await;
    }
    world.restart(EngineSettings { workers: 0, ..settings() }).await;
    let runs = world.engine.batch_runs(batch).await.unwrap();
    assert!(runs.iter().all(|run| matches!(run.estado, RunState::Succeeded | RunState::Queued)));
    assert!(runs.iter().any(|run| run.estado == RunState::Succeeded));
}
