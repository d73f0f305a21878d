//! Limits of the queue, and what is shown of work.

use domain::filter::MetricsFilter;
use domain::problem::ProblemCode;
use domain::read_model::ConnectivityState;
use domain::{BranchId, EtlKind};
use engine::{EngineSettings, ExtractRequest};
use klk_sim::{Fault, FaultKind};

use crate::support::{World, operator, settings};

fn days(from: &str, to: &str) -> ExtractRequest {
    ExtractRequest {
        kind: EtlKind::Sales,
        branches: vec![BranchId::new("tienda_01")],
        date_from: from.parse().unwrap(),
        date_to: to.parse().unwrap(),
        time_from: None,
        time_to: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_queue_holds_is_refused_whole() {
    let world = World::with(EngineSettings { workers: 0, queue_max: 3, ..settings() }).await;
    let error = world.engine.extract(&operator(), days("2025-11-10", "2025-11-13")).await.unwrap_err();
    assert_eq!(error.code(), ProblemCode::Busy);
    assert!(world.runs().await.is_empty());
    world.engine.extract(&operator(), days("2025-11-10", "2025-11-12")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_happened_yet_is_not_extracted() {
    let world = World::new().await;
    let error = world.engine.extract(&operator(), days("2025-12-24", "2025-12-24")).await.unwrap_err();
    assert_eq!(error.code(), ProblemCode::Conflict);
    let error = world.engine.extract(&operator(), days("2025-11-12", "2025-11-10")).await.unwrap_err();
    assert_eq!(error.code(), ProblemCode::InvalidParameter);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_ended() {
    let world = World::new().await;
    world.extract("tienda_01", "2025-11-16", None).await;
    world.sim.add_fault(Fault::new(FaultKind::NotJson));
    world.extract("tienda_08", "2025-11-16", None).await;
    let filter = MetricsFilter { kind: None, branch: None, days: 7 };
    let metrics = world.engine.metrics(&operator(), filter).await.unwrap();
    assert_eq!((metrics.cifras.ejecuciones, metrics.cifras.exitosas, metrics.cifras.fallidas), (2, 1, 1));
    assert_eq!(metrics.cifras.tasa_exito_pct, Some(50.0));
    let rates: Vec<_> = metrics.por_tienda.iter().map(|branch| branch.cifras.tasa_exito_pct).collect();
    assert_eq!(rates, [Some(100.0), Some(0.0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn connectivity_tells_a_silent_pos_from_a_broken_one() {
    let world = World::impatient().await;
    let state = async || world.engine.connectivity(&operator()).await.unwrap().estado;
    assert_eq!(state().await, ConnectivityState::Available);
    world.sim.add_fault(Fault::new(FaultKind::Hang { seconds: 5 }));
    assert_eq!(state().await, ConnectivityState::Timeout);
    world.sim.clear_faults();
    world.sim.add_fault(Fault::new(FaultKind::Refuse));
    assert_eq!(state().await, ConnectivityState::Error);
}
