//! Plans: what was shown is what runs, once, and whoever holds it holds it.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::plan::{PlanAction, PlanState};
use domain::problem::ProblemCode;
use domain::read_model::{PlanPeriod, PlanPreview, PlanRequest, PlanView, RunView};
use domain::{BranchId, EtlKind, RunMode};
use engine::{Actor, Engine, EngineSettings, PlanSettings, UseCaseError};
use klk_sim::{Endpoint, Fault, FaultKind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{PATIENT, World, hours_of, operator, settings};

pub fn request() -> PlanRequest {
    PlanRequest {
        etl_tipo: EtlKind::Sales,
        ubicaciones: Vec::new(),
        periodos: Vec::new(),
        ultimos_dias: None,
        repetir_cargado: false,
        fuera_de_horario: false,
        solo_pendientes: false,
    }
}

pub fn of_hours(branch: &str, from: &str, to: &str) -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: Some(BranchId::new(branch)),
        fecha_desde: "2025-11-17".to_owned(),
        fecha_hasta: None,
        hora_desde: Some(from.to_owned()),
        hora_hasta: Some(to.to_owned()),
    }
}

/// PERIFERICO, the 17th of November, between two hours.
pub fn period(from: &str, to: &str) -> PlanRequest {
    PlanRequest { periodos: vec![of_hours("tienda_01", from, to)], ..request() }
}

pub async fn shown(engine: &Engine, request: PlanRequest) -> PlanPreview {
    engine.plan_recovery(&operator(), request).await.unwrap()
}

pub async fn started(engine: &Engine, preview: &PlanPreview) -> PlanView {
    engine.start_plan(&operator(), preview.hash.as_str()).await.unwrap()
}

pub async fn plan_of(engine: &Engine, hash: &str) -> PlanView {
    engine.read_plan(&operator(), hash).await.unwrap().plan
}

/// Waits until a plan stands so.
pub async fn until(engine: &Engine, hash: &str, state: PlanState) -> PlanView {
    let reached = async {
        loop {
            let plan = plan_of(engine, hash).await;
            if plan.estado == state {
                return plan;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENT, reached).await.unwrap()
}

/// Sales calls that the POS was asked.
fn calls(world: &World) -> u64 {
    let counts = world.sim.requests().counts;
    counts.iter().filter(|count| count.endpoint == Endpoint::Sales).map(|count| count.count).sum()
}

fn idle() -> EngineSettings {
    EngineSettings { workers: 0, ..settings() }
}

/// No rests, so that tests do not wait for them.
pub fn brisk() -> EngineSettings {
    let plans = PlanSettings::default();
    let pace = domain::plan::Pace { percent: 0, ..plans.pace };
    EngineSettings { plans: PlanSettings { pace, ..plans }, ..settings() }
}

async fn windows_of(engine: &Engine, plan: &PlanView) -> BTreeSet<(String, i64, i64)> {
    let runs = engine.batch_runs(plan.lote_id.unwrap()).await.unwrap();
    assert!(runs.iter().all(|run| run.modo == RunMode::Recovery));
    runs.iter().map(of_run).collect()
}

/// Store, first and last second of a run's window, by the local words that people are shown.
fn of_run(run: &RunView) -> (String, i64, i64) {
    let zone = crate::support::zone();
    let second = |date: jiff::civil::Date, text: &str| {
        let (date, text) = if text == "24:00" { (date.tomorrow().unwrap(), "00:00") } else { (date, text) };
        zone.to_timestamp(date.to_datetime(text.parse().unwrap())).unwrap().as_second()
    };
    (run.ubicacion_id.to_string(), second(run.fecha_desde, &run.hora_desde), second(run.fecha_hasta, &run.hora_hasta))
}

fn windows_shown(preview: &PlanPreview) -> BTreeSet<(String, i64, i64)> {
    let stretches = preview.tiendas.iter().flat_map(|store| store.tramos.iter().map(move |part| (store, part)));
    stretches
        .flat_map(|(store, part)| {
            let first = part.inicio.as_second();
            (first..part.fin.as_second())
                .step_by(1800)
                .map(move |start| (store.ubicacion_id.to_string(), start, start + 1800))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_queues_nothing_and_says_what_the_weeks_before_tell() {
    let world = World::new().await;
    let without = shown(&world.engine, period("12:00", "14:00")).await;
    assert_eq!((without.ventanas, without.llamadas, without.ventanas_sin_historia), (4, 4, 4));
    assert_eq!((without.lineas_esperadas, without.minutos), (None, None));
    assert_eq!(
        without.mensaje,
        "4 ventanas, 4 llamadas, sin historia de la que esperar líneas, sin mediciones de las que estimar el tiempo."
    );

    // The Mondays before, and half hours, whose times are measured.
    let mut lines = 0;
    for date in ["2025-11-03", "2025-11-10"] {
        for hours in [("12:00", "12:30"), ("12:30", "13:00")] {
            lines += world.extract("tienda_01", date, Some(hours)).await[0].registros_cargados.unwrap();
        }
    }
    let with = shown(&world.engine, period("12:00", "14:00")).await;
    assert_eq!(with.hash, without.hash, "an estimate is no part of the seal");
    assert_eq!((with.lineas_esperadas, with.ventanas_sin_historia), (Some(lines.div_ceil(2)), 2));
    assert!(with.minutos.is_some_and(|minutes| minutes > 0.0));
    let store = &with.tiendas[0];
    assert_eq!((store.ubicacion_nombre.as_str(), store.llamadas, store.tramos.len()), ("PERIFERICO", 4, 1));
    assert_eq!((store.tramos[0].hora_desde.as_str(), store.tramos[0].hora_hasta.as_str()), ("12:00", "14:00"));
    assert!(store.segundos_pos.is_some());
    assert_eq!(world.runs().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_see_one_hash_and_start_one_execution() {
    let world = World::with(brisk()).await;
    let hashes = futures::future::join_all((0..8).map(|_| shown(&world.engine, period("10:00", "12:00")))).await;
    assert!(hashes.iter().all(|preview| preview.hash == hashes[0].hash));
    let starts = (0..8).map(|number| {
        let (engine, hash) = (world.engine.clone(), hashes[0].hash.short().to_owned());
        tokio::spawn(
            async move { engine.start_plan(&Actor::operator(format!("persona {number}")), &hash).await.unwrap() },
        )
    });
    let plans: Vec<PlanView> = futures::future::join_all(starts).await.into_iter().map(Result::unwrap).collect();
    assert!(plans.iter().all(|plan| plan.lote_id == plans[0].lote_id && plan.iniciado_por == plans[0].iniciado_por));

    let hash = hashes[0].hash.as_str();
    let done = until(&world.engine, hash, PlanState::Finished).await;
    assert_eq!((done.exitosas, done.ventanas, calls(&world)), (4, 4, 4));
    let again = started(&world.engine, &hashes[0]).await;
    assert_eq!((again.estado, again.lote_id), (PlanState::Finished, done.lote_id), "a late retry starts nothing");

    let detail = world.engine.read_plan(&operator(), hash).await.unwrap();
    let actions: Vec<PlanAction> = detail.decisiones.iter().map(|decision| decision.accion).collect();
    assert_eq!(actions, [PlanAction::Propose, PlanAction::Start, PlanAction::Finish]);
    assert_eq!(detail.decisiones[0].origen, "web");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_equal_plans_each_is_shown_by_its_id_and_the_later_one_by_its_hash() {
    let world = World::with(brisk()).await;
    let repeat = PlanRequest { repetir_cargado: true, ..period("10:00", "12:00") };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let preview = shown(&world.engine, repeat.clone()).await;
        ids.push(started(&world.engine, &preview).await.lote_id.unwrap());
        until(&world.engine, preview.hash.as_str(), PlanState::Finished).await;
    }
    assert_ne!(ids[0], ids[1]);
    for id in &ids {
        let plan = plan_of(&world.engine, &id.to_string()).await;
        assert_eq!((plan.lote_id, plan.reference()), (Some(*id), id.to_string()));
    }
    let hash = plan_of(&world.engine, &ids[0].to_string()).await.hash;
    assert_eq!(plan_of(&world.engine, hash.as_str()).await.lote_id, Some(ids[1]));
    let unknown = uuid::Uuid::nil().to_string();
    assert_eq!(world.engine.read_plan(&operator(), &unknown).await.unwrap_err().code(), ProblemCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_not_true_any_more_is_refused_and_names_the_one_that_is() {
    let world = World::new().await;
    let old = shown(&world.engine, period("10:00", "12:00")).await;
    world.extract("tienda_01", "2025-11-17", Some(("10:30", "11:00"))).await;
    let error = world.engine.start_plan(&operator(), old.hash.as_str()).await.unwrap_err();
    let problem = world.engine.problem("prueba", error, texts::Language::Es);
    assert_eq!(problem.codigo, ProblemCode::PlanChanged);
    assert!(problem.detail.contains("eran 4 ventanas y ahora son 3"), "{}", problem.detail);
    assert_eq!(world.runs().await.len(), 1, "nothing was queued");

    let now = shown(&world.engine, period("10:00", "12:00")).await;
    assert_eq!(problem.plan_hash, Some(now.hash.clone()));
    let plan = started(&world.engine, &now).await;
    assert_eq!(windows_of(&world.engine, &plan).await, windows_shown(&now));
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_that_somebody_is_at_change_the_plan_too() {
    let world = World::with(idle()).await;
    let old = shown(&world.engine, period("10:00", "11:00")).await;
    world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "11:00")).await.unwrap();
    let other = shown(&world.engine, period("10:00", "11:00")).await;
    assert_eq!((other.ventanas, other.ya_en_curso), (0, 2));
    // It was started under the same hash: what is shown is that execution.
    assert_eq!(started(&world.engine, &old).await.estado, PlanState::Running);

    let wider = shown(&world.engine, period("10:00", "12:00")).await;
    world.engine.recover_gap(&operator(), hours_of("2025-11-17", "11:00", "12:00")).await.unwrap();
    let twelve = shown(&world.engine, period("10:00", "13:00")).await;
    world.engine.recover_gap(&operator(), hours_of("2025-11-17", "12:00", "12:30")).await.unwrap();
    let error = world.engine.start_plan(&operator(), twelve.hash.as_str()).await.unwrap_err();
    assert!(matches!(error, UseCaseError::PlanChanged { shown: 2, left: 1, next: Some(_) }), "{error:?}");
    assert_eq!(wider.ventanas, 2);
}

#[test]
fn the_windows_that_are_queued_are_the_windows_that_were_shown() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let stretch = (0usize..2, 0i32..26, 1i32..6);
    let strategy = (prop::collection::vec(stretch.clone(), 1..4), prop::collection::vec(stretch, 0..3), any::<bool>());
    let config = Config { cases: 8, failure_persistence: None, ..Config::default() };
    let text = |half_hour: i32| format!("{:02}:{:02}", half_hour / 2, half_hour % 2 * 30);
    let of = |(branch, from, length): &(usize, i32, i32)| {
        of_hours(["tienda_01", "tienda_08"][*branch], &text(16 + from), &text(16 + from + length))
    };
    let outcome = TestRunner::new(config).run(&strategy, |(asked, in_progress, repetir_cargado)| {
        runtime.block_on(async {
            let world = World::with(idle()).await;
            for other in &in_progress {
                let others = PlanRequest { periodos: vec![of(other)], ..request() };
                let preview = shown(&world.engine, others).await;
                if preview.ventanas > 0 {
                    started(&world.engine, &preview).await;
                }
            }
            let periodos = asked.iter().filter(|(_, from, length)| 16 + from + length <= 47).map(of).collect();
            let asked = PlanRequest { periodos, repetir_cargado, ..request() };
            let Ok(preview) = world.engine.plan_recovery(&operator(), asked).await else { return Ok(()) };
            if preview.ventanas == 0 {
                return Ok(());
            }
            let plan = started(&world.engine, &preview).await;
            prop_assert_eq!(windows_of(&world.engine, &plan).await, windows_shown(&preview));
            prop_assert_eq!(u64::from(preview.ventanas), plan.ventanas);
            world.engine.shutdown().await;
            Ok(())
        })
    });
    outcome.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_missing_runs_unless_everything_is_asked_for() {
    let world = World::with(brisk()).await;
    world.extract("tienda_01", "2025-11-17", None).await;
    let missing = shown(&world.engine, period("10:00", "11:00")).await;
    assert_eq!((missing.ventanas, missing.mensaje.as_str()), (0, "No falta nada en ese período."));
    let everything = shown(&world.engine, PlanRequest { repetir_cargado: true, ..period("10:00", "11:00") }).await;
    assert_eq!(everything.ventanas, 2);
    started(&world.engine, &everything).await;
    let done = until(&world.engine, everything.hash.as_str(), PlanState::Finished).await;
    assert_eq!((done.exitosas, done.fallidas), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_days_of_every_store_are_one_plan_and_it_gets_everything_back() {
    let world = World::with(brisk()).await;
    let preview = shown(&world.engine, PlanRequest { ultimos_dias: Some(1), ..request() }).await;
    assert_eq!(preview.tiendas.len(), 2);
    started(&world.engine, &preview).await;
    let done = until(&world.engine, preview.hash.as_str(), PlanState::Finished).await;
    assert_eq!(done.exitosas, u64::from(preview.ventanas));
    assert!(world.gaps(24).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_what_is_pending_has_the_half_hours_of_the_list_of_gaps() {
    let world = World::new().await;
    // Ten minutes after a half hour ended, which is none of a gap yet, and in the middle of one a week ago.
    world.clock.set("2025-11-18T16:10:00Z");
    let pending = async || {
        let gaps = world.gaps(168).await;
        gaps.iter().filter(|gap| gap.recuperable).map(|gap| gap.ventanas).sum::<u32>()
    };
    let week = PlanRequest { ultimos_dias: Some(7), ..request() };
    let asked = PlanRequest { solo_pendientes: true, ..week.clone() };
    let preview = shown(&world.engine, asked.clone()).await;
    assert_eq!(preview.ventanas, pending().await);
    assert_eq!(shown(&world.engine, week).await.ventanas, preview.ventanas + 2, "one of each store has just ended");

    // What failed is pending at once.
    world.sim.add_fault(Fault::new(FaultKind::Refuse));
    world.extract("tienda_01", "2025-11-18", Some(("11:30", "12:00"))).await;
    world.sim.clear_faults();
    let after = shown(&world.engine, asked).await;
    assert_eq!((after.ventanas, pending().await), (preview.ventanas + 1, preview.ventanas + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_failed_is_shown_again_under_its_hash_and_started_again() {
    let world = World::with(brisk()).await;
    world.sim.add_fault(Fault::new(FaultKind::Refuse));
    let first = shown(&world.engine, period("10:00", "11:00")).await;
    let plan = started(&world.engine, &first).await;
    until(&world.engine, first.hash.as_str(), PlanState::Finished).await;
    world.sim.clear_faults();
    let second = shown(&world.engine, period("10:00", "11:00")).await;
    assert_eq!(second.hash, first.hash);
    let again = started(&world.engine, &second).await;
    assert_ne!(again.lote_id, plan.lote_id);
    assert_eq!(until(&world.engine, second.hash.as_str(), PlanState::Finished).await.exitosas, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_planned_is_refused_with_what_to_do() {
    let world = World::new().await;
    let refused = async |request: PlanRequest| world.engine.plan_recovery(&operator(), request).await.unwrap_err();
    assert_eq!(refused(request()).await.to_string(), "periodos: indique al menos un período, o ultimos_dias");
    let far = refused(PlanRequest { ultimos_dias: Some(32), ..request() }).await;
    assert_eq!(far.to_string(), "ultimos_dias: debe ser de 1 a 31; llegó 32");
    let stock = refused(PlanRequest { etl_tipo: EtlKind::Inventory, ..period("10:00", "11:00") }).await;
    assert_eq!(stock.code(), ProblemCode::Conflict);
    let nowhere = PlanRequest { ubicaciones: vec![BranchId::new("x")], ultimos_dias: Some(1), ..request() };
    assert_eq!(refused(nowhere).await.code(), ProblemCode::NotFound);
    let start = async |hash: &str| world.engine.start_plan(&operator(), hash).await.unwrap_err().code();
    assert_eq!(start("0123").await, ProblemCode::InvalidParameter);
    assert_eq!(start("0123456789ab").await, ProblemCode::NotFound);
}
