//! What may be asked of an extraction.

use domain::problem::ProblemCode;
use domain::read_model::RecoverGapRequest;
use domain::{BranchId, EtlKind, Role};
use engine::{Actor, ExtractRequest};
use rstest::rstest;

use crate::support::{World, hours_of, operator};

fn request(from: &str, to: &str, hours: Option<(&str, &str)>) -> ExtractRequest {
    ExtractRequest {
        kind: EtlKind::Sales,
        branches: vec![BranchId::new("tienda_01")],
        date_from: from.parse().unwrap(),
        date_to: to.parse().unwrap(),
        time_from: hours.map(|(from, _)| from.parse().unwrap()),
        time_to: hours.map(|(_, to)| Some(to.parse().unwrap())),
    }
}

#[rstest]
#[case(request("2025-11-18", "2025-11-17", None), "fecha_hasta: 2025-11-17 es anterior a fecha_desde, 2025-11-18")]
#[case(request("2024-01-01", "2025-11-17", None), "fecha_hasta: el período tiene 687 días y el máximo es 366")]
#[case(request("2025-11-17", "2025-11-17", Some(("12:10", "13:00"))), "hora_desde: debe ser una hora en punto o y media; llegó '12:10:00'")]
#[case(request("2025-11-17", "2025-11-17", Some(("12:00", "12:59:59"))), "hora_hasta: debe ser una hora en punto o y media; llegó '12:59:59'")]
#[case(request("2025-11-17", "2025-11-17", Some(("13:00", "12:00"))), "hora_hasta: el final del período debe ser posterior a su inicio; para el final del día escriba 24:00")]
#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_makes_no_sense_is_refused_with_what_to_do(
    #[case] request: ExtractRequest,
    #[case] message: &str,
) {
    let world = World::new().await;
    let error = world.engine.extract(&operator(), request).await.unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (ProblemCode::InvalidParameter, message));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_stores_and_people_who_may_only_look_are_refused() {
    let world = World::new().await;
    let day = || request("2025-11-17", "2025-11-17", None);
    let viewer = Actor::new("luis", Role::Reader);
    let unknown = ExtractRequest { branches: vec![BranchId::new("tienda_99")], ..day() };
    let error = world.engine.extract(&operator(), unknown).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "No hay ninguna tienda 'tienda_99'. Las tiendas configuradas son: tienda_01, tienda_08."
    );
    assert_eq!(world.engine.extract(&viewer, day()).await.unwrap_err().code(), ProblemCode::Forbidden);
    assert_eq!(world.engine.load_missing(&viewer, 1, &[]).await.unwrap_err().code(), ProblemCode::Forbidden);
    assert!(world.runs().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_has_a_limit_of_days() {
    let world = World::new().await;
    let error = world.engine.load_missing(&operator(), 367, &[]).await.unwrap_err();
    assert_eq!(error.to_string(), "dias: debe ser de 1 a 366; llegó 367");
    assert_eq!(world.engine.load_missing(&operator(), 0, &[]).await.unwrap_err().code(), ProblemCode::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_ended_is_not_recovered() {
    let world = World::new().await;
    world.clock.set("2025-11-18T16:17:00Z");
    let hours = |from: &str, to: &str| hours_of("2025-11-18", from, to);
    let error = world.engine.recover_gap(&operator(), hours("12:00", "14:00")).await.unwrap_err();
    assert_eq!(error.code(), ProblemCode::Conflict);
    let tomorrow = RecoverGapRequest { fecha_desde: "2025-11-19".to_owned(), ..hours("12:00", "14:00") };
    let tomorrow = RecoverGapRequest { fecha_hasta: "2025-11-19".to_owned(), ..tomorrow };
    let error = world.engine.recover_gap(&operator(), tomorrow).await.unwrap_err();
    assert_eq!(error.code(), ProblemCode::Conflict);

    let answer = world.engine.recover_gap(&operator(), hours("11:00", "24:00")).await.unwrap();
    let windows: Vec<_> = answer.ejecuciones.iter().map(|run| run.hora_hasta.as_str()).collect();
    assert_eq!(windows, ["11:30", "12:00"]);
}
