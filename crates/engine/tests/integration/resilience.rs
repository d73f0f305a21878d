//! Faults of our own: they cost a run or a firing, and no worker and no schedule.

use std::time::Duration;

use domain::{ErrorClass, RunMode, RunState};
use engine::EngineSettings;

use crate::inventory::ask_for_snapshot;
use crate::support::{World, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_its_run_and_not_the_worker() {
    let world = World::with(EngineSettings { workers: 1, ..settings() }).await;
    // The use case looks twice and the worker once before the pipeline does.
    world.clock.break_at(4);
    let batch = ask_for_snapshot(&world).await;
    let mut runs = world.engine.batch_runs(batch).await.unwrap();
    while !runs[0].estado.is_final() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        runs = world.engine.batch_runs(batch).await.unwrap();
    }
    assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Failed, Some(ErrorClass::Interrupted)));

    let runs = world.extract("tienda_01", "2025-11-16", None).await;
    assert_eq!(runs[0].estado, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_its_firing_and_not_the_schedule() {
    let settings = EngineSettings { scheduler: true, nap_max: Duration::from_millis(20), ..settings() };
    let world = World::with(settings).await;
    world.ids.break_once();
    // Five past, so that the schedule of sales is the only one that fires.
    world.clock.set("2025-11-18T16:05:00Z");
    while world.ids.is_broken() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.clock.set("2025-11-18T16:35:00Z");
    let fired = async {
        while !world.runs().await.iter().any(|run| run.modo == RunMode::Incremental) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), fired).await.expect("the schedule fires again");
}
