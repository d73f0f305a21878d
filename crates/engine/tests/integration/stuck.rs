//! Nothing stays stuck: what only the database knows of is found, and what hangs does not hold up the rest.

use std::time::Duration;

use domain::decision::Origin;
use domain::plan::PlanState;
use domain::{EtlKind, Interval, RunMode, RunState};
use engine::EngineSettings;
use klk_sim::{Fault, FaultKind};
use warehouse::{NewBatch, NewRun};

use crate::plans::{brisk, period, shown, started, until};
use crate::support::{World, operator, settings};

fn watchful() -> EngineSettings {
    EngineSettings { queue_check_interval: Duration::from_millis(50), ..settings() }
}

/// A run of noon's half hour that the database has and the engine has never heard of.
async fn queue_behind_its_back(world: &World) -> domain::RunId {
    let id = engine::IdSource::run_id(&*world.ids);
    let at = |text: &str| text.parse().unwrap();
    let run = NewRun {
        id,
        kind: EtlKind::Sales,
        branch: world.branches[0].clone(),
        interval: Interval::new(at("2025-11-18T15:00:00Z"), at("2025-11-18T15:30:00Z")).unwrap(),
        mode: RunMode::Incremental,
    };
    let batch = NewBatch {
        id: engine::IdSource::batch_id(&*world.ids),
        reason: "manual",
        requested_by: None,
        origin: Origin::System,
        created_at: at("2025-11-18T16:00:00Z"),
        sentry_trace: None,
        baggage: None,
    };
    world.beside.enqueue(batch, vec![run]).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_only_in_the_database_is_done() {
    let world = World::with(watchful()).await;
    queue_behind_its_back(&world).await;
    let runs = world.all_ended().await;
    assert_eq!(runs.iter().map(|run| run.estado).collect::<Vec<_>>(), [RunState::Succeeded]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_nobody_is_at_is_a_gap_again_and_its_window_is_free() {
    let world = World::with(EngineSettings { queue_check_interval: Duration::from_secs(2), ..settings() }).await;
    let run = queue_behind_its_back(&world).await;
    assert!(world.beside.claim(run, world.clock.time(), "aqui".to_owned(), None).await.unwrap());
    let runs = world.all_ended().await;
    assert_eq!(runs.iter().map(|run| run.estado).collect::<Vec<_>>(), [RunState::Interrupted]);
    let again = world.extract("tienda_01", "2025-11-18", Some(("11:00", "11:30"))).await;
    assert_eq!(again[0].estado, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_progress_here_is_left_alone() {
    let world = World::with(watchful()).await;
    world.sim.add_fault(Fault::new(FaultKind::Slow { milliseconds: 500 }));
    let runs = world.extract("tienda_01", "2025-11-18", Some(("08:00", "09:00"))).await;
    assert_eq!(runs[0].estado, RunState::Succeeded);
}

/// How many requests for sales the POS has seen.
fn asked(world: &World) -> usize {
    world.sim.requests().recent.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_plan_is_cancelled_no_request_of_it_starts_any_more() {
    let world = World::impatient().await;
    let fault = world.sim.add_fault(Fault::new(FaultKind::Hang { seconds: 60 }));
    let preview = shown(&world.engine, period("10:00", "14:00")).await;
    started(&world.engine, &preview).await;
    while asked(&world) == 0 {
        tokio::task::yield_now().await;
    }
    let cancelled = world.engine.cancel_plan(&operator(), preview.hash.as_str(), None).await.unwrap();
    let before = asked(&world);
    let runs = world.all_ended().await;
    assert_eq!(asked(&world), before);
    assert_eq!(cancelled.estado, PlanState::Cancelled);
    assert!(runs.iter().all(|run| run.estado == RunState::Cancelled), "{runs:?}");
    assert!(world.sim.remove_fault(fault));
}

/// Dropping what waits for the answer is what leaving is.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_a_plan_is_paused_resumed_or_cancelled_leaves_no_half_change() {
    let world = World::with(EngineSettings { queue_check_interval: Duration::from_secs(3600), ..brisk() }).await;
    let preview = shown(&world.engine, period("07:00", "21:00")).await;
    let hash = preview.hash.as_str();
    started(&world.engine, &preview).await;
    for turn in 0..200_u64 {
        let patience = Duration::from_micros(turn * 20);
        let operator = operator();
        // Whether it was in time does not matter; that it is whole does.
        drop(tokio::time::timeout(patience, world.engine.pause_plan(&operator, hash, None)).await);
        drop(tokio::time::timeout(patience, world.engine.resume_plan(&operator, hash, None)).await);
    }
    // Where the last order that went through was a pause, this one ends it.
    drop(world.engine.resume_plan(&operator(), hash, None).await);
    let done = until(&world.engine, hash, PlanState::Finished).await;
    assert_eq!(done.exitosas, 28);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_listed_later_is_watched_and_the_others_stay() {
    let world = World::with(settings()).await;
    let new = crate::support::branch("tienda_30", "SUC003", "NUEVA", "08:00-20:00", &["TANT"]);
    let renamed = domain::Branch { name: "PERIFERICO II".to_owned(), ..world.branches[0].clone() };
    world.engine.adopt_branches(vec![renamed, new]);
    let branches = world.engine.branches();
    let names: Vec<&str> = branches.iter().map(|branch| branch.name.as_str()).collect();
    assert_eq!(names, ["PERIFERICO II", "BOSQUE", "NUEVA"]);
    let runs = world.extract("tienda_30", "2025-11-17", Some(("12:00", "12:30"))).await;
    assert_eq!(runs[0].estado, RunState::Succeeded, "{:?}", runs[0].error_mensaje);
}

#[tokio::test]
async fn the_listing_of_stores_outlives_the_process() {
    let world = World::with(settings()).await;
    assert_eq!(world.beside.listing().await.unwrap(), None);
    for document in ["[1]", "[2]"] {
        world.beside.keep_listing(document.to_owned(), world.clock.time()).await.unwrap();
    }
    assert_eq!(world.warehouse().await.listing().await.unwrap().as_deref(), Some("[2]"));
}
