//! What the source changed after it was loaded is a gap until it is loaded again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::cause::CauseKind;
use domain::certificate::ProofOutcome;
use domain::filter::CoverageFilter;
use domain::gap::{GapClass, GapState};
use domain::justification::Reason;
use domain::read_model::{CoverageDay, GapView, HalfHourView, JustifyRequest, ReconcileRequest, WithdrawRequest};
use domain::value::ValueBasis;
use domain::window_state::WindowState;
use domain::{BranchId, EtlKind, RunState};
use jiff::civil::DateTime;
use klk_sim::{Endpoint, Fault, FaultKind, LateSales};
use monitoring::Started;
use rust_decimal::Decimal;
use serde_json::Value;
use warehouse::{JobWatch, StatementObserver};

use crate::fake_sentry::{FakeSentry, Manner};
use crate::sentry_reports::team;
use crate::support::{World, operator, settings, sold};
use crate::test_clock::TestClock;

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn periferico() -> BranchId {
    BranchId::new("tienda_01")
}

/// A day that is loaded, of which the POS gets half an hour later.
async fn loaded() -> World {
    loaded_in(World::new().await).await
}

async fn loaded_in(world: World) -> World {
    world.sim.add_late(LateSales {
        branch: "SUC001".to_owned(),
        sales_from: at("2025-11-17T20:30"),
        sales_to: at("2025-11-17T21:00"),
        available_from: "2025-11-18T17:00:00Z".parse().unwrap(),
    });
    world.extract("tienda_01", "2025-11-17", None).await;
    world.clock.set("2025-11-18T18:00:00Z");
    world
}

/// A database that refuses what is loaded, once it is armed.
struct RefusedLoad {
    clock: TestClock,
    is_armed: Arc<AtomicBool>,
}

impl StatementObserver for RefusedLoad {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        if name == "reemplazar_ventana_ventas" && self.is_armed.load(Ordering::SeqCst) {
            self.clock.break_in_writer();
        }
        None
    }
}

/// An answer that is short by so many lines, once.
fn short(missing_lines: usize) -> Fault {
    Fault::new(FaultKind::Short { missing_lines }).at(Endpoint::Sales).of_branch("SUC001").times(1 + RETRIES)
}

/// A short answer is asked for again.
const RETRIES: u32 = 1;

async fn compare(world: &World) -> RunState {
    let request = ReconcileRequest { ubicacion_id: periferico(), fecha: "2025-11-17".to_owned() };
    let answer = world.engine.reconcile(&operator(), request).await.unwrap();
    world.finished(answer.lote_id.unwrap()).await[0].estado
}

/// The gaps of PERIFERICO's day.
async fn gaps(world: &World) -> Vec<GapView> {
    let of_day = |gap: &GapView| gap.ubicacion_id == periferico() && gap.fecha_desde == at("2025-11-17T00:00").date();
    world.gaps(48).await.into_iter().filter(of_day).collect()
}

async fn day_of(world: &World) -> CoverageDay {
    let filter = CoverageFilter { branch: periferico(), date: "2025-11-17".parse().unwrap() };
    world.engine.coverage(&operator(), filter).await.unwrap()
}

async fn last_half_hour(world: &World) -> HalfHourView {
    day_of(world).await.medias_horas.into_iter().find(|half_hour| half_hour.hora_desde == "20:30").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_and_could_not_be_loaded_is_a_gap_with_its_evidence_until_it_is_recovered() {
    let world = loaded().await;
    assert_eq!(gaps(&world).await, []);
    // The lines of the morning are missing in the response, so that nothing of it can be loaded.
    world.sim.add_fault(short(1));
    assert_eq!(compare(&world).await, RunState::Partial);

    let found = gaps(&world).await;
    let [gap] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((gap.causa.as_str(), gap.evidencia.tipo), ("fuente_cambio", CauseKind::SourceChanged));
    assert_eq!((gap.hora_desde.as_str(), gap.ventanas, gap.estado), ("20:30", 1, GapState::Pending));
    let proof = &gap.evidencia;
    assert_eq!((proof.cargadas, proof.vista_en_local), (Some(0), Some(at("2025-11-18T14:00"))));
    assert!(proof.anunciadas > Some(0) && gap.recuperable);
    let half_hour = last_half_hour(&world).await;
    assert_eq!(half_hour.estado, WindowState::Partial);
    assert_eq!(half_hour.certificado.conteo.resultado, ProofOutcome::Fails);
    assert_eq!(half_hour.certificado.conteo.anunciadas, proof.anunciadas);

    let answer = world.recover(gap).await;
    assert_eq!(answer.ejecuciones.len(), 1);
    assert_eq!(world.finished(answer.lote_id.unwrap()).await[0].estado, RunState::Succeeded);
    assert_eq!(gaps(&world).await, []);
    assert_eq!(last_half_hour(&world).await.estado, WindowState::Complete);
    assert_eq!(world.totals("tienda_01", "2025-11-17").await, sold(&world.sim, "SUC001", "2025-11-17"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_day_that_changed_is_an_alarm_when_it_is_seen_and_when_it_is_loaded_by_whatever_run() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = team(&server);
    let world = loaded_in(World::monitored(settings(), monitoring).await).await;
    world.sim.add_fault(short(1));
    assert_eq!(compare(&world).await, RunState::Partial);
    let gap = gaps(&world).await[0].clone();
    world.finished(world.recover(&gap).await.lote_id.unwrap()).await;
    world.engine.shutdown().await;
    drop(guard);
    let alarms: Vec<_> = server.payloads("event").into_iter().filter(|event| event["level"] == "warning").collect();
    let [seen, loaded] = alarms.as_slice() else { panic!("{alarms:?}") };
    assert_eq!(seen["fingerprint"], loaded["fingerprint"]);
    let (seen, loaded) = (&seen["contexts"]["conciliacion"], &loaded["contexts"]["conciliacion"]);
    assert_eq!((&seen["medias_horas"], &seen["lineas_cargadas"]), (&1.into(), &0.into()));
    // The line that lacked may be one of them.
    let lines = |context: &Value, name: &str| context[name].as_u64().unwrap();
    let (announced, added) = (lines(seen, "lineas_anunciadas"), lines(loaded, "lineas_agregadas"));
    assert!(announced == added || announced + 1 == added, "{announced} of {added}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nothing_of_what_came_explains_is_a_gap_of_the_whole_day() {
    let world = loaded().await;
    let late = sold(&world.sim, "SUC001", "2025-11-17").lines - day_of(&world).await.lineas;
    world.sim.add_fault(short(usize::try_from(late).unwrap() + 1));
    assert_eq!(compare(&world).await, RunState::Partial);
    let windows: u32 = gaps(&world).await.iter().map(|gap| gap.ventanas).sum();
    assert_eq!(windows, 48);
    assert!(gaps(&world).await.iter().all(|gap| gap.evidencia.anunciadas > gap.evidencia.cargadas));
    assert_eq!(compare(&world).await, RunState::Succeeded);
    assert_eq!(gaps(&world).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_answer_about_a_day_that_did_not_change_is_no_gap() {
    let world = loaded().await;
    assert_eq!(compare(&world).await, RunState::Succeeded);
    world.sim.add_fault(short(5));
    assert_eq!(compare(&world).await, RunState::Partial);
    assert_eq!(gaps(&world).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_outlives_a_load_that_our_own_database_refused_and_is_worth_the_difference() {
    let is_armed = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&is_armed);
    let world = World::observed_by(|clock| RefusedLoad { clock: clock.clone(), is_armed: armed }).await;
    let world = loaded_in(world).await;
    is_armed.store(true, Ordering::SeqCst);
    assert_eq!(compare(&world).await, RunState::Failed);
    let found = gaps(&world).await;
    let [gap] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(gap.evidencia.tipo, CauseKind::SourceChanged);
    assert_eq!((gap.evidencia.usd_cargado, gap.intentos), (Some(Decimal::ZERO), 1));
    let value = gap.valor.as_ref().unwrap();
    assert_eq!((value.base, Some(value.usd)), (ValueBasis::SourceDifference, gap.evidencia.usd_ahora));

    // It was known then, and not before.
    let list = async |moment: &str| {
        let filter = domain::filter::GapFilter {
            kind: Some(EtlKind::Sales),
            branch: Some(periferico()),
            hours_max: 48,
            ..Default::default()
        };
        let list = world.engine.list_gaps_at(&operator(), filter, Some(at(moment))).await.unwrap();
        list.gaps.iter().filter(|gap| gap.evidencia.tipo == CauseKind::SourceChanged).count()
    };
    assert_eq!((list("2025-11-18T13:59").await, list("2025-11-18T14:00").await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_source_changed_can_be_justified_and_that_be_taken_back() {
    let world = loaded().await;
    world.sim.add_fault(short(1));
    compare(&world).await;
    let request = JustifyRequest {
        clase: GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: periferico(),
        fecha_desde: "2025-11-17".to_owned(),
        hora_desde: Some("20:30".to_owned()),
        fecha_hasta: "2025-11-17".to_owned(),
        hora_hasta: Some("21:00".to_owned()),
        motivo: Reason::BrokenPos,
        nota: None,
    };
    let answer = world.engine.justify(&operator(), request).await.unwrap();
    assert_eq!(gaps(&world).await, []);
    assert_eq!(last_half_hour(&world).await.estado, WindowState::Waived);
    let withdraw = WithdrawRequest { id: answer.justificaciones[0].id };
    world.engine.withdraw_justification(&operator(), withdraw).await.unwrap();
    assert_eq!(gaps(&world).await.len(), 1);
}
