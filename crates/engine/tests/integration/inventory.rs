//! Snapshots of stock: whole or not at all, and only of the present.

use domain::filter::GapFilter;
use domain::gap::GapState;
use domain::{BatchId, BranchId, ErrorClass, EtlKind, RunState};
use engine::ExtractRequest;
use klk_sim::{Endpoint, Fault, FaultKind};

use crate::support::{World, operator};

async fn snapshot(world: &World) -> Vec<domain::read_model::RunView> {
    world.finished(ask_for_snapshot(world).await).await
}

pub async fn ask_for_snapshot(world: &World) -> BatchId {
    let today = "2025-11-18".parse().unwrap();
    let request = ExtractRequest {
        kind: EtlKind::Inventory,
        branches: vec![BranchId::new("tienda_01")],
        date_from: today,
        date_to: today,
        time_from: None,
        time_to: None,
    };
    world.engine.extract(&operator(), request).await.unwrap().batch.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_has_every_warehouse_and_a_failed_one_leaves_the_stock_as_it_was() {
    let world = World::new().await;
    let taken = snapshot(&world).await;
    assert_eq!(taken[0].estado, RunState::Succeeded);

    world.hands.set("2025-11-18T16:30:00Z");
    world.sim.add_fault(Fault::new(FaultKind::Short { missing_lines: 1 }).at(Endpoint::Articles));
    let failed = snapshot(&world).await;
    assert_eq!((failed[0].estado, failed[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));

    let fresh = world.warehouse().await.stock_freshness().await.unwrap();
    let shown: Vec<_> = fresh.iter().map(|(_, code, at)| (code.as_str(), at.to_string())).collect();
    let noon = "2025-11-18T16:00:00Z".to_owned();
    assert_eq!(shown, [("APP-PPF", noon.clone()), ("APP-TPF", noon)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_snapshot_cannot_be_recovered_and_none_is_expected_before_the_first() {
    let world = World::new().await;
    let gaps = async |world: &World| {
        let filter = GapFilter { kind: Some(EtlKind::Inventory), hours_max: 48, ..GapFilter::default() };
        world.engine.list_gaps(&operator(), filter).await.unwrap().gaps
    };
    assert!(gaps(&world).await.is_empty());
    snapshot(&world).await;
    world.hands.set("2025-11-18T18:00:00Z");
    let missed = gaps(&world).await;
    assert_eq!(missed.len(), 1);
    assert_eq!((missed[0].hora_desde.as_str(), missed[0].hora_hasta.as_str()), ("12:30", "13:30"));
    assert_eq!((missed[0].estado, missed[0].recuperable), (GapState::Unrecoverable, false));
}
