//! What people decide about gaps, and what the source changes later, over a real POS and a real database.

use domain::decision::{DecisionFilter, Origin};
use domain::filter::GapFilter;
use domain::freshness::Freshness;
use domain::gap::{GapClass, GapOrder};
use domain::justification::Reason;
use domain::problem::ProblemCode;
use domain::read_model::{JustifyAnswer, JustifyRequest, PlanRequest, ReconcileRequest, WithdrawRequest};
use domain::reconciliation::ReconciliationState;
use domain::{BranchId, EtlKind, RunState};
use engine::{Actor, ExtractRequest, UseCaseError};
use klk_sim::LateSales;
use rust_decimal::Decimal;

use crate::support::{ANA, World, operator, sold};

fn period(date: &str, from: &str, to: &str) -> JustifyRequest {
    JustifyRequest {
        clase: GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_01"),
        fecha_desde: date.to_owned(),
        hora_desde: Some(from.to_owned()),
        fecha_hasta: date.to_owned(),
        hora_hasta: Some(to.to_owned()),
        motivo: Reason::PowerFailure,
        nota: None,
    }
}

fn yesterday() -> ReconcileRequest {
    ReconcileRequest { ubicacion_id: BranchId::new("tienda_01"), fecha: "2025-11-17".to_owned() }
}

fn sales_of_periferico(hours_max: u32) -> GapFilter {
    GapFilter { kind: Some(EtlKind::Sales), branch: Some(BranchId::new("tienda_01")), hours_max, order: GapOrder::Age }
}

async fn justify(world: &World, request: JustifyRequest) -> Result<JustifyAnswer, UseCaseError> {
    world.engine.justify(&operator(), request).await
}

/// Half hours that are missing of PERIFERICO's last day.
async fn missing(world: &World) -> u64 {
    world.engine.list_gaps(&operator(), sales_of_periferico(24)).await.unwrap().totales.ventanas
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, UseCaseError>) -> (ProblemCode, String) {
    let error = outcome.unwrap_err();
    (error.code(), error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_has_the_address_that_something_was_decided_from() {
    let world = World::new().await;
    let ana = Actor { address: Some("192.0.2.7".parse().unwrap()), ..operator() };
    let justified = world.engine.justify(&ana, period("2025-11-18", "08:00", "09:30")).await.unwrap();
    let withdraw = WithdrawRequest { id: justified.justificaciones[0].id };
    world.engine.withdraw_justification(&ana, withdraw).await.unwrap();
    let request = PlanRequest {
        etl_tipo: EtlKind::Sales,
        ubicaciones: vec![BranchId::new("tienda_08")],
        periodos: Vec::new(),
        ultimos_dias: Some(1),
        repetir_cargado: false,
        fuera_de_horario: false,
        solo_pendientes: false,
    };
    let plan = world.engine.plan_recovery(&ana, request).await.unwrap();
    world.engine.start_plan(&ana, &plan.hash.to_string()).await.unwrap();
    world.engine.reconcile(&ana, yesterday()).await.unwrap();
    let entries = world.beside.export_audit().await.unwrap();
    let own = entries.iter().filter(|entry| entry.actor == ANA);
    let found: Vec<_> = own.map(|entry| (entry.action.as_str(), entry.address.as_deref())).collect();
    let expected = ["justificar", "retirar_justificacion", "plan_iniciado", "conciliar"];
    assert_eq!(found, expected.map(|action| (action, Some("192.0.2.7"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_justified_gap_is_no_gap_until_that_is_taken_back() {
    let world = World::new().await;
    let before = missing(&world).await;
    let answer = justify(&world, period("2025-11-18", "08:00", "09:30")).await.unwrap();
    assert_eq!((answer.ya_estaba, answer.justificaciones.len(), answer.justificaciones[0].ventanas), (false, 1, 3));
    assert_eq!(missing(&world).await, before - 3);
    let listed = world.engine.list_justifications(&operator(), sales_of_periferico(24)).await.unwrap();
    assert_eq!((listed.ventanas, listed.justificaciones[0].nombre.as_str()), (3, ANA));

    // Again, and around it: only what is still missing is added.
    assert!(justify(&world, period("2025-11-18", "08:00", "09:30")).await.unwrap().ya_estaba);
    let wider = justify(&world, period("2025-11-18", "07:30", "10:00")).await.unwrap();
    assert_eq!((wider.ya_estaba, wider.mensaje.as_str()), (false, "2 ventanas justificadas."));
    assert_eq!(missing(&world).await, before - 5);

    let withdraw = WithdrawRequest { id: answer.justificaciones[0].id };
    world.engine.withdraw_justification(&Actor::at_console("luis"), withdraw.clone()).await.unwrap();
    assert_eq!(missing(&world).await, before - 2);
    let again = world.engine.withdraw_justification(&operator(), withdraw).await;
    assert_eq!(refused(again).0, ProblemCode::Conflict);

    let filter = DecisionFilter { limit: 10, ..DecisionFilter::default() };
    let history = world.engine.list_decisions(&operator(), filter).await.unwrap().decisiones;
    let found: Vec<_> = history.iter().map(|row| (row.actor.as_str(), row.accion.as_str(), row.origen)).collect();
    assert_eq!(
        found,
        [
            ("luis", "retirar_justificacion", Origin::CommandLine),
            (ANA, "justificar", Origin::Web),
            (ANA, "justificar", Origin::Web)
        ]
    );
    assert_eq!(history[2].objeto, "ventas PERIFERICO 2025-11-18 08:00-09:30");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_loaded_closed_or_not_due_is_not_justified() {
    let world = World::new().await;
    world.extract("tienda_01", "2025-11-18", Some(("08:00", "08:30"))).await;
    let cases = [
        (period("2025-11-18", "08:00", "09:00"), "ya está cargado"),
        (period("2025-11-18", "02:00", "03:00"), "no se espera nada"),
        (period("2025-11-18", "13:00", "14:00"), "no se espera nada"),
    ];
    for (request, words) in cases {
        let (code, text) = refused(justify(&world, request).await);
        assert_eq!(code, ProblemCode::Conflict);
        assert!(text.contains(words), "{text}");
    }
    let unknown = WithdrawRequest { id: uuid::Uuid::from_u128(99) };
    let outcome = world.engine.withdraw_justification(&operator(), unknown).await;
    assert_eq!(refused(outcome).0, ProblemCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missing_at_a_moment_can_be_asked_and_two_moments_compared() {
    let world = World::new().await;
    world.clock.set("2025-11-18T16:10:00Z");
    world.extract("tienda_01", "2025-11-18", Some(("08:00", "09:00"))).await;
    world.clock.set("2025-11-18T16:20:00Z");
    justify(&world, period("2025-11-18", "09:00", "10:00")).await.unwrap();
    world.clock.set("2025-11-18T18:00:00Z");

    let at = async |moment: &str| {
        let moment = Some(moment.parse().unwrap());
        let list = world.engine.list_gaps_at(&operator(), sales_of_periferico(12), moment).await.unwrap();
        assert!(list.gaps.iter().all(|gap| !gap.recuperable));
        list.totales.ventanas
    };
    // Of 07:00 to 11:30, which had settled at 12:05, nothing was there; then two half hours came, and two were given up.
    assert_eq!((at("2025-11-18T12:05").await, at("2025-11-18T12:10").await), (9, 7));
    assert_eq!(at("2025-11-18T12:20").await, 6);

    let ana = operator();
    let compare = world.engine.compare_moments(
        &ana,
        sales_of_periferico(12),
        Some("2025-11-18T12:05".parse().unwrap()),
        Some("2025-11-18T12:20".parse().unwrap()),
    );
    let comparison = compare.await.unwrap();
    let texts_of = |spans: &[domain::read_model::WindowSpan]| -> Vec<String> {
        spans.iter().map(|span| format!("{}-{} {}", span.hora_desde, span.hora_hasta, span.ventanas)).collect()
    };
    assert_eq!(texts_of(&comparison.aparecieron), ["11:30-12:00 1"]);
    assert_eq!(texts_of(&comparison.desaparecieron), ["08:00-10:00 4"]);
    assert_eq!(texts_of(&comparison.siguen), ["07:00-08:00 2", "10:00-11:30 3"]);

    let tomorrow = Some("2025-11-19T00:00".parse().unwrap());
    let outcome = world.engine.list_gaps_at(&operator(), sales_of_periferico(12), tomorrow).await;
    assert_eq!(refused(outcome).0, ProblemCode::InvalidParameter);
}

/// Weeks that are loaded later are no weeks that gaps of an earlier moment could be reckoned from.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_missing_at_a_moment_is_worth_what_was_known_then() {
    let world = World::new().await;
    let worth_at = async |moment: &str| {
        let moment = Some(moment.parse().unwrap());
        let list = world.engine.list_gaps_at(&operator(), sales_of_periferico(3), moment).await.unwrap();
        assert!(list.totales.ventanas > 0);
        list.gaps.iter().filter_map(|gap| gap.valor.as_ref()).map(|value| value.usd).sum::<Decimal>()
    };
    world.clock.set("2025-11-18T16:10:00Z");
    for date in ["2025-10-28", "2025-11-04", "2025-11-11"] {
        world.extract("tienda_01", date, None).await;
    }
    world.clock.set("2025-11-18T18:00:00Z");
    assert_eq!(worth_at("2025-11-18T12:05").await, Decimal::ZERO);
    assert!(worth_at("2025-11-18T13:00").await > Decimal::ZERO);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_day_that_the_source_changed_is_shown_with_its_money() {
    let world = World::new().await;
    world.sim.add_late(LateSales {
        branch: "SUC001".to_owned(),
        sales_from: "2025-11-17T09:00".parse().unwrap(),
        sales_to: "2025-11-17T10:00".parse().unwrap(),
        available_from: "2025-11-18T17:00:00Z".parse().unwrap(),
    });
    world.extract("tienda_01", "2025-11-17", None).await;
    let state = async || {
        let list = world.engine.list_reconciliations(&operator(), Some(BranchId::new("tienda_01")), 1).await.unwrap();
        (list.cambiadas, list.conciliaciones[0].clone())
    };
    assert_eq!(state().await.1.estado, ReconciliationState::NotCompared);

    let compare = async || {
        let answer = world.engine.reconcile(&operator(), yesterday()).await.unwrap();
        world.finished(answer.lote_id.unwrap()).await
    };
    assert!(compare().await[0].conciliacion.as_ref().unwrap().diferencia_usd.is_zero());
    assert_eq!(state().await.1.estado, ReconciliationState::Same);

    world.clock.set("2025-11-18T18:00:00Z");
    let receipt = compare().await[0].conciliacion.clone().unwrap();
    assert!(receipt.lineas_agregadas > 0 && receipt.diferencia_usd > Decimal::ZERO, "{receipt:?}");
    let (changed, day) = state().await;
    assert_eq!((changed, day.estado, day.comparaciones), (1, ReconciliationState::Changed, 2));
    assert_eq!((day.lineas_agregadas, day.diferencia_usd), (receipt.lineas_agregadas, receipt.diferencia_usd));
    assert_eq!(day.diferencia_bs, receipt.diferencia_bs);
    assert_eq!(world.totals("tienda_01", "2025-11-17").await, sold(&world.sim, "SUC001", "2025-11-17"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_not_over_is_not_compared() {
    let world = World::new().await;
    let today = ReconcileRequest { fecha: "2025-11-18".to_owned(), ..yesterday() };
    let (code, text) = refused(world.engine.reconcile(&operator(), today).await);
    assert_eq!(code, ProblemCode::Conflict);
    assert!(text.contains("todavía no ha terminado"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_fresh_until_it_is_older_than_the_limit_and_missed_snapshots_are_not_critical() {
    let world = World::new().await;
    let fresh = async || world.engine.stock_freshness(&operator(), Some(BranchId::new("tienda_01"))).await.unwrap();
    assert!(fresh().await.almacenes.iter().all(|one| one.estado == Freshness::Never && one.capturado_en.is_none()));
    let request = ExtractRequest {
        kind: EtlKind::Inventory,
        branches: vec![BranchId::new("tienda_01")],
        date_from: "2025-11-18".parse().unwrap(),
        date_to: "2025-11-18".parse().unwrap(),
        time_from: None,
        time_to: None,
    };
    let batch = world.engine.extract(&operator(), request).await.unwrap().batch.unwrap();
    assert_eq!(world.finished(batch).await[0].estado, RunState::Succeeded);
    let list = fresh().await;
    assert_eq!((list.atrasados, list.almacenes.len(), list.limite_minutos), (0, 2, 75));

    world.clock.set("2025-11-21T16:00:00Z");
    let list = fresh().await;
    assert_eq!((list.atrasados, list.almacenes[0].antiguedad_minutos), (2, Some(3 * 24 * 60)));
    let snapshots = GapFilter { kind: Some(EtlKind::Inventory), ..sales_of_periferico(168) };
    let gaps = world.engine.list_gaps(&operator(), snapshots.clone()).await.unwrap();
    assert!(gaps.totales.total > 0);
    assert_eq!(gaps.totales.criticos, 0);

    // A snapshot that was missed can be justified too.
    let missed = JustifyRequest { etl_tipo: EtlKind::Inventory, ..period("2025-11-19", "00:00", "24:00") };
    assert_eq!(justify(&world, missed).await.unwrap().justificaciones[0].ventanas, 48);
    let after = world.engine.list_gaps(&operator(), snapshots).await.unwrap();
    assert_eq!(after.totales.ventanas, gaps.totales.ventanas - 48);
}
