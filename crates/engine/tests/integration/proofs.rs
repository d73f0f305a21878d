//! What a gap is worth, why it is one, and what proves that a half hour is none.

use std::sync::{Arc, Mutex};

use domain::cause::CauseKind;
use domain::certificate::ProofOutcome;
use domain::filter::{CoverageFilter, GapFilter};
use domain::gap::{GapClass, GapOrder, GapState};
use domain::justification::Reason;
use domain::read_model::{CoverageDay, GapView, HalfHourView, JustifyRequest, WithdrawRequest};
use domain::value::{ValueBasis, ValueRules};
use domain::window_state::WindowState;
use domain::{BranchId, EtlKind, Interval, RunState};
use engine::EngineSettings;
use jiff::civil::{Date, DateTime};
use klk_sim::{Endpoint, Fault, FaultKind, LateSales};
use rust_decimal::Decimal;
use warehouse::{JobWatch, StatementObserver};

use crate::support::{World, operator, settings};

/// Two weeks are enough for an estimate.
fn two_weeks() -> EngineSettings {
    EngineSettings { value_rules: ValueRules { weeks: 8, known_min: 2 }, ..settings() }
}

async fn day_of(world: &World, date: &str) -> CoverageDay {
    let filter = CoverageFilter { branch: BranchId::new("tienda_01"), date: date.parse().unwrap() };
    world.engine.coverage(&operator(), filter).await.unwrap()
}

fn half_hour<'day>(day: &'day CoverageDay, from: &str) -> &'day HalfHourView {
    day.medias_horas.iter().find(|half_hour| half_hour.hora_desde == from).unwrap()
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn late(from: &str, to: &str) -> LateSales {
    LateSales {
        branch: "SUC001".to_owned(),
        sales_from: at(from),
        sales_to: at(to),
        available_from: "2025-11-18T20:00:00Z".parse().unwrap(),
    }
}

async fn sequence_gaps(world: &World) -> Vec<GapView> {
    world.gaps(48).await.into_iter().filter(|gap| gap.clase == GapClass::Sequence).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_worth_what_its_half_hours_sold_on_that_weekday_and_the_list_can_start_with_the_dearest() {
    let world = World::with(two_weeks()).await;
    for date in ["2025-11-04", "2025-11-11"] {
        world.extract("tienda_01", date, None).await;
    }
    let filter = GapFilter {
        kind: Some(EtlKind::Sales),
        branch: Some(BranchId::new("tienda_01")),
        hours_max: 5,
        order: GapOrder::Value,
    };
    world.extract("tienda_01", "2025-11-18", Some(("09:00", "10:30"))).await;
    let list = world.engine.list_gaps(&operator(), filter).await.unwrap();
    let worth: Vec<Decimal> = list.gaps.iter().map(|gap| gap.valor.as_ref().unwrap().usd).collect();
    assert_eq!(worth.len(), 2);
    assert!(worth.is_sorted_by(|left, right| left >= right));
    assert_eq!(list.totales.valor_usd, worth.iter().copied().sum::<Decimal>());

    let latest = list.gaps.iter().find(|gap| gap.hora_desde == "10:30").unwrap();
    let value = latest.valor.as_ref().unwrap();
    assert_eq!((value.base, value.muestras, latest.ventanas), (ValueBasis::SameWeekday, 2, 2));
    let warehouse = world.warehouse().await;
    let mut sold = Decimal::ZERO;
    for date in ["2025-11-04", "2025-11-11"] {
        let date: Date = date.parse().unwrap();
        let hours = Interval::new(date.at(10, 30, 0, 0), date.at(11, 30, 0, 0)).unwrap();
        sold += warehouse.sales_totals(BranchId::new("tienda_01"), hours).await.unwrap().total_usd;
    }
    // Of two weeks, the middle is their mean.
    assert_eq!(value.usd, (sold / Decimal::TWO).round_dp(2));
    assert!(value.usd_desde <= value.usd && value.usd <= value.usd_hasta);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_of_the_past_is_worth_what_it_was_whatever_was_loaded_since() {
    let world = World::with(two_weeks()).await;
    for date in ["2025-11-04", "2025-11-11"] {
        world.extract("tienda_01", date, None).await;
    }
    let filter = || GapFilter {
        kind: Some(EtlKind::Sales),
        branch: Some(BranchId::new("tienda_01")),
        hours_max: 6,
        order: GapOrder::Value,
    };
    let before = world.engine.list_gaps(&operator(), filter()).await.unwrap().totales.valor_usd;
    assert!(!before.is_zero());
    world.clock.set("2025-11-18T16:10:00Z");
    world.extract("tienda_01", "2025-11-18", Some(("07:00", "12:00"))).await;
    assert!(world.engine.list_gaps(&operator(), filter()).await.unwrap().gaps.is_empty());
    let then = Some(at("2025-11-18T12:05"));
    let past = world.engine.list_gaps_at(&operator(), filter(), then).await.unwrap();
    // Five minutes later, no other half hour was missing.
    assert_eq!(past.totales.valor_usd, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_history_a_gap_has_no_price_and_says_of_how_many_half_hours() {
    let world = World::new().await;
    let gaps = world.gaps(2).await;
    assert!(gaps.iter().all(|gap| gap.valor.is_none() && gap.ventanas_sin_historia == gap.ventanas));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cause_comes_with_what_proves_it() {
    let world = World::new().await;
    let during = |from: &str, to: &str| (at(&format!("2025-11-18T{from}")), at(&format!("2025-11-18T{to}")));
    let fault = |kind, (from, to)| Fault::new(kind).at(Endpoint::Sales).of_branch("SUC001").of_sales(from, to);
    world.sim.add_fault(fault(FaultKind::Status { code: 502, html: true }, during("08:00", "08:30")));
    world.sim.add_fault(fault(FaultKind::Short { missing_lines: 2 }, during("08:30", "09:00")));
    world.sim.add_fault(fault(FaultKind::NotJson, during("09:00", "09:30")));
    world.sim.add_fault(fault(FaultKind::Reset, during("09:30", "10:00")));
    for (from, to) in [("08:00", "08:30"), ("08:30", "09:00"), ("09:00", "09:30"), ("09:30", "10:00")] {
        world.extract("tienda_01", "2025-11-18", Some((from, to))).await;
    }
    let gaps = world.gaps(5).await;
    let of = |from: &str| {
        let own = |gap: &&GapView| gap.ubicacion_nombre == "PERIFERICO" && gap.hora_desde == from;
        gaps.iter().find(own).unwrap()
    };
    let status = &of("08:00").evidencia;
    assert_eq!((status.tipo, status.estado_http), (CauseKind::PosError, Some(502)));
    assert_eq!(status.terminada_en_local, Some(at("2025-11-18T12:00")));
    let short = &of("08:30").evidencia;
    assert_eq!(short.tipo, CauseKind::ShortAnswer);
    assert_eq!(short.anunciadas.unwrap() - short.recibidas.unwrap(), 2);
    let value = of("08:30").valor.as_ref().unwrap();
    assert_eq!(value.base, ValueBasis::MissingLines);
    assert!(value.usd > Decimal::ZERO);
    assert_eq!(of("09:00").evidencia.tipo, CauseKind::MalformedAnswer);
    assert_eq!(of("09:30").evidencia.tipo, CauseKind::Unreachable);
    assert_eq!(of("10:00").evidencia.tipo, CauseKind::BeforeWatching);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_was_down_is_told_from_the_firings_around_it() {
    let nap_max = std::time::Duration::from_millis(20);
    let world = World::with(EngineSettings { scheduler: true, nap_max, ..settings() }).await;
    let fired = async |runs: usize| {
        while world.runs().await.iter().filter(|run| run.etl_tipo == EtlKind::Sales).count() < runs {
            tokio::time::sleep(nap_max).await;
        }
    };
    world.clock.set("2025-11-18T16:05:00Z");
    fired(2).await;
    world.clock.set("2025-11-18T19:10:00Z");
    fired(4).await;
    world.all_ended().await;
    let gaps = world.gaps(4).await;
    let found: Vec<_> = gaps
        .iter()
        .map(|gap| &gap.evidencia)
        .map(|proof| (proof.tipo, proof.disparo_anterior_local, proof.disparo_siguiente_local))
        .collect();
    let silent = (CauseKind::SchedulerDown, Some(at("2025-11-18T12:05")), Some(at("2025-11-18T15:10")));
    assert!(found.contains(&silent), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invoices_that_never_came_are_a_gap_of_their_own_until_the_window_is_loaded_again() {
    let world = World::new().await;
    world.sim.add_late(late("2025-11-17T14:40", "2025-11-17T15:50"));
    world.extract("tienda_01", "2025-11-17", None).await;

    let gaps = sequence_gaps(&world).await;
    assert!(!gaps.is_empty());
    for gap in &gaps {
        assert_eq!((gap.causa.as_str(), gap.evidencia.tipo), ("secuencia", CauseKind::NumberHole));
        assert!(gap.recuperable && gap.valor.as_ref().unwrap().base == ValueBasis::MissingInvoices);
        assert!(gap.facturas_faltantes.iter().all(|numbers| numbers.despues_de < numbers.antes_de));
    }
    let day = day_of(&world, "2025-11-17").await;
    assert_eq!(half_hour(&day, "15:00").estado, WindowState::Partial);
    assert_eq!(half_hour(&day, "15:00").certificado.secuencia.resultado, ProofOutcome::Fails);
    assert_eq!(half_hour(&day, "15:00").certificado.conteo.resultado, ProofOutcome::Holds);
    assert!(!day.dia_probado);

    world.clock.set("2025-11-18T21:00:00Z");
    for gap in &gaps {
        let answer = world.recover(gap).await;
        if let Some(batch) = answer.lote_id {
            world.finished(batch).await;
        }
    }
    assert_eq!(sequence_gaps(&world).await, []);
    let day = day_of(&world, "2025-11-17").await;
    assert!(day.dia_probado, "{:?}", day.estados);
    let proof = &half_hour(&day, "15:00").certificado.ejecucion;
    assert!(proof.cargas == 2 && proof.fuente_cambio);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_lack_with_a_missing_half_hour_are_no_second_gap_and_a_store_can_be_left_out() {
    let exempt = EngineSettings { sequence_exempt: vec![BranchId::new("tienda_01")], ..settings() };
    let mut world = World::new().await;
    for (from, to) in [("07:00", "12:00"), ("12:30", "21:00")] {
        world.extract("tienda_01", "2025-11-17", Some((from, to))).await;
    }
    assert_eq!(sequence_gaps(&world).await, []);
    world.sim.add_late(late("2025-11-17T14:40", "2025-11-17T15:50"));
    world.extract("tienda_01", "2025-11-17", None).await;
    // So many lines less are believed the second time.
    world.clock.set("2025-11-18T16:11:00Z");
    world.extract("tienda_01", "2025-11-17", None).await;
    assert!(!sequence_gaps(&world).await.is_empty());
    world.restart(exempt).await;
    assert_eq!(sequence_gaps(&world).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_tells_every_half_hour_apart() {
    let world = World::new().await;
    world.sim.add_late(late("2025-11-18T07:00", "2025-11-18T07:30"));
    let short = Fault::new(FaultKind::Short { missing_lines: 1 }).at(Endpoint::Sales).of_branch("SUC001");
    world.sim.add_fault(short.of_sales(at("2025-11-18T08:00"), at("2025-11-18T08:30")));
    for (from, to) in [("07:00", "07:30"), ("07:30", "08:00"), ("08:00", "08:30")] {
        world.extract("tienda_01", "2025-11-18", Some((from, to))).await;
    }
    let day = day_of(&world, "2025-11-18").await;
    assert_eq!(day.medias_horas.len(), 48);
    let state = |from| half_hour(&day, from).estado;
    assert_eq!(state("03:00"), WindowState::Closed);
    assert_eq!(state("07:00"), WindowState::NoSales);
    assert_eq!(state("07:30"), WindowState::Complete);
    assert_eq!(state("08:00"), WindowState::Partial);
    assert_eq!(state("08:30"), WindowState::Missing);
    assert_eq!(state("11:30"), WindowState::Upcoming);

    let whole = &half_hour(&day, "07:30").certificado;
    assert_eq!(whole.ejecucion.ejecucion_estado, Some(RunState::Succeeded));
    assert_eq!(whole.conteo.anunciadas, whole.conteo.recibidas);
    assert_eq!([whole.ejecucion.resultado, whole.conteo.resultado], [ProofOutcome::Holds; 2]);
    let short = &half_hour(&day, "08:00").certificado;
    assert_eq!([short.ejecucion.resultado, short.conteo.resultado], [ProofOutcome::Fails; 2]);
    assert_eq!(short.ejecucion.ejecucion_estado, Some(RunState::Partial));
    assert_eq!(half_hour(&day, "03:00").certificado.ejecucion.resultado, ProofOutcome::NotApplicable);
    let gap = world.gaps(5).await.into_iter().find(|gap| gap.hora_desde == "08:30").unwrap();
    assert_eq!(gap.estado, GapState::Pending);
}

/// Keeps what the database is asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<&'static str>>>);

impl StatementObserver for Asked {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        self.0.lock().unwrap().push(name);
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_count_is_that_of_the_list_and_neither_proves_nor_prices_anything() {
    let asked = Asked::default();
    let world = World::observed(asked.clone()).await;
    world.sim.add_late(late("2025-11-17T14:40", "2025-11-17T15:50"));
    world.extract("tienda_01", "2025-11-17", None).await;
    world.sim.add_fault(Fault::new(FaultKind::Refuse).times(2));
    world.extract("tienda_01", "2025-11-18", Some(("08:00", "08:30"))).await;
    assert!(!sequence_gaps(&world).await.is_empty());
    for (kind, branch) in [(None, None), (Some(EtlKind::Sales), Some(BranchId::new("tienda_01")))] {
        let filter = GapFilter { kind, branch, hours_max: 48, ..GapFilter::default() };
        asked.0.lock().unwrap().clear();
        let count = world.engine.count_gaps(&operator(), filter.clone()).await.unwrap();
        let names = asked.0.lock().unwrap().clone();
        let dear = ["historia_de_ventas", "hechos_de_ejecuciones", "disparos"];
        assert!(!names.is_empty() && names.iter().all(|name| !dear.contains(name)), "{names:?}");
        let totals = world.engine.list_gaps(&operator(), filter).await.unwrap().totales;
        assert_eq!((count.total, count.ventanas), (totals.total, totals.ventanas));
    }
    let unknown = GapFilter { branch: Some(BranchId::new("tienda_99")), hours_max: 48, ..GapFilter::default() };
    assert!(world.engine.count_gaps(&operator(), unknown).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_the_pos_lacks_too_are_justified_stay_visible_as_such_and_can_be_taken_back() {
    let world = World::new().await;
    world.sim.add_late(late("2025-11-17T14:40", "2025-11-17T15:50"));
    world.extract("tienda_01", "2025-11-17", None).await;
    let gaps = sequence_gaps(&world).await;
    let gap = gaps[0].clone();
    let justify = async |gap: &GapView, clase: GapClass| {
        let request = JustifyRequest {
            clase,
            etl_tipo: EtlKind::Sales,
            ubicacion_id: gap.ubicacion_id.clone(),
            fecha_desde: gap.fecha_desde.to_string(),
            hora_desde: Some(gap.hora_desde.clone()),
            fecha_hasta: gap.fecha_hasta.to_string(),
            hora_hasta: Some(gap.hora_hasta.clone()),
            motivo: Reason::Other,
            nota: Some("Anuladas en la caja".to_owned()),
        };
        world.engine.justify(&operator(), request).await
    };
    assert!(justify(&gap, GapClass::Coverage).await.is_err(), "its half hours are loaded");
    let answer = justify(&gap, GapClass::Sequence).await.unwrap();
    let given_up = answer.justificaciones.iter().find(|one| one.inicio == gap.inicio && one.fin == gap.fin).unwrap();
    let numbers: Vec<_> =
        given_up.facturas.iter().map(|numbers| (&numbers.caja, numbers.desde, numbers.hasta)).collect();
    let lacking: Vec<_> =
        gap.facturas_faltantes.iter().map(|numbers| (&numbers.caja, numbers.desde, numbers.hasta)).collect();
    assert_eq!((given_up.clase, numbers), (GapClass::Sequence, lacking));
    assert!(justify(&gap, GapClass::Sequence).await.unwrap().ya_estaba);

    let left = sequence_gaps(&world).await;
    assert!(left.iter().all(|left| left.id != gap.id), "{left:?}");
    for left in &left {
        justify(left, GapClass::Sequence).await.unwrap();
    }
    assert_eq!(sequence_gaps(&world).await, []);
    assert!(world.recover(&gap).await.ejecuciones.is_empty(), "what was given up is not loaded again by itself");
    let day = day_of(&world, "2025-11-17").await;
    let proof = &half_hour(&day, "15:00").certificado.secuencia;
    assert_eq!(half_hour(&day, "15:00").estado, WindowState::Waived);
    assert!(proof.resultado == ProofOutcome::Fails && proof.faltantes.iter().all(|numbers| numbers.justificada));
    assert!(!day.dia_probado);
    let filter = GapFilter { hours_max: 48, ..GapFilter::default() };
    let listed = world.engine.list_justifications(&operator(), filter.clone()).await.unwrap().justificaciones;
    assert_eq!(listed.len(), gaps.len());

    let withdraw = WithdrawRequest { id: given_up.id };
    let withdrawn = world.engine.withdraw_justification(&operator(), withdraw.clone()).await.unwrap();
    assert!(withdrawn.mensaje.contains("de factura"), "{}", withdrawn.mensaje);
    assert!(world.engine.withdraw_justification(&operator(), withdraw).await.is_err());
    assert_eq!(sequence_gaps(&world).await.iter().map(|gap| &gap.id).collect::<Vec<_>>(), [&gap.id]);

    // A later load that has them ends the gap as ever, justified or not.
    world.clock.set("2025-11-18T21:00:00Z");
    world.extract("tienda_01", "2025-11-17", None).await;
    assert_eq!(sequence_gaps(&world).await, []);
    assert!(day_of(&world, "2025-11-17").await.dia_probado);
}
