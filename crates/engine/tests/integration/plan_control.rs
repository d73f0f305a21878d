//! Plans that are held, taken back, stopped by their breaker, put off until a store closes, and tried again.

use std::time::Duration;

use domain::gap::GapState;
use domain::plan::{BreakerLimits, PlanAction, PlanState, RetryPolicy};
use domain::read_model::{PlanRequest, PlanView, RunView};
use domain::run_message::RunMessage;
use domain::{ErrorClass, RunState};
use engine::{EngineSettings, PlanSettings, RetrySettings, UseCaseError};
use jiff::SignedDuration;
use klk_sim::{Fault, FaultKind};
use warehouse::{JobWatch, PhaseTimes, RunFailure, StatementObserver};

use crate::plans::{brisk, of_hours, period, plan_of, request, shown, started, until};
use crate::support::{World, operator, settings};
use crate::test_clock::TestClock;

fn slow() -> Fault {
    Fault::new(FaultKind::Slow { milliseconds: 150 })
}

async fn until_in_progress(world: &World) {
    while world.runs().await.iter().all(|run| run.estado != RunState::Running) {
        tokio::task::yield_now().await;
    }
}

/// Long enough for several windows to start, where any can.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(600)).await;
}

fn begun(plan: &PlanView) -> u64 {
    plan.ventanas - plan.en_cola
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_plan_starts_nothing_until_it_is_resumed_also_over_a_restart() {
    let mut world = World::with(brisk()).await;
    world.sim.add_fault(slow());
    let preview = shown(&world.engine, period("07:00", "21:00")).await;
    let hash = preview.hash.as_str();
    started(&world.engine, &preview).await;
    until_in_progress(&world).await;
    let paused = world.engine.pause_plan(&operator(), hash, Some(" cierre de caja ".to_owned())).await.unwrap();
    assert_eq!(paused.estado, PlanState::Paused);
    a_while().await;
    let later = plan_of(&world.engine, hash).await;
    assert_eq!(
        (begun(&later), later.en_proceso),
        (begun(&paused), 0),
        "what was in progress has ended, nothing started"
    );
    let summary = world.engine.summary(&operator()).await.unwrap();
    assert_eq!(summary.held_windows, later.en_cola, "what waits for somebody is missing");
    assert!(summary.windows >= later.en_cola, "{summary:?}");
    let held = world.gaps(48).await.into_iter().filter(|gap| gap.estado == GapState::Held);
    assert_eq!(held.map(|gap| u64::from(gap.ventanas)).sum::<u64>(), later.en_cola);

    world.restart(brisk()).await;
    a_while().await;
    let restarted = plan_of(&world.engine, hash).await;
    assert_eq!((restarted.estado, begun(&restarted)), (PlanState::Paused, begun(&later)));
    world.engine.resume_plan(&operator(), hash, None).await.unwrap();
    let done = until(&world.engine, hash, PlanState::Finished).await;
    assert_eq!((done.exitosas, done.ventanas), (28, 28));
    assert_eq!(world.engine.summary(&operator()).await.unwrap().held_windows, 0);
    let decisions = world.engine.read_plan(&operator(), hash).await.unwrap().decisiones;
    let pause = decisions.iter().find(|decision| decision.accion == PlanAction::Pause).unwrap();
    assert_eq!(pause.motivo.as_deref(), Some("cierre de caja"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_plan_starts_nothing_more_and_its_windows_stay_gaps() {
    let world = World::with(brisk()).await;
    world.sim.add_fault(slow());
    let preview = shown(&world.engine, period("07:00", "21:00")).await;
    let hash = preview.hash.as_str();
    started(&world.engine, &preview).await;
    until_in_progress(&world).await;
    let cancelled = world.engine.cancel_plan(&operator(), hash, None).await.unwrap();
    assert_eq!((cancelled.estado, cancelled.en_cola), (PlanState::Cancelled, 0));
    let runs = world.all_ended().await;
    let in_state = |state: RunState| runs.iter().filter(|run| run.estado == state).count() as u64;
    assert_eq!(in_state(RunState::Cancelled), cancelled.canceladas);
    assert_eq!(in_state(RunState::Succeeded) + in_state(RunState::Cancelled), 28, "the one in progress ended cleanly");
    assert!(!world.gaps(48).await.is_empty());

    let again = world.engine.cancel_plan(&operator(), hash, None).await.unwrap();
    assert_eq!(again.estado, PlanState::Cancelled);
    let error = world.engine.resume_plan(&operator(), hash, None).await.unwrap_err();
    assert_eq!(error.to_string(), "El plan está cancelado: ya no se puede reanudar.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_pauses_resumptions_and_workers_do_nothing_twice() {
    let world = World::with(brisk()).await;
    let preview = shown(&world.engine, period("07:00", "21:00")).await;
    let hash = preview.hash.as_str();
    started(&world.engine, &preview).await;
    for _ in 0..50 {
        let paused = world.engine.pause_plan(&operator(), hash, None).await;
        let resumed = world.engine.resume_plan(&operator(), hash, None).await;
        if matches!(
            (paused, resumed),
            (Err(UseCaseError::PlanState { .. }), _) | (_, Err(UseCaseError::PlanState { .. }))
        ) {
            break;
        }
    }
    let done = until(&world.engine, hash, PlanState::Finished).await;
    assert_eq!(done.exitosas, 28);
    assert!(world.all_ended().await.iter().all(|run| run.intento == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_goes_on_at_the_next_start_with_nothing_done_twice() {
    let mut world = World::with(brisk()).await;
    world.sim.add_fault(slow());
    let preview = shown(&world.engine, period("10:00", "14:00")).await;
    started(&world.engine, &preview).await;
    until_in_progress(&world).await;
    world.restart(brisk()).await;
    let done = until(&world.engine, preview.hash.as_str(), PlanState::Finished).await;
    assert_eq!((done.exitosas, done.ventanas), (8, 8));
    assert!(world.runs().await.iter().all(|run| run.intento == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_end_was_not_stored_ends_at_the_next_start() {
    let mut world = World::with(EngineSettings { workers: 0, ..brisk() }).await;
    let preview = shown(&world.engine, period("10:00", "10:30")).await;
    let plan = started(&world.engine, &preview).await;
    let run = world.engine.batch_runs(plan.lote_id.unwrap()).await.unwrap()[0].id;
    let warehouse = world.warehouse().await;
    assert!(warehouse.claim(run, world.clock.time(), "otra".to_owned(), None).await.unwrap());
    warehouse.close().await;
    let plans = PlanSettings { interruptions_max: 0, ..brisk().plans };
    world.restart(EngineSettings { workers: 0, plans, ..brisk() }).await;
    let ended = plan_of(&world.engine, preview.hash.as_str()).await;
    assert_eq!((ended.estado, ended.fallidas), (PlanState::Finished, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_in_a_row_stop_a_plan_which_says_why_and_can_go_on() {
    let plans = PlanSettings { breaker: BreakerLimits { per_branch: 3, overall: 0 }, ..brisk().plans };
    let world = World::with(EngineSettings { plans, ..settings() }).await;
    world.sim.add_fault(Fault::new(FaultKind::Refuse).of_branch("SUC001"));
    let preview = shown(&world.engine, period("10:00", "20:00")).await;
    let hash = preview.hash.as_str();
    started(&world.engine, &preview).await;
    let stopped = until(&world.engine, hash, PlanState::Stopped).await;
    assert_eq!(stopped.motivo.as_deref(), Some("3 medias horas seguidas de PERIFERICO fallaron."));
    a_while().await;
    let later = plan_of(&world.engine, hash).await;
    assert_eq!(begun(&later), begun(&plan_of(&world.engine, hash).await));
    assert_eq!(begun(&later), 3, "nothing is asked of the store after the failure that stops the plan");

    world.sim.clear_faults();
    let resumed = world.engine.resume_plan(&operator(), hash, None).await.unwrap();
    assert_eq!((resumed.estado, resumed.motivo), (PlanState::Running, None));
    let done = until(&world.engine, hash, PlanState::Finished).await;
    assert_eq!(done.exitosas + done.fallidas, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_refuses_is_left_out_of_a_plan_and_can_be_recovered_later() {
    let plans = PlanSettings { breaker: BreakerLimits { per_branch: 3, overall: 0 }, ..brisk().plans };
    let world = World::with(EngineSettings { plans, ..settings() }).await;
    world.sim.add_fault(Fault::new(FaultKind::Refuse).of_branch("SUC001"));
    let periods = vec![of_hours("tienda_01", "10:00", "20:00"), of_hours("tienda_08", "10:00", "20:00")];
    let both = PlanRequest { periodos: periods, ..request() };
    let preview = shown(&world.engine, both.clone()).await;
    let hash = preview.hash.as_str();
    started(&world.engine, &preview).await;
    let done = until(&world.engine, hash, PlanState::Finished).await;
    assert_eq!((done.exitosas, done.fallidas, done.canceladas), (20, 3, 17));
    let detail = world.engine.read_plan(&operator(), hash).await.unwrap();
    let of_store = detail.tiendas.iter().map(|store| {
        (
            store.ubicacion_id.as_str(),
            store.exitosas,
            store.fallidas,
            store.canceladas,
            store.en_cola + store.en_proceso,
        )
    });
    let worst_first = [("tienda_01", 0, 3, 17, 0), ("tienda_08", 20, 0, 0, 0)];
    assert_eq!(of_store.collect::<Vec<_>>(), worst_first);
    let decisions = detail.decisiones;
    let skipped: Vec<_> = decisions.iter().filter(|decision| decision.accion == PlanAction::SkipStore).collect();
    assert_eq!(skipped.len(), 1, "{decisions:?}");
    assert!(skipped[0].causa.is_some());
    let runs = world.runs().await;
    let cancelled = runs.iter().find(|run| run.estado == RunState::Cancelled).unwrap();
    assert_eq!(cancelled.error_detalle, Some(RunMessage::StoreSkipped { fallas: 3 }));

    world.sim.clear_faults();
    let again = shown(&world.engine, both).await;
    assert_eq!(again.ventanas, 20, "what is missing can be asked for again at once");
    started(&world.engine, &again).await;
    assert_eq!(until(&world.engine, again.hash.as_str(), PlanState::Finished).await.exitosas, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_in_which_a_plan_is_held_is_not_counted() {
    let world = World::with(EngineSettings { workers: 0, ..settings() }).await;
    world.clock.set("2025-11-18T16:30:00Z");
    let preview = shown(&world.engine, period("10:00", "20:00")).await;
    let hash = preview.hash.as_str();
    assert_eq!(world.engine.read_plan(&operator(), hash).await.unwrap().segundos_en_marcha, None);
    started(&world.engine, &preview).await;
    let counted = async || {
        let detail = world.engine.read_plan(&operator(), hash).await.unwrap();
        let batches = world.engine.progress(&operator()).await.unwrap().lotes;
        (detail.segundos_en_marcha, batches[0].segundos_en_marcha)
    };
    world.clock.set("2025-11-18T16:32:00Z");
    world.engine.pause_plan(&operator(), hash, None).await.unwrap();
    world.clock.set("2025-11-18T17:00:00Z");
    assert_eq!(counted().await, (Some(120.0), 120.0));
    world.engine.resume_plan(&operator(), hash, None).await.unwrap();
    world.clock.set("2025-11-18T17:01:00Z");
    world.engine.cancel_plan(&operator(), hash, None).await.unwrap();
    world.clock.set("2025-11-18T18:00:00Z");
    assert_eq!(world.engine.read_plan(&operator(), hash).await.unwrap().segundos_en_marcha, Some(180.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_in_a_row_are_counted_on_after_a_restart() {
    let breaker = |per_branch| {
        let plans = PlanSettings { breaker: BreakerLimits { per_branch, overall: 0 }, ..brisk().plans };
        EngineSettings { plans, ..settings() }
    };
    let mut world = World::with(EngineSettings { workers: 0, ..breaker(3) }).await;
    world.sim.add_fault(Fault::new(FaultKind::Refuse).of_branch("SUC001"));
    let preview = shown(&world.engine, period("10:00", "20:00")).await;
    let hash = preview.hash.as_str();
    let plan = started(&world.engine, &preview).await;
    let runs = world.engine.batch_runs(plan.lote_id.unwrap()).await.unwrap();
    // An earlier process saw two of them fail: the third stops it.
    fail(&world, &runs[..2]).await;
    world.restart(breaker(3)).await;
    let stopped = until(&world.engine, hash, PlanState::Stopped).await;
    assert_eq!(stopped.motivo.as_deref(), Some("3 medias horas seguidas de PERIFERICO fallaron."));
    assert_eq!(stopped.fallidas, 3);

    // What was forgiven is not counted again, also by the next process.
    world.clock.set("2025-11-18T16:30:00Z");
    world.restart(EngineSettings { workers: 0, ..breaker(3) }).await;
    world.engine.resume_plan(&operator(), hash, None).await.unwrap();
    world.restart(EngineSettings { workers: 0, ..breaker(3) }).await;
    assert_eq!(plan_of(&world.engine, hash).await.estado, PlanState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_process_ended_before_it_could_be_stopped_is_stopped_at_the_next_start() {
    let plans = PlanSettings { breaker: BreakerLimits { per_branch: 2, overall: 0 }, ..brisk().plans };
    let still = EngineSettings { workers: 0, plans, ..settings() };
    let mut world = World::with(still.clone()).await;
    let preview = shown(&world.engine, period("10:00", "20:00")).await;
    let plan = started(&world.engine, &preview).await;
    let runs = world.engine.batch_runs(plan.lote_id.unwrap()).await.unwrap();
    fail(&world, &runs[..2]).await;
    world.restart(still).await;
    let stopped = plan_of(&world.engine, preview.hash.as_str()).await;
    assert_eq!((stopped.estado, stopped.en_cola), (PlanState::Stopped, 18));
}

/// What a process did that ended right after it: these runs failed.
async fn fail(world: &World, runs: &[RunView]) {
    let warehouse = world.warehouse().await;
    for run in runs {
        assert!(warehouse.claim(run.id, world.clock.time(), "otra".to_owned(), None).await.unwrap());
        let failure = RunFailure {
            run: run.id,
            ended_at: world.clock.time(),
            state: RunState::Failed,
            class: Some(ErrorClass::Connection),
            message: RunMessage::ConnectTimeout,
            extracted: None,
            http_status: None,
            phases: PhaseTimes::default(),
        };
        warehouse.fail_run(failure).await.unwrap();
    }
    warehouse.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_hours_a_plan_waits_until_the_store_closes() {
    let nap_max = Duration::from_millis(20);
    let world = World::with(EngineSettings { nap_max, ..brisk() }).await;
    // It is noon; PERIFERICO closes at 21:00.
    let preview = shown(&world.engine, PlanRequest { fuera_de_horario: true, ..period("10:00", "11:00") }).await;
    assert_eq!(preview.tiendas[0].empieza_en, Some("2025-11-19T01:00:00Z".parse().unwrap()));
    started(&world.engine, &preview).await;
    a_while().await;
    let waiting = plan_of(&world.engine, preview.hash.as_str()).await;
    assert_eq!((waiting.estado, waiting.en_cola), (PlanState::Running, 2));
    // Others do not wait for it.
    world.extract("tienda_01", "2025-11-16", Some(("10:00", "10:30"))).await;

    world.clock.set("2025-11-19T01:00:01Z");
    assert_eq!(until(&world.engine, preview.hash.as_str(), PlanState::Finished).await.exitosas, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_rests_between_recoveries_and_the_plan_ends_all_the_same() {
    let pace = domain::plan::Pace { percent: 100, longest: Duration::from_millis(40) };
    let world = World::with(EngineSettings { plans: PlanSettings { pace, ..brisk().plans }, ..settings() }).await;
    let preview = shown(&world.engine, period("10:00", "13:00")).await;
    started(&world.engine, &preview).await;
    assert_eq!(until(&world.engine, preview.hash.as_str(), PlanState::Finished).await.exitosas, 6);
}

fn retrying(windows_a_day: u32) -> EngineSettings {
    let policy = RetryPolicy {
        first_wait: SignedDuration::from_mins(15),
        longest_wait: SignedDuration::from_hours(12),
        windows_a_day,
    };
    let retries = RetrySettings { is_on: true, policy, days: 1, look_interval: SignedDuration::from_mins(5) };
    EngineSettings { nap_max: Duration::from_millis(20), retries, ..brisk() }
}

/// Plans that the system made by itself, once it made so many.
async fn automatic_plans(world: &World, count: usize) -> Vec<PlanView> {
    loop {
        let plans = world.engine.list_plans(&operator(), 100).await.unwrap().planes;
        let automatic: Vec<PlanView> = plans.into_iter().filter(|plan| plan.automatico).collect();
        if automatic.len() >= count && automatic.iter().all(|plan| plan.estado == PlanState::Finished) {
            return automatic;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_tried_again_by_itself_after_its_wait_and_within_the_days_budget() {
    let mut world = World::with(EngineSettings { retries: RetrySettings::default(), ..retrying(0) }).await;
    let day = shown(&world.engine, PlanRequest { ultimos_dias: Some(1), ..request() }).await;
    started(&world.engine, &day).await;
    until(&world.engine, day.hash.as_str(), PlanState::Finished).await;
    assert!(world.gaps(24).await.is_empty());
    world.sim.add_fault(Fault::new(FaultKind::Refuse));
    world.clock.set("2025-11-18T18:00:00Z");
    let late = shown(&world.engine, PlanRequest { ultimos_dias: Some(1), ..request() }).await;
    started(&world.engine, &late).await;
    let failed = until(&world.engine, late.hash.as_str(), PlanState::Finished).await;
    assert_eq!(failed.fallidas, 8);
    world.sim.clear_faults();

    // Five minutes on nothing has waited long enough; ten more, and the budget allows three.
    world.restart(retrying(3)).await;
    world.clock.set("2025-11-18T18:06:00Z");
    a_while().await;
    assert!(automatic_plans(&world, 0).await.is_empty());
    world.clock.set("2025-11-18T18:16:00Z");
    let plans = automatic_plans(&world, 1).await;
    assert_eq!((plans.len(), plans[0].exitosas, plans[0].iniciado_por.as_deref()), (1, 3, Some("sistema")));

    // The day's budget is spent, also for the next process; the next day has one of its own.
    world.restart(retrying(3)).await;
    world.clock.set("2025-11-18T18:40:00Z");
    a_while().await;
    assert_eq!(automatic_plans(&world, 1).await.len(), 1);
    world.clock.set("2025-11-19T04:10:00Z");
    let plans = automatic_plans(&world, 2).await;
    assert_eq!(plans.iter().map(|plan| plan.exitosas).collect::<Vec<_>>(), [3, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_cancelled_is_not_tried_again_by_itself() {
    let mut world = World::with(EngineSettings { workers: 0, ..brisk() }).await;
    let everything = shown(&world.engine, PlanRequest { ultimos_dias: Some(1), ..request() }).await;
    started(&world.engine, &everything).await;
    world.engine.cancel_plan(&operator(), everything.hash.as_str(), None).await.unwrap();
    world.restart(retrying(100)).await;
    world.clock.set("2025-11-18T16:20:00Z");
    a_while().await;
    assert!(automatic_plans(&world, 0).await.is_empty());
}

/// A database that refuses every window of sales.
struct RefusedCommits(TestClock);

impl StatementObserver for RefusedCommits {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        if name == "reemplazar_ventana_ventas" {
            self.0.break_in_writer();
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_our_own_database_refuses_does_not_stop_a_plan_as_if_its_store_had_failed() {
    let world = World::observed_by(|clock| RefusedCommits(clock.clone())).await;
    let preview = shown(&world.engine, period("10:00", "13:00")).await;
    started(&world.engine, &preview).await;
    let plan = until(&world.engine, preview.hash.as_str(), PlanState::Finished).await;
    assert_eq!((plan.fallidas, plan.ventanas), (6, 6), "one more than would stop it");
}
