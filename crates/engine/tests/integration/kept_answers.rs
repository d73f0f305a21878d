//! Answers that are kept are the ones that would be computed now, after every kind of change.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::decision::DecisionFilter;
use domain::filter::{CoverageFilter, GapFilter, MetricsFilter, RunFilter};
use domain::gap::{GapClass, GapOrder};
use domain::justification::Reason;
use domain::read_model::{CalendarRequest, HolidayRequest, JustifyRequest, ReconcileRequest, WithdrawRequest};
use domain::{BranchId, EtlKind};
use engine::{CacheLimits, EngineSettings};
use klk_sim::{Fault, FaultKind};
use serde_json::{Value, json};
use warehouse::{JobWatch, StatementObserver};

use crate::plans::{period, shown, started};
use crate::support::{World, branch, hours_of, operator, settings};

const NOON: &str = "2025-11-18T16:00:00Z";
const A_MINUTE_LATER: &str = "2025-11-18T16:01:00Z";

/// What every page and every REST endpoint shows.
async fn everything(world: &World) -> Vec<(&'static str, Value)> {
    let (engine, actor) = (&world.engine, &operator());
    let store = Some(BranchId::new("tienda_01"));
    let gaps = GapFilter { hours_max: 72, ..GapFilter::default() };
    let run_filter = RunFilter { limit: 100, ..RunFilter::default() };
    let runs = engine.list_runs(actor, run_filter).await.unwrap();
    let newest = runs.ejecuciones.iter().map(|run| run.id).max();
    let run = match newest {
        Some(id) => json!(engine.read_run(actor, id).await.unwrap()),
        None => Value::Null,
    };
    let day = CoverageFilter::parse(Some("tienda_01"), Some("2025-11-18")).unwrap();
    let metrics = MetricsFilter::parse(None, None, None).unwrap();
    vec![
        ("runs", json!(runs)),
        ("run", run),
        ("gaps", json!(engine.list_gaps(actor, gaps.clone()).await.unwrap())),
        ("gap count", json!(engine.count_gaps(actor, gaps.clone()).await.unwrap())),
        ("justifications", json!(engine.list_justifications(actor, gaps).await.unwrap())),
        ("progress", json!(engine.progress(actor).await.unwrap())),
        ("metrics", json!(engine.metrics(actor, metrics).await.unwrap())),
        ("day", json!(engine.coverage(actor, day).await.unwrap())),
        ("schedules", json!(engine.schedules(actor).await.unwrap())),
        (
            "decisions",
            json!(engine.list_decisions(actor, DecisionFilter { limit: 50, ..Default::default() }).await.unwrap()),
        ),
        ("plans", json!(engine.list_plans(actor, 20).await.unwrap())),
        ("calendars", json!(engine.list_calendars(actor).await.unwrap())),
        ("stock", json!(engine.stock_freshness(actor, None).await.unwrap())),
        ("reconciliations", json!(engine.list_reconciliations(actor, store, 7).await.unwrap())),
    ]
}

/// Everything is shown as it would be computed now, and was not before the change wherever it is different.
async fn assert_fresh(world: &World, after: &str) {
    let shown = everything(world).await;
    // Answers are of their minute, so those of the next one are computed, and then those of this one once more.
    world.clock.set(A_MINUTE_LATER);
    everything(world).await;
    world.clock.set(NOON);
    for ((what, shown), (_, computed)) in shown.iter().zip(everything(world).await) {
        assert_eq!(*shown, computed, "{what} after {after}");
    }
}

fn justification() -> JustifyRequest {
    JustifyRequest {
        clase: GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_01"),
        fecha_desde: "2025-11-18".to_owned(),
        hora_desde: Some("10:00".to_owned()),
        fecha_hasta: "2025-11-18".to_owned(),
        hora_hasta: Some("11:00".to_owned()),
        motivo: Reason::PowerFailure,
        nota: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_answers_are_those_of_now_after_every_kind_of_change() {
    let mut world = World::new().await;
    assert_fresh(&world, "the start").await;

    world.extract("tienda_01", "2025-11-18", Some(("07:00", "08:00"))).await;
    assert_fresh(&world, "an extraction").await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 500, html: false }));
    world.extract("tienda_01", "2025-11-18", Some(("08:00", "08:30"))).await;
    world.sim.clear_faults();
    assert_fresh(&world, "a failure").await;
    world.sim.add_fault(Fault::new(FaultKind::Short { missing_lines: 2 }));
    world.extract("tienda_01", "2025-11-18", Some(("08:30", "09:00"))).await;
    world.sim.clear_faults();
    assert_fresh(&world, "a short answer").await;

    let recovery = world.engine.recover_gap(&operator(), hours_of("2025-11-18", "08:00", "09:00")).await.unwrap();
    world.finished(recovery.lote_id.unwrap()).await;
    world.all_ended().await;
    assert_fresh(&world, "a recovery").await;

    let justified = world.engine.justify(&operator(), justification()).await.unwrap();
    assert_fresh(&world, "a justification").await;
    let withdraw = WithdrawRequest { id: justified.justificaciones[0].id };
    world.engine.withdraw_justification(&operator(), withdraw).await.unwrap();
    assert_fresh(&world, "its withdrawal").await;

    let mut document = world.engine.list_calendars(&operator()).await.unwrap().calendarios[0].calendario.clone();
    document.martes = "09:00-21:00".to_owned();
    let request = CalendarRequest {
        ubicacion_id: BranchId::new("tienda_01"),
        vigente_desde: "2025-11-18".to_owned(),
        calendario: document,
    };
    world.engine.change_calendar(&operator(), request).await.unwrap();
    assert_fresh(&world, "another calendar").await;
    let holiday =
        HolidayRequest { fecha: "2025-11-16".to_owned(), horario: "cerrado".to_owned(), nota: "Feriado".to_owned() };
    world.engine.change_holiday(&operator(), holiday).await.unwrap();
    assert_fresh(&world, "a holiday").await;

    let compare = ReconcileRequest { ubicacion_id: BranchId::new("tienda_08"), fecha: "2025-11-17".to_owned() };
    world.engine.reconcile(&operator(), compare).await.unwrap();
    world.all_ended().await;
    assert_fresh(&world, "a comparison").await;

    // A plan, held where none of its windows can start.
    world.restart(EngineSettings { workers: 0, ..settings() }).await;
    assert_fresh(&world, "a restart").await;
    let preview = shown(&world.engine, period("13:00", "15:00")).await;
    started(&world.engine, &preview).await;
    assert_fresh(&world, "the start of a plan").await;
    world.engine.pause_plan(&operator(), preview.hash.as_str(), None).await.unwrap();
    assert_fresh(&world, "its pause").await;
    world.engine.resume_plan(&operator(), preview.hash.as_str(), None).await.unwrap();
    assert_fresh(&world, "its going on").await;
    world.engine.cancel_plan(&operator(), preview.hash.as_str(), None).await.unwrap();
    assert_fresh(&world, "its end").await;

    world.engine.adopt_branches(vec![branch("tienda_17", "SUC003", "ARTIGAS", "07:00-21:00", &["TANT"])]);
    assert_fresh(&world, "another store").await;
    world.beside.note_fired("ventas-klk-incremental", NOON.parse().unwrap()).await.unwrap();
    assert_fresh(&world, "a firing").await;
}

/// Counts what the database is asked.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Counting {
    /// How often it was asked since the last look.
    fn asked(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

impl StatementObserver for Counting {
    fn on_asked(&self, _name: &'static str) -> Option<Box<dyn JobWatch>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        None
    }
}

/// What the page of runs asks, with the frame around it.
async fn page_of_runs(world: &World) {
    let (engine, actor) = (&world.engine, &operator());
    tokio::try_join!(
        engine.list_runs(actor, RunFilter::default()),
        engine.progress(actor),
        engine.count_gaps(actor, GapFilter::default()),
    )
    .unwrap();
    engine.list_reconciliations(actor, None, 7).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_the_database_once_for_all_who_look_at_it() {
    let counting = Counting::default();
    let world = World::observed(counting.clone()).await;
    world.extract("tienda_01", "2025-11-18", Some(("07:00", "08:00"))).await;
    world.all_ended().await;
    counting.asked();

    page_of_runs(&world).await;
    let first = counting.asked();
    assert!((1..=17).contains(&first), "{first} questions");
    page_of_runs(&world).await;
    assert_eq!(counting.asked(), 0, "nothing has changed");

    world.engine.justify(&operator(), justification()).await.unwrap();
    counting.asked();
    futures::future::join_all((0..50).map(|_| page_of_runs(&world))).await;
    assert!(counting.asked() <= first, "fifty pages ask what one does");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_count_beside_a_list_is_of_the_same_state_while_runs_change_both() {
    let lag = Duration::from_secs(3600);
    let answer_cache = CacheLimits { lag, lag_max: lag, ..CacheLimits::default() };
    let world = World::with(EngineSettings { workers: 0, answer_cache, ..settings() }).await;
    started(&world.engine, &shown(&world.engine, period("13:00", "15:00")).await).await;
    let fire = async || world.beside.note_fired("ventas-klk-incremental", NOON.parse().unwrap()).await.unwrap();
    let (actor, by_value) = (operator(), GapFilter { order: GapOrder::Value, ..GapFilter::default() });
    let list = async |filter| world.engine.list_gaps(&actor, filter).await.unwrap().generado_en;
    let count = async || world.engine.count_gaps(&actor, GapFilter::default()).await.unwrap().generado_en;

    let counted = count().await;
    fire().await;
    world.clock.set("2025-11-18T16:00:10Z");
    assert_eq!(count().await, counted, "while runs wait, what was counted is given again");
    let listed = list(GapFilter::default()).await;
    assert_eq!((count().await, list(by_value).await), (listed, listed));
    fire().await;
    world.clock.set("2025-11-18T16:00:20Z");
    assert_eq!((list(GapFilter::default()).await, count().await), (listed, listed));
}
