//! The chain of the audit: what was changed, removed or put in is found.

use domain::access::AuditAction;
use domain::decision::Origin;
use uuid::Uuid;
use warehouse::{AuditCheck, AuditEntry};

use crate::samples::instant;
use crate::store::Store;

async fn record(store: &Store, number: u128) {
    let entry = AuditEntry {
        id: Uuid::from_u128(number),
        at: instant("2025-11-18T16:00:00Z"),
        actor: "ana".to_owned(),
        origin: Origin::Web,
        address: number.is_multiple_of(2).then(|| "192.0.2.7".to_owned()),
        action: AuditAction::SignIn,
        object: format!("n{number}"),
        times: 1,
    };
    store.warehouse.record_activity(Vec::new(), vec![entry]).await.unwrap();
}

async fn with_entries(count: u128) -> Store {
    let store = Store::new();
    for number in 1..=count {
        record(&store, number).await;
    }
    store
}

async fn check(store: &Store) -> AuditCheck {
    store.warehouse.check_audit(None).await.unwrap()
}

async fn after(sql: &str) -> AuditCheck {
    let mut store = with_entries(4).await;
    store.outside(|connection| connection.execute_batch(sql).unwrap()).await;
    check(&store).await
}

#[tokio::test]
async fn entries_that_are_as_they_were_written_are_a_chain_to_its_head() {
    let mut store = with_entries(3).await;
    store.outside(|_| ()).await;
    record(&store, 4).await;
    let found = check(&store).await;
    assert_eq!((found.entries, found.broken_at), (4, None));
    assert_eq!(store.warehouse.audit_head().await.unwrap(), found.head.map(|head| (4, head)));
    let orders: Vec<_> = store.warehouse.export_audit().await.unwrap().iter().map(|entry| entry.order).collect();
    assert_eq!(orders, [Some(1), Some(2), Some(3), Some(4)]);
}

#[tokio::test]
async fn what_was_changed_removed_or_put_in_breaks_it_there() {
    for (change, place) in [
        ("UPDATE auditoria SET objeto = 'x' WHERE orden = 2", 2),
        ("UPDATE auditoria SET direccion = NULL WHERE orden = 2", 2),
        ("UPDATE auditoria SET veces = 2 WHERE orden = 1", 1),
        ("UPDATE auditoria SET momento = momento + INTERVAL 1 SECOND WHERE orden = 4", 4),
        ("DELETE FROM auditoria WHERE orden = 3", 3),
        ("DELETE FROM auditoria WHERE orden = 1", 1),
        ("UPDATE auditoria SET orden = 7 - orden WHERE orden IN (3, 4)", 3),
        ("INSERT INTO auditoria SELECT * FROM auditoria WHERE orden = 2", 3),
        ("UPDATE auditoria SET huella = NULL WHERE orden = 3", 3),
    ] {
        let found = after(change).await;
        assert_eq!((found.broken_at, found.entries), (Some(place), place as u64 - 1), "{change}");
    }
}

/// The end can be cut off, and only who kept the head notices.
#[tokio::test]
async fn a_head_that_was_told_elsewhere_has_to_be_in_the_chain() {
    let mut store = with_entries(4).await;
    let head = check(&store).await.head;
    record(&store, 5).await;
    assert!(store.warehouse.check_audit(head.clone()).await.unwrap().has_known_head);
    store.outside(|connection| connection.execute_batch("DELETE FROM auditoria WHERE orden > 3").unwrap()).await;
    let found = store.warehouse.check_audit(head).await.unwrap();
    assert_eq!((found.broken_at, found.has_known_head), (None, false));
}

#[tokio::test]
async fn what_was_there_before_the_chain_is_covered_by_its_first_entry() {
    let mut store = with_entries(2).await;
    store
        .outside(|connection| connection.execute_batch("UPDATE auditoria SET orden = NULL, huella = NULL").unwrap())
        .await;
    record(&store, 3).await;
    assert_eq!((check(&store).await.entries, check(&store).await.broken_at), (3, None));
    let change = "UPDATE auditoria SET objeto = 'x' WHERE orden IS NULL AND objeto = 'n1'";
    store.outside(|connection| connection.execute_batch(change).unwrap()).await;
    assert_eq!(check(&store).await.broken_at, Some(1));
}
