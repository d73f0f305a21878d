//! The scheduler on a clock that the test turns.

use domain::verdict::Verdict;
use domain::{EtlKind, RunMode, RunState};
use engine::{EngineSettings, ScheduleSettings};
use klk_sim::LateSales;

use crate::plans::brisk;
use crate::support::{PATIENT, World, hours_of, operator, settings, sold};

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
    world.clock.set("2025-11-19T04:05:00Z");
    let runs = until_runs(&world, 2).await;
    let found: Vec<_> = runs
        .iter()
        .map(|run| (run.fecha_desde.to_string(), run.hora_desde.as_str(), run.hora_hasta.as_str(), run.estado))
        .collect();
    let last = ("2025-11-18".to_owned(), "23:30", "24:00", RunState::Succeeded);
    assert_eq!(found, [last.clone(), last]);
}

#[tokio::test(flavor = "multi_thread")]
async fn firings_that_were_slept_through_are_gaps_and_are_not_made_up_for() {
    let world = World::with(scheduled()).await;
    // From noon to 15:10: the firings of 12:05 to 15:05 are one.
    world.clock.set("2025-11-18T19:10:00Z");
    let runs = until_runs(&world, 2).await;
    assert!(runs.iter().all(|run| (run.hora_desde.as_str(), run.hora_hasta.as_str()) == ("14:30", "15:00")));
    let gaps = world.gaps(4).await;
    assert!(gaps.iter().all(|gap| gap.causa == "nunca_ejecutado" && gap.hora_hasta == "14:30"));
    assert_eq!(gaps.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_has_the_next_firing_in_its_own_time() {
    let world = World::with(scheduled()).await;
    world.clock.set("2025-11-18T22:05:00Z");
    until_runs(&world, 2).await;
    world.clock.set("2025-11-18T19:04:00Z");
    // Seen by the scheduler before it is five past.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    world.clock.set("2025-11-18T19:05:00Z");
    let runs = until_runs(&world, 4).await;
    assert_eq!(runs.iter().filter(|run| run.hora_desde == "14:30").count(), 2, "{runs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_the_schedules_tells_last_next_and_today() {
    let world = World::with(scheduled()).await;
    world.clock.set("2025-11-18T16:35:10Z");
    until_runs(&world, 2).await;
    let schedules = world.engine.schedules(&operator()).await.unwrap();
    let sales = &schedules.cron[0];
    assert_eq!(sales.nombre, "ventas-klk-incremental");
    assert_eq!(sales.ultima_ejecucion, Some("2025-11-18T16:35:10Z".parse().unwrap()));
    assert_eq!(sales.proxima_ejecucion, Some("2025-11-18T17:05:00Z".parse().unwrap()));
    assert_eq!((sales.hoy.total, sales.hoy.exitosas), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nightly_reconciliation_adds_what_came_late() {
    let world = World::with(scheduled()).await;
    world.sim.add_late(LateSales {
        branch: "SUC001".to_owned(),
        sales_from: "2025-11-18T09:00".parse().unwrap(),
        sales_to: "2025-11-18T10:00".parse().unwrap(),
        available_from: "2025-11-18T22:00:00Z".parse().unwrap(),
    });
    let on_time = world.extract("tienda_01", "2025-11-18", None).await;
    assert_eq!(on_time[0].hora_hasta, "12:00");

    world.clock.set("2025-11-19T07:00:00Z");
    let is_reconciled = |run: &domain::read_model::RunView| {
        run.hora_hasta == "24:00" && run.etl_tipo == EtlKind::Sales && run.estado == RunState::Succeeded
    };
    while world.runs().await.iter().filter(|run| is_reconciled(run)).count() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(world.totals("tienda_01", "2025-11-18").await, sold(&world.sim, "SUC001", "2025-11-18"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_that_come_days_late_are_found_by_looking_back() {
    let look_back = engine::LookBackSettings { days: 5, pause: std::time::Duration::ZERO };
    let world = World::with(EngineSettings { look_back, ..scheduled() }).await;
    world.sim.add_late(LateSales {
        branch: "SUC001".to_owned(),
        sales_from: "2025-11-17T09:00".parse().unwrap(),
        sales_to: "2025-11-17T10:00".parse().unwrap(),
        available_from: "2025-11-21T22:00:00Z".parse().unwrap(),
    });
    world.extract("tienda_01", "2025-11-17", None).await;
    let before = crate::support::totals(&world.beside, "tienda_01", "2025-11-17").await;
    assert!(before.lines < sold(&world.sim, "SUC001", "2025-11-17").lines);
    let asked = world.sim.requests().recent.len();

    world.clock.set("2025-11-22T07:00:00Z");
    let whole = sold(&world.sim, "SUC001", "2025-11-17");
    while crate::support::totals(&world.beside, "tienda_01", "2025-11-17").await != whole {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // Of the days that are not loaded nothing is asked but yesterday, by the comparison of the night.
    let runs = world.runs().await;
    let compared =
        runs.iter().filter(|run| run.fecha_desde.to_string() == "2025-11-17" && run.modo == RunMode::Full).count();
    assert_eq!(compared, 2, "the first load, and the day that differs: {runs:?}");
    assert!(world.sim.requests().recent.len() > asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_windows_overtake_a_recovery_that_waits_and_do_not_starve_it() {
    // Without snapshots, which would be live too.
    let schedules = ScheduleSettings { inventory: "0 0 1 1 *".to_owned(), ..settings().schedules };
    let mut world = World::with(EngineSettings { workers: 0, schedules, ..scheduled() }).await;
    world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "11:00")).await.unwrap();
    for (firing, now) in ["16:05", "16:35", "17:05", "17:35", "18:05", "18:35"].iter().enumerate() {
        world.clock.set(&format!("2025-11-18T{now}:00Z"));
        let live = async || world.runs().await.iter().filter(|run| run.modo == RunMode::Incremental).count();
        while live().await < 2 * (firing + 1) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    // Without rests: how long one takes is no part of the order.
    world.restart(EngineSettings { workers: 1, ..brisk() }).await;
    world.all_ended().await;
    let asked = world.sim.requests().recent;
    let is_live: Vec<bool> = asked
        .iter()
        .filter(|request| request.branches == ["SUC001"] && request.path == "/ventas")
        .map(|request| request.question.contains("2025-11-18"))
        .collect();
    // Four live windows, of both stores, before each recovery.
    assert_eq!(is_live, [true, true, false, true, true, false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_which_a_half_hour_is_in_progress_is_compared_around_it() {
    let world = World::with(EngineSettings { workers: 0, ..scheduled() }).await;
    // Nobody works, so what is recovered stays in the queue.
    world.engine.recover_gap(&operator(), hours_of("2025-11-18", "10:00", "10:30")).await.unwrap();
    world.clock.set("2025-11-19T07:00:00Z");
    let compared = async {
        loop {
            let runs = world.runs().await;
            let whole = runs.into_iter().filter(|run| run.etl_tipo == EtlKind::Sales && run.modo == RunMode::Full);
            let mut found: Vec<_> = whole.map(|run| (run.ubicacion_nombre, run.hora_desde, run.hora_hasta)).collect();
            found.sort();
            if found.len() >= 3 {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let compared = tokio::time::timeout(PATIENT, compared).await.expect("the rest of the day is not queued");
    let window = |store: &str, from: &str, to: &str| (store.to_owned(), from.to_owned(), to.to_owned());
    assert_eq!(
        compared,
        [
            window("BOSQUE", "00:00", "24:00"),
            window("PERIFERICO", "00:00", "10:00"),
            window("PERIFERICO", "10:30", "24:00"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_was_just_started_is_not_overdue_for_what_fell_due_before() {
    let mut world = World::with(scheduled()).await;
    world.clock.set("2025-11-18T16:35:10Z");
    until_runs(&world, 2).await;
    world.restart(settings()).await;
    world.clock.set("2025-11-18T18:24:00Z");
    world.restart(scheduled()).await;
    let summary = world.engine.summary(&operator()).await.unwrap();
    assert!(matches!(summary.verdict, Verdict::Missing { windows } if windows > 0), "{:?}", summary.verdict);
}
