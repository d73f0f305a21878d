//! What may be asked of a recovery, and that nothing of it runs twice.

use domain::problem::ProblemCode;
use domain::read_model::RecoverGapRequest;
use domain::{BranchId, EtlKind, Role, RunState};
use engine::Actor;
use klk_sim::Endpoint;
use rstest::rstest;

use crate::support::{World, operator};

fn request(from: &str, to: &str, hours: Option<(&str, &str)>) -> RecoverGapRequest {
    RecoverGapRequest {
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_01"),
        fecha_desde: from.to_owned(),
        fecha_hasta: to.to_owned(),
        hora_desde: hours.map(|(from, _)| from.to_owned()),
        hora_hasta: hours.map(|(_, to)| to.to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_people_who_click_the_same_gap_run_each_window_once() {
    let world = World::new().await;
    let asked = (0..20).map(|number| {
        let engine = world.engine.clone();
        tokio::spawn(async move {
            let actor = Actor::operator(format!("persona {number}"));
            engine.recover_gap(&actor, request("2025-11-17", "2025-11-17", Some(("10:00", "14:00")))).await.unwrap()
        })
    });
    let answers = futures::future::join_all(asked).await;
    let mut queued = 0;
    for answer in answers {
        let answer = answer.unwrap();
        queued += answer.ejecuciones.len();
        if let Some(batch) = answer.lote_id {
            let runs = world.finished(batch).await;
            assert!(runs.iter().all(|run| run.estado == RunState::Succeeded));
        }
    }
    assert_eq!(queued, 8);
    let asked_of_the_pos: u64 = world
        .sim
        .requests()
        .counts
        .iter()
        .filter(|count| count.endpoint == Endpoint::Sales)
        .map(|count| count.count)
        .sum();
    assert_eq!(asked_of_the_pos, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_missing_is_asked_for() {
    let world = World::new().await;
    world.extract("tienda_01", "2025-11-17", Some(("07:00", "20:00"))).await;
    let answer = world.engine.recover_gap(&operator(), request("2025-11-17", "2025-11-17", None)).await.unwrap();
    let hours: Vec<_> = answer.ejecuciones.iter().map(|run| run.hora_desde.as_str()).collect();
    assert_eq!(hours, ["20:00", "20:30"]);
    world.finished(answer.lote_id.unwrap()).await;

    let again = world.engine.recover_gap(&operator(), request("2025-11-17", "2025-11-17", None)).await.unwrap();
    assert_eq!((again.lote_id, again.ejecuciones.len()), (None, 0));
    assert_eq!(again.mensaje, "No falta nada en ese período.");
}

#[rstest]
#[case(request("17/11/2025", "2025-11-17", None), "fecha_desde: debe ser una fecha AAAA-MM-DD; llegó '17/11/2025'")]
#[case(request("2025-11-18", "2025-11-17", None), "fecha_hasta: 2025-11-17 es anterior a fecha_desde, 2025-11-18")]
#[case(
    request("0001-01-01", "0001-01-02", None),
    "fecha_desde: 0001-01-01 queda demasiado atrás; el primer día que se puede pedir es 2015-11-11 (KLK_PAST_DAYS_MAX)"
)]
#[case(request("2025-01-01", "2025-11-17", None), "fecha_hasta: el período tiene 321 días y el máximo es 31")]
#[case(request("2025-11-17", "2025-11-17", Some(("12:10", "13:00"))), "hora_desde: debe ser una hora en punto o y media; llegó '12:10:00'")]
#[case(request("2025-11-17", "2025-11-17", Some(("doce", "13:00"))), "hora_desde: debe ser una hora HH:MM; llegó 'doce'")]
#[case(request("2025-11-17", "2025-11-17", Some(("13:00", "12:00"))), "hora_hasta: el final del período debe ser posterior a su inicio; para el final del día escriba 24:00")]
#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_cannot_be_read_is_refused_with_what_to_do(
    #[case] request: RecoverGapRequest,
    #[case] message: &str,
) {
    let world = World::new().await;
    let error = world.engine.recover_gap(&operator(), request).await.unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (ProblemCode::InvalidParameter, message));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_stores_past_snapshots_and_people_who_may_only_look_are_refused() {
    let world = World::new().await;
    let day = || request("2025-11-17", "2025-11-17", None);
    let unknown = RecoverGapRequest { ubicacion_id: BranchId::new("tienda_99"), ..day() };
    let snapshot = RecoverGapRequest { etl_tipo: EtlKind::Inventory, ..day() };
    let viewer = Actor::new("luis", Role::Reader);
    let code = |result: Result<_, engine::UseCaseError>| {
        result.map(|_: domain::read_model::RecoverGapAnswer| ()).unwrap_err().code()
    };
    assert_eq!(code(world.engine.recover_gap(&operator(), unknown).await), ProblemCode::NotFound);
    assert_eq!(code(world.engine.recover_gap(&operator(), snapshot).await), ProblemCode::Conflict);
    assert_eq!(code(world.engine.recover_gap(&viewer, day()).await), ProblemCode::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_has_a_reference_and_no_internal_text() {
    let world = World::new().await;
    world.engine.shutdown().await;
    let error = world.engine.ready().await.unwrap_err();
    let problem = world.engine.problem("health", error, texts::Language::Es);
    assert_eq!(problem.codigo, ProblemCode::Internal);
    assert!(!problem.correlacion.is_empty());
    assert!(problem.detail.starts_with("La base de datos no pudo leer o guardar lo pedido;"), "{}", problem.detail);
}
