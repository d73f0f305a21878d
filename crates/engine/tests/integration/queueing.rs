//! Limits of the queue, and what is shown of work.

use std::time::Duration;

use domain::filter::{MetricsFilter, RunFilter};
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
    let expected =
        "Se pidieron 4 ejecuciones, hay 0 en cola y el máximo es 3. Pida un período más corto o espere a que avancen.";
    assert_eq!(error.to_string(), expected);
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
async fn a_batch_is_shown_while_it_waits_and_for_a_while_after_its_end() {
    let mut world = World::with(EngineSettings { workers: 0, ..settings() }).await;
    let batch = world.engine.extract(&operator(), days("2025-11-14", "2025-11-16")).await.unwrap().batch.unwrap();
    let shown = async |world: &World| world.engine.progress(&operator()).await.unwrap().lotes;
    let waiting = shown(&world).await;
    assert_eq!((waiting[0].lote_id, waiting[0].motivo.as_str()), (batch, "manual"));
    assert_eq!((waiting[0].ventanas, waiting[0].terminadas, waiting[0].segundos_restantes), (3, 0, None));

    world.restart(settings()).await;
    let lines: u64 = world.finished(batch).await.iter().filter_map(|run| run.registros_cargados).sum();
    let ended = shown(&world).await;
    assert_eq!((ended[0].terminadas, ended[0].exitosas, ended[0].lineas), (3, 3, lines));
    assert!(ended[0].terminado_en.is_some());
    world.clock.set("2025-11-18T16:30:00Z");
    assert!(shown(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_by_filter_and_page() {
    let world = World::new().await;
    for date in ["2025-11-14", "2025-11-15", "2025-11-16"] {
        world.extract("tienda_01", date, None).await;
    }
    world.extract("tienda_08", "2025-11-16", None).await;
    let list = async |filter| world.engine.list_runs(&operator(), filter).await;
    let of_the_store =
        |cursor| RunFilter { branch: Some(BranchId::new("tienda_01")), limit: 2, cursor, ..RunFilter::default() };
    let first = list(of_the_store(None)).await.unwrap();
    assert_eq!((first.ejecuciones.len(), first.totales.ejecuciones, first.totales.exitosas), (2, 3, 3));
    let cursor = first.cursor_siguiente.unwrap().parse().unwrap();
    let second = list(of_the_store(Some(cursor))).await.unwrap();
    assert_eq!((second.ejecuciones.len(), second.cursor_siguiente), (1, None));
    let unknown = RunFilter { branch: Some(BranchId::new("tienda_99")), limit: 2, ..RunFilter::default() };
    assert_eq!(list(unknown).await.unwrap_err().code(), ProblemCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn connectivity_tells_a_silent_pos_from_a_broken_one() {
    let world = World::impatient().await;
    let state = async || world.engine.connectivity(&operator()).await.unwrap().estado;
    assert_eq!(state().await, ConnectivityState::Available);
    world.sim.add_fault(Fault::new(FaultKind::Hang { seconds: 5 }));
    assert_eq!(state().await, ConnectivityState::Timeout);
    world.sim.clear_faults();
    assert_eq!(state().await, ConnectivityState::Available);
    world.clock.set("2025-11-18T16:30:00Z");
    world.sim.add_fault(Fault::new(FaultKind::Refuse));
    assert_eq!(state().await, ConnectivityState::Error);

    let outage = async || world.engine.summary(&operator()).await.unwrap().outage;
    let since = Some(jiff::civil::date(2025, 11, 18).at(12, 30, 0, 0));
    assert_eq!(outage().await, since);
    world.clock.set("2025-11-18T16:32:00Z");
    assert_eq!(state().await, ConnectivityState::Error);
    assert_eq!(outage().await, since, "it lasts since the first probe that failed");
    world.sim.clear_faults();
    assert_eq!(state().await, ConnectivityState::Available);
    assert_eq!(outage().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_pages_that_ask_whether_the_pos_is_there_cost_it_one_question() {
    let world = World::with(EngineSettings { probe_interval: Duration::from_secs(3600), ..settings() }).await;
    let operator = operator();
    let asking = (0..1000).map(|_| world.engine.connectivity(&operator));
    for answer in futures::future::join_all(asking).await {
        assert_eq!(answer.unwrap().estado, ConnectivityState::Available);
    }
    assert_eq!(world.sim.requests().recent.len(), 1);
}
