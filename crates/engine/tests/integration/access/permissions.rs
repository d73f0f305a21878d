//! What each role may read and change, and of which stores.

use domain::access::{Role, StoreScope};
use domain::decision::Origin;
use domain::problem::ProblemCode;
use domain::read_model::{
    CalendarRequest, ConfirmLossRequest, HolidayRequest, JustifyRequest, PlanPeriod, PlanRequest, ReconcileRequest,
    RecoverGapRequest,
};
use domain::{BranchId, EtlKind};
use engine::{Actor, UseCaseError};

use super::{admin, code_of};
use crate::support::World;

fn period() -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: None,
        fecha_desde: "2025-11-17".to_owned(),
        fecha_hasta: None,
        hora_desde: Some("09:00".to_owned()),
        hora_hasta: Some("10:00".to_owned()),
    }
}

fn plan_of(stores: &[&str]) -> PlanRequest {
    PlanRequest {
        etl_tipo: EtlKind::Sales,
        ubicaciones: stores.iter().map(|id| BranchId::new(*id)).collect(),
        periodos: vec![period()],
        ultimos_dias: None,
        repetir_cargado: false,
        fuera_de_horario: false,
        solo_pendientes: false,
    }
}

/// What each change of a store answers to somebody.
async fn changes_of(world: &World, actor: &Actor, store: &str) -> Vec<(&'static str, Option<ProblemCode>)> {
    let engine = &world.engine;
    let id = || BranchId::new(store);
    let code = |result: Result<(), UseCaseError>| result.err().map(|error| error.code());
    let recover = RecoverGapRequest {
        etl_tipo: EtlKind::Sales,
        ubicacion_id: id(),
        fecha_desde: "2025-11-17".to_owned(),
        fecha_hasta: "2025-11-17".to_owned(),
        hora_desde: Some("11:00".to_owned()),
        hora_hasta: Some("12:00".to_owned()),
    };
    let justify = JustifyRequest {
        clase: domain::gap::GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: id(),
        fecha_desde: "2025-11-17".to_owned(),
        hora_desde: Some("14:00".to_owned()),
        fecha_hasta: "2025-11-17".to_owned(),
        hora_hasta: Some("14:30".to_owned()),
        motivo: domain::justification::Reason::PowerFailure,
        nota: None,
    };
    let reconcile = ReconcileRequest { ubicacion_id: id(), fecha: "2025-11-16".to_owned() };
    let confirm = ConfirmLossRequest { ubicacion_id: id(), fecha: "2025-11-16".to_owned() };
    let document = engine.list_calendars(&admin()).await.unwrap().calendarios.remove(0).calendario;
    let calendar = CalendarRequest { ubicacion_id: id(), vigente_desde: "2025-11-18".to_owned(), calendario: document };
    vec![
        ("plan_recovery", code(engine.plan_recovery(actor, plan_of(&[store])).await.map(drop))),
        ("recover_gap", code(engine.recover_gap(actor, recover).await.map(drop))),
        ("justify", code(engine.justify(actor, justify).await.map(drop))),
        ("reconcile", code(engine.reconcile(actor, reconcile).await.map(drop))),
        ("confirm_loss", code(engine.confirm_loss(actor, confirm).await.map(drop))),
        ("change_calendar", code(engine.change_calendar(actor, calendar).await.map(drop))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_of_some_stores_changes_nothing_of_others() {
    let world = World::new().await;
    let limited = Actor { stores: StoreScope::parse("tienda_01"), ..Actor::operator("ana") };
    for (name, code) in changes_of(&world, &limited, "tienda_08").await {
        assert_eq!(code, Some(ProblemCode::Forbidden), "{name}");
    }
    for (name, code) in changes_of(&world, &Actor::new("luis", Role::Reader), "tienda_08").await {
        assert_eq!(code, Some(ProblemCode::Forbidden), "{name}");
    }
    for (name, code) in changes_of(&world, &Actor::nobody(Origin::Api), "tienda_08").await {
        assert_eq!(code, Some(ProblemCode::NotSignedIn), "{name}");
    }
    assert!(world.runs().await.is_empty());
    for (name, code) in changes_of(&world, &limited, "tienda_01").await {
        assert_eq!(code, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_changed_by_who_has_all_of_its_stores() {
    let world = World::new().await;
    let limited = Actor { stores: StoreScope::parse("tienda_01"), ..Actor::operator("ana") };
    let all = Actor::operator("eva");
    // Who names no store means theirs.
    let own = world.engine.plan_recovery(&limited, plan_of(&[])).await.unwrap();
    let stores: Vec<&str> = own.tiendas.iter().map(|store| store.ubicacion_id.as_str()).collect();
    assert_eq!(stores, ["tienda_01"]);

    let both = world.engine.plan_recovery(&all, plan_of(&[])).await.unwrap();
    let hash = both.hash.to_string();
    assert_eq!(code_of(world.engine.start_plan(&limited, &hash).await), ProblemCode::Forbidden);
    world.engine.start_plan(&all, &hash).await.unwrap();
    assert_eq!(code_of(world.engine.pause_plan(&limited, &hash, None).await), ProblemCode::Forbidden);
    assert_eq!(code_of(world.engine.cancel_plan(&limited, &hash, None).await), ProblemCode::Forbidden);
    assert_eq!(code_of(world.engine.resume_plan(&limited, &hash, None).await), ProblemCode::Forbidden);

    let holiday =
        HolidayRequest { fecha: "2025-12-25".to_owned(), horario: "cerrado".to_owned(), nota: "Navidad".to_owned() };
    assert_eq!(code_of(world.engine.change_holiday(&limited, holiday.clone()).await), ProblemCode::Forbidden);
    assert!(world.engine.change_holiday(&all, holiday).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_counts_what_is_of_ones_stores() {
    let world = World::new().await;
    let of = async |actor: &Actor| world.engine.summary(actor).await.unwrap();
    let limited = Actor { stores: StoreScope::parse("tienda_01"), ..Actor::operator("ana") };
    let (own, all) = (of(&limited).await, of(&Actor::operator("eva")).await);
    assert_eq!(all.own_windows, all.windows);
    assert_eq!(own.windows, all.windows, "what is missing is the same to everybody");
    assert!(0 < own.own_windows && own.own_windows < all.windows, "{own:?}");
    assert_eq!(of(&Actor::new("luis", Role::Reader)).await.own_windows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_anything() {
    let world = World::new().await;
    let (engine, nobody) = (&world.engine, Actor::nobody(Origin::Web));
    let gaps = domain::filter::GapFilter { hours_max: 24, ..Default::default() };
    let moment = Some("2025-11-18T10:00".parse().unwrap());
    assert_eq!(code_of(engine.summary(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_gaps(&nobody, gaps.clone()).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_gaps_at(&nobody, gaps.clone(), moment).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.count_gaps(&nobody, gaps.clone()).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.compare_moments(&nobody, gaps, None, None).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.progress(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.schedules(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.connectivity(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_calendars(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_plans(&nobody, 1).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.read_plan(&nobody, "000000000000").await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.stock_freshness(&nobody, None).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_reconciliations(&nobody, None, 7).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.monitoring_view(&nobody).await), ProblemCode::NotSignedIn);
}
