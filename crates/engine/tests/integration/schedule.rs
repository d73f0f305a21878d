//! The scheduler on a clock that the test turns.

use domain::{RunMode, RunState};
use engine::EngineSettings;

use crate::support::{World, operator, settings};

async fn until_runs(world: &World, count: usize) -> Vec<domain::read_model::RunView> {
    loop {
        let runs = world.runs().await;
        if runs.iter().filter(|run| run.modo == RunMode::Incremental && run.estado.is_final()).count() >= count {
            return runs.into_iter().filter(|run| run.modo == RunMode::Incremental).collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn scheduled() -> EngineSettings {
    EngineSettings { scheduler: true, nap_max: std::time::Duration::from_millis(20), ..settings() }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_five_past_midnight_yesterdays_last_half_hour_is_extracted_of_every_store() {
    let world = World::with(scheduled()).await;
    world.hands.set("2025-11-19T04:05:00Z");
    let runs = until_runs(&world, 2).await;
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.fecha_desde.to_string(), run.hora_desde.as_str(), run.hora_hasta.as_str(), run.estado))
        .collect();
    let last = ("2025-11-18".to_owned(), "23:30", "24:00", RunState::Succeeded);
    assert_eq!(told, [last.clone(), last]);
}

#[tokio::test(flavor = "multi_thread")]
async fn firings_that_were_slept_through_are_gaps_and_are_not_made_up_for() {
    let world = World::with(scheduled()).await;
    // From noon to 15:10: the firings of 12:05 to 15:05 are one.
    world.hands.set("2025-11-18T19:10:00Z");
    let runs = until_runs(&world, 2).await;
    assert!(runs.iter().all(|run| (run.hora_desde.as_str(), run.hora_hasta.as_str()) == ("14:30", "15:00")));
    let gaps = world.gaps(4).await;
    assert!(gaps.iter().all(|gap| gap.causa == "nunca_ejecutado" && gap.hora_hasta == "14:30"));
    assert_eq!(gaps.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_the_schedules_tells_last_next_and_today() {
    let world = World::with(scheduled()).await;
    world.hands.set("2025-11-18T16:35:10Z");
    until_runs(&world, 2).await;
    let schedules = world.engine.schedules(&operator()).await.unwrap();
    let sales = &schedules.cron[0];
    assert_eq!(sales.nombre, "ventas-klk-incremental");
    assert_eq!(sales.ultima_ejecucion, Some("2025-11-18T16:35:10Z".parse().unwrap()));
    assert_eq!(sales.proxima_ejecucion, Some("2025-11-18T17:05:00Z".parse().unwrap()));
    assert_eq!((sales.hoy.total, sales.hoy.exitosas), (2, 2));
}
