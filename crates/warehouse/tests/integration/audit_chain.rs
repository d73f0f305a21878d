//! The chain of the audit: what was changed, removed or put in is found.

use domain::access::AuditAction;
use domain::decision::Origin;
use uuid::Uuid;
use warehouse::{AuditCheck, AuditEntry};

use crate::decisions::waive;
use crate::plans;
use crate::samples::{half_hour, instant};
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
    store.change(sql).await;
    check(&store).await
}

#[tokio::test]
async fn entries_that_are_as_they_were_written_are_a_chain_to_its_head() {
    let mut store = with_entries(3).await;
    store.reopen().await;
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
        ("UPDATE auditoria SET momento = momento + INTERVAL '1 second' WHERE orden = 4", 4),
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
    store.change("DELETE FROM auditoria WHERE orden > 3").await;
    let found = store.warehouse.check_audit(head).await.unwrap();
    assert_eq!((found.broken_at, found.has_known_head), (None, false));
}

#[tokio::test]
async fn what_was_there_before_the_chain_is_covered_by_its_first_entry() {
    let mut store = with_entries(2).await;
    store.change("UPDATE auditoria SET orden = NULL, huella = NULL").await;
    record(&store, 3).await;
    assert_eq!((check(&store).await.entries, check(&store).await.broken_at), (3, None));
    let change = "UPDATE auditoria SET objeto = 'x' WHERE orden IS NULL AND objeto = 'n1'";
    store.change(change).await;
    assert_eq!(check(&store).await.broken_at, Some(1));
}

/// A justification, and what was done with a plan, after an entry of access.
async fn with_decisions() -> Store {
    let store = with_entries(1).await;
    for (number, hour) in [(11, "2025-11-17T08:00"), (12, "2025-11-17T08:30")] {
        waive(&store, number, half_hour(hour), "2025-11-18T17:00:00Z").await;
    }
    plans::propose_and_start(&store, 21, &[half_hour("2025-11-17T09:00")]).await;
    store
}

#[tokio::test]
async fn what_was_decided_about_data_is_in_the_same_chain() {
    let store = with_decisions().await;
    let found = check(&store).await;
    assert_eq!((found.broken_at, found.decisions_changed), (None, 0));
    let entries = store.warehouse.export_audit().await.unwrap();
    let found: Vec<_> =
        entries.iter().map(|entry| (entry.order, entry.action.as_str(), entry.detail.is_some())).collect();
    let expected = [
        (Some(1), "entrar", false),
        (Some(2), "justificar", true),
        (Some(3), "justificar", true),
        (Some(4), "plan_iniciado", true),
    ];
    assert_eq!(found, expected, "what was only shown is nothing that was done");
    assert_eq!(store.warehouse.audit(10).await.unwrap().len(), 1, "the list of access has its own only");
}

#[tokio::test]
async fn a_decision_that_was_changed_past_the_program_is_found() {
    for (change, count) in [
        ("UPDATE decisiones SET actor = 'Luis' WHERE objeto = 'objeto 11'", 1),
        ("UPDATE decisiones SET detalle = '{}'", 2),
        ("DELETE FROM decisiones WHERE objeto = 'objeto 12'", 1),
        (
            "INSERT INTO decisiones SELECT gen_random_uuid(), momento, actor, origen, accion, objeto, detalle FROM decisiones LIMIT 1",
            1,
        ),
    ] {
        let mut store = with_decisions().await;
        store.change(change).await;
        let found = check(&store).await;
        assert_eq!((found.broken_at, found.decisions_changed), (None, count), "{change}");
    }
}

#[tokio::test]
async fn decisions_whose_entries_are_all_gone_are_found() {
    let mut store = with_decisions().await;
    // As if the schema had been there before them.
    store.change("UPDATE esquema_migraciones SET aplicada_en = TIMESTAMPTZ '2025-11-01 00:00:00+00'").await;
    assert_eq!(check(&store).await.decisions_changed, 0);
    store.change("DELETE FROM auditoria").await;
    let found = check(&store).await;
    assert_eq!((found.entries, found.broken_at, found.decisions_changed), (0, None, 2));
    // And they stay so when another chain begins.
    waive(&store, 13, half_hour("2025-11-17T09:30"), "2025-11-18T18:00:00Z").await;
    assert_eq!(check(&store).await.decisions_changed, 2);
}

#[tokio::test]
async fn the_particulars_of_a_decision_are_part_of_the_chain() {
    let mut store = with_decisions().await;
    let change = "UPDATE auditoria SET detalle = '{}' WHERE orden = 3; UPDATE decisiones SET detalle = '{}' WHERE objeto = 'objeto 12'";
    store.change(change).await;
    assert_eq!(check(&store).await.broken_at, Some(3));
}
