//! What the source has otherwise now than it is loaded is open until its half hour is loaded again.

use domain::justification::{Justification, Reason};
use domain::later_change::{Difference, LaterChange};
use domain::{BranchId, EtlKind, Interval};
use jiff::Timestamp;
use uuid::Uuid;
use warehouse::{EvidenceFilter, NewDecision, NewWaiver, Warehouse};

use crate::children::{ChildProcess, given_database, say};
use crate::samples::{CENTRO, PERIFERICO, decimal, instant, line, period, run_id, unused_id};
use crate::store::{Store, open};

const SEEN: &str = "2025-11-18T07:00:00Z";

fn difference(half_hour: Interval<Timestamp>) -> Difference {
    Difference { half_hour, measured: half_hour, loaded: 1, announced: 2, usd: Some((decimal("1.5"), decimal("2.25"))) }
}

fn eight() -> Interval<Timestamp> {
    period("2025-11-17T08:00", "2025-11-17T08:30")
}

fn nine() -> Interval<Timestamp> {
    period("2025-11-17T09:00", "2025-11-17T09:30")
}

/// Loads the morning, and begins to load it again.
async fn loaded(store: &Store) {
    let morning = period("2025-11-17T08:00", "2025-11-17T12:00");
    store.load_sales(1, PERIFERICO, morning, vec![line("C10-01-1", 1, "2025-11-17T08:10:00", "1.5")]).await;
    assert_eq!(store.start(2, EtlKind::Sales, PERIFERICO, morning).await, run_id(2));
}

/// Sees at two half hours of it that the source has changed.
async fn see(warehouse: &Warehouse) {
    let differences = vec![difference(eight()), difference(nine())];
    warehouse.note_later_changes(run_id(2), BranchId::new(PERIFERICO), differences, instant(SEEN)).await.unwrap();
}

async fn seen(store: &Store) {
    loaded(store).await;
    see(&store.warehouse).await;
}

async fn changes(store: &Store) -> Vec<LaterChange> {
    let ever = Interval::new(instant("2000-01-01T00:00:00Z"), instant("2100-01-01T00:00:00Z")).unwrap();
    let found = store.evidence(EtlKind::Sales, ever).await.changes;
    assert!(found.iter().all(|(branch, _)| branch.as_str() == PERIFERICO));
    found.into_iter().map(|(_, change)| change).collect()
}

fn places(changes: &[LaterChange]) -> Vec<Interval<Timestamp>> {
    changes.iter().map(|change| change.difference.half_hour).collect()
}

#[tokio::test]
async fn what_was_seen_is_open_until_its_half_hour_is_loaded_again() {
    let store = Store::new();
    seen(&store).await;
    let open = changes(&store).await;
    assert_eq!(open[0].difference, difference(eight()));
    assert_eq!((open[0].seen_at, open.len()), (instant(SEEN), 2));
    // Another store's commit closes nothing, and a wider window closes all that lies in it.
    store.load_sales(3, CENTRO, eight(), vec![]).await;
    assert_eq!(changes(&store).await.len(), 2);
    let run = store.warehouse.interrupt_running(instant(SEEN), 5, unused_id).await.unwrap();
    assert_eq!(run.len(), 1, "what was seen outlives the run that saw it");
    store.load_sales(4, PERIFERICO, eight(), vec![]).await;
    assert_eq!(places(&changes(&store).await), [nine()]);
    store.load_sales(5, PERIFERICO, period("2025-11-17T00:00", "2025-11-18T00:00"), vec![]).await;
    assert_eq!(changes(&store).await, []);
}

#[tokio::test]
async fn what_was_open_at_a_moment_can_be_asked() {
    let store = Store::new();
    seen(&store).await;
    store.warehouse.interrupt_running(instant(SEEN), 5, unused_id).await.unwrap();
    store.load_sales(4, PERIFERICO, eight(), vec![]).await;
    let at = async |moment: &str| {
        let branch = Some(BranchId::new(PERIFERICO));
        let day = period("2025-11-17T00:00", "2025-11-18T00:00");
        let known_at = Some(instant(moment));
        let filter = EvidenceFilter { branch, known_at, ..EvidenceFilter::of_range(EtlKind::Sales, day) };
        store.warehouse.evidence(filter).await.unwrap().changes.len()
    };
    // It is loaded again at the end of its own window, which is how this store of a test tells time.
    assert_eq!((at("2025-11-18T06:00:00Z").await, at(SEEN).await), (0, 1));
}

#[tokio::test]
async fn it_is_given_up_only_by_what_was_said_after_it_was_seen() {
    let store = Store::new();
    let give_up = async |number: u128, at: &str| {
        let waiver = NewWaiver {
            id: Uuid::from_u128(number),
            kind: EtlKind::Sales,
            branch: BranchId::new(PERIFERICO),
            interval: eight(),
        };
        let justification = Justification { reason: Reason::NoSales, note: None, person: "Ana".to_owned() };
        let decision = NewDecision {
            id: Uuid::from_u128(100 + number),
            at: instant(at),
            actor: "Ana".to_owned(),
            origin: domain::decision::Origin::Web,
            address: None,
            action: domain::decision::DecisionAction::Justify,
            object: String::new(),
            detail: "{}".to_owned(),
        };
        store.warehouse.waive(vec![(vec![waiver], decision)], justification).await.unwrap();
    };
    give_up(1, "2025-11-17T20:00:00Z").await;
    seen(&store).await;
    assert!(changes(&store).await.iter().all(|change| !change.is_waived));
    give_up(2, "2025-11-18T08:00:00Z").await;
    // Seen again the next night: what was given up stays so.
    let run = store.warehouse.interrupt_running(instant(SEEN), 5, unused_id).await.unwrap()[0].id;
    let again = vec![difference(eight())];
    store
        .warehouse
        .note_later_changes(run, BranchId::new(PERIFERICO), again, instant("2025-11-19T07:00:00Z"))
        .await
        .unwrap();
    let waived: Vec<bool> = changes(&store).await.iter().map(|change| change.is_waived).collect();
    assert_eq!(waived, [true, false]);
}

#[tokio::test]
async fn any_client_sees_the_run_that_saw_it_among_the_gaps() {
    let mut store = Store::new();
    seen(&store).await;
    store.warehouse.interrupt_running(instant(SEEN), 5, unused_id).await.unwrap();
    let gaps = "SELECT estado FROM v_gaps_por_recuperar";
    assert_eq!(store.column(gaps).await, ["interrumpido"]);
    store.load_sales(5, PERIFERICO, period("2025-11-17T00:00", "2025-11-18T00:00"), vec![]).await;
    assert!(store.column(gaps).await.is_empty());
}

#[tokio::test]
async fn a_process_that_is_killed_before_it_loads_what_it_saw_leaves_it_open() {
    let mut store = Store::new();
    loaded(&store).await;
    store.warehouse.close().await;
    let mut child = ChildProcess::start("later_changes::child_that_sees_a_change", &store.path());
    assert_eq!(child.hear(), "seen");
    child.kill();
    store.warehouse = open(&store.path());
    assert_eq!(store.warehouse.interrupt_running(instant(SEEN), 5, unused_id).await.unwrap().len(), 1);
    assert_eq!(places(&changes(&store).await), [eight(), nine()]);
}

#[tokio::test]
#[ignore = "the work of a child process, started by the test above"]
async fn child_that_sees_a_change() {
    see(&open(&given_database())).await;
    say("seen");
    std::future::pending::<()>().await;
}
