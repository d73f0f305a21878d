//! Justifying what is missing of chosen periods of several stores at once, over a real POS and a real database.

use domain::access::{Role, StoreScope};
use domain::decision::DecisionFilter;
use domain::filter::GapFilter;
use domain::gap::GapClass;
use domain::justification::Reason;
use domain::problem::ProblemCode;
use domain::read_model::{
    GapView, JustificationPreview, JustificationView, JustifyRequest, JustifySelectionAnswer, PlanPeriod,
    WithdrawRequest,
};
use domain::{BranchId, EtlKind};
use engine::{Actor, EngineSettings, PlanSettings, Selection, UseCaseError};
use klk_sim::{Endpoint, Fault, FaultKind};

use crate::support::{World, operator, settings};

const DAY: &str = "2025-11-17";

fn day(store: &str, date: &str) -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: Some(BranchId::new(store)),
        fecha_desde: date.to_owned(),
        fecha_hasta: None,
        hora_desde: None,
        hora_hasta: None,
    }
}

fn chosen(periods: Vec<PlanPeriod>) -> Selection {
    Selection { kind: EtlKind::Sales, periods }
}

/// The day of both stores.
fn both() -> Selection {
    chosen(vec![day("tienda_01", DAY), day("tienda_08", DAY)])
}

/// PERIFERICO's day but for 10:00 to 11:00, and BOSQUE's up to 22:00, of which 22:00 to 22:30 was justified before.
async fn loaded(settings: EngineSettings) -> World {
    let world = World::with(settings).await;
    world.extract("tienda_01", DAY, Some(("07:00", "10:00"))).await;
    world.extract("tienda_01", DAY, Some(("11:00", "21:00"))).await;
    world.extract("tienda_08", DAY, Some(("08:00", "22:00"))).await;
    let request = JustifyRequest {
        clase: GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_08"),
        fecha_desde: DAY.to_owned(),
        hora_desde: Some("22:00".to_owned()),
        fecha_hasta: DAY.to_owned(),
        hora_hasta: Some("22:30".to_owned()),
        motivo: Reason::StoreClosed,
        nota: None,
    };
    world.engine.justify(&operator(), request).await.unwrap();
    world
}

async fn preview(world: &World, selection: Selection) -> JustificationPreview {
    world.engine.preview_justification(&operator(), selection).await.unwrap()
}

async fn justify(world: &World, selection: Selection, hash: &str) -> Result<JustifySelectionAnswer, UseCaseError> {
    world.engine.justify_selection(&operator(), selection, hash, (Reason::PowerFailure, Some("Apagón"))).await
}

/// Half hours, stores, and whether it was so already.
fn counts(answer: &JustifySelectionAnswer) -> (u64, u64, bool) {
    (answer.ventanas, answer.tiendas, answer.ya_estaba)
}

fn shown<'gaps>(gaps: &'gaps [GapView]) -> Vec<(&'gaps str, &'gaps str, &'gaps str, u32)> {
    let of = |gap: &'gaps GapView| {
        (gap.ubicacion_nombre.as_str(), gap.hora_desde.as_str(), gap.hora_hasta.as_str(), gap.ventanas)
    };
    gaps.iter().map(of).collect()
}

async fn justified(world: &World) -> Vec<JustificationView> {
    let filter = GapFilter { hours_max: 48, ..GapFilter::default() };
    world.engine.list_justifications(&operator(), filter).await.unwrap().justificaciones
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_missing_is_given_up_with_a_decision_for_each_store_and_can_be_taken_back() {
    let world = loaded(settings()).await;
    for monday in ["2025-10-27", "2025-11-03", "2025-11-10"] {
        world.extract("tienda_01", monday, Some(("10:00", "11:00"))).await;
    }
    let seen = preview(&world, both()).await;
    assert_eq!(shown(&seen.gaps), [("BOSQUE", "22:30", "24:00", 3), ("PERIFERICO", "10:00", "11:00", 2)]);
    assert_eq!(seen.en_curso, 0);
    // It is worth what the list of gaps says.
    let listed = world.gaps(48).await;
    let one = listed.iter().find(|gap| gap.id == seen.gaps[1].id).unwrap();
    assert_eq!((&one.valor, one.ventanas), (&seen.gaps[1].valor, 2));
    assert!(one.valor.is_some());

    let hash = seen.hash.to_string();
    assert_eq!(counts(&justify(&world, both(), &hash).await.unwrap()), (5, 2, false));
    let left = preview(&world, both()).await;
    assert_eq!((left.gaps.len(), left.en_curso), (0, 0));
    let filter = DecisionFilter { limit: 10, ..DecisionFilter::default() };
    let decisions = world.engine.list_decisions(&operator(), filter).await.unwrap().decisiones;
    let mut objects: Vec<_> = decisions.iter().filter(|row| row.accion == "justificar").collect();
    objects.sort_by_key(|row| row.objeto.as_str());
    assert_eq!(
        objects.iter().map(|row| row.objeto.as_str()).collect::<Vec<_>>(),
        [
            "ventas BOSQUE 2025-11-17 22:00-22:30",
            "ventas BOSQUE 2025-11-17 22:30-24:00",
            "ventas PERIFERICO 2025-11-17 10:00-11:00"
        ]
    );
    assert!(objects[2].detalle.to_string().contains("Apagón"), "{:?}", objects[2].detalle);

    let of_periferico = justified(&world).await.into_iter().find(|one| one.ubicacion_nombre == "PERIFERICO").unwrap();
    let withdraw = WithdrawRequest { id: of_periferico.id };
    world.engine.withdraw_justification(&operator(), withdraw).await.unwrap();
    assert_eq!(shown(&preview(&world, both()).await.gaps), [("PERIFERICO", "10:00", "11:00", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_it_was_shown_is_not_justified_until_it_was_shown_again() {
    let world = loaded(settings()).await;
    let hash = preview(&world, both()).await.hash.to_string();
    world.extract("tienda_01", DAY, Some(("10:00", "10:30"))).await;
    let refused = justify(&world, both(), &hash).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::Conflict);
    assert!(refused.to_string().contains("ahora 4 medias horas"), "{refused}");
    assert_eq!(justified(&world).await.len(), 1, "nothing was given up");

    let hash = preview(&world, both()).await.hash.to_string();
    assert_eq!(justify(&world, both(), &hash).await.unwrap().ventanas, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_comes_again_decides_nothing_again_unless_it_says_something_else_or_was_taken_back() {
    let world = loaded(settings()).await;
    let hash = preview(&world, both()).await.hash.to_string();
    assert_eq!(justify(&world, both(), &hash).await.unwrap().ventanas, 5);
    let again = justify(&world, both(), &hash).await.unwrap();
    assert_eq!(counts(&again), (5, 2, true));
    let filter = || DecisionFilter { limit: 10, ..DecisionFilter::default() };
    let decided = world.engine.list_decisions(&operator(), filter()).await.unwrap().decisiones;
    assert_eq!(decided.iter().filter(|row| row.accion == "justificar").count(), 3);

    let other = world.engine.justify_selection(&operator(), both(), &hash, (Reason::StoreClosed, None)).await;
    let somebody = Actor { name: "otra".to_owned(), ..operator() };
    let words = (Reason::PowerFailure, Some("Apagón"));
    let theirs = world.engine.justify_selection(&somebody, both(), &hash, words).await;
    for refused in [other, theirs] {
        assert_eq!(refused.unwrap_err().code(), ProblemCode::Conflict);
    }
    let one = justified(&world).await.into_iter().find(|one| one.ubicacion_nombre == "PERIFERICO").unwrap();
    world.engine.withdraw_justification(&operator(), WithdrawRequest { id: one.id }).await.unwrap();
    assert_eq!(justify(&world, both(), &hash).await.unwrap_err().code(), ProblemCode::Conflict);
    assert_eq!(justified(&world).await.len(), 2, "nothing was given up again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_has_in_progress_is_left_out_and_counted() {
    let world = loaded(settings()).await;
    let hangs = Fault::new(FaultKind::Hang { seconds: 130 }).at(Endpoint::Sales).of_branch("SUC001");
    world.sim.add_fault(hangs);
    world.ask_for("tienda_01", DAY, Some(("10:00", "10:30"))).await;
    let seen = preview(&world, both()).await;
    assert_eq!(shown(&seen.gaps), [("BOSQUE", "22:30", "24:00", 3), ("PERIFERICO", "10:30", "11:00", 1)]);
    assert_eq!(seen.en_curso, 1);
    assert_eq!(justify(&world, both(), &seen.hash.to_string()).await.unwrap().ventanas, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_refused_as_a_whole_where_a_part_of_it_is() {
    let plans = PlanSettings { periods_max: 2, ..settings().plans };
    let world = loaded(EngineSettings { plans, ..settings() }).await;
    let hash = preview(&world, both()).await.hash.to_string();
    let some = Actor { stores: StoreScope::parse("tienda_01"), ..operator() };
    for actor in [some, Actor::new("lea", Role::Reader)] {
        let engine = &world.engine;
        let looked = engine.preview_justification(&actor, both()).await.unwrap_err();
        let reason = (Reason::PowerFailure, None);
        let saved = engine.justify_selection(&actor, both(), &hash, reason).await.unwrap_err();
        assert_eq!((looked.code(), saved.code()), (ProblemCode::Forbidden, ProblemCode::Forbidden));
    }
    let long = PlanPeriod { fecha_hasta: Some(DAY.to_owned()), ..day("tienda_08", "2025-09-01") };
    let three = vec![day("tienda_01", DAY), day("tienda_08", DAY), day("tienda_08", "2025-11-16")];
    for periods in [three, vec![day("tienda_01", DAY), long], vec![]] {
        let refused = justify(&world, chosen(periods), &hash).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::InvalidParameter, "{refused}");
    }
    let without_note = world.engine.justify_selection(&operator(), both(), &hash, (Reason::Other, None)).await;
    assert_eq!(without_note.unwrap_err().code(), ProblemCode::InvalidParameter);
    assert_eq!(justified(&world).await.len(), 1, "nothing was given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_snapshots_of_stock_are_justified_too() {
    let world = World::new().await;
    let taken = crate::inventory::ask_for_snapshot(&world).await;
    world.finished(taken).await;
    world.clock.set("2025-11-21T16:00:00Z");
    let stock = || Selection { kind: EtlKind::Inventory, periods: vec![day("tienda_01", "2025-11-19")] };
    let seen = preview(&world, stock()).await;
    assert_eq!(shown(&seen.gaps), [("PERIFERICO", "00:00", "24:00", 48)]);
    let justified = justify(&world, stock(), &seen.hash.to_string()).await.unwrap();
    assert_eq!(counts(&justified), (48, 1, false));
    assert!(preview(&world, stock()).await.gaps.is_empty());
}
