//! Waivers and the history of decisions: what was decided is kept, also what was taken back.

use domain::decision::{DecisionAction, DecisionFilter, Origin};
use domain::justification::{Justification, Reason};
use domain::{BranchId, EtlKind, Interval};
use jiff::Timestamp;
use uuid::Uuid;
use warehouse::{NewDecision, NewNumberWaiver, NewWaiver, WaiverFilter};

use crate::samples::{CENTRO, PERIFERICO, half_hour, instant, period};
use crate::store::Store;

pub fn decision(number: u128, at: &str, actor: &str, action: DecisionAction) -> NewDecision {
    NewDecision {
        id: Uuid::from_u128(number),
        at: instant(at),
        actor: actor.to_owned(),
        origin: Origin::Web,
        address: None,
        action,
        object: format!("objeto {number}"),
        detail: format!(r#"{{"ubicacion_id":"{PERIFERICO}"}}"#),
    }
}

pub async fn waive(store: &Store, number: u128, window: Interval<Timestamp>, at: &str) {
    let waiver = NewWaiver {
        id: Uuid::from_u128(number),
        kind: EtlKind::Sales,
        branch: BranchId::new(PERIFERICO),
        interval: window,
    };
    let justification = Justification {
        reason: Reason::PowerFailure,
        note: Some("Todo el sector".to_owned()),
        person: "Ana".to_owned(),
    };
    let decision = decision(number, at, "Ana", DecisionAction::Justify);
    store.warehouse.waive(vec![(vec![waiver], decision)], justification).await.unwrap();
}

fn filter(limit: u32) -> DecisionFilter {
    DecisionFilter { limit, ..DecisionFilter::default() }
}

#[tokio::test]
async fn a_waiver_counts_until_it_is_taken_back_and_both_are_decisions() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    waive(&store, 1, window, "2025-11-17T14:00:00Z").await;
    let all = WaiverFilter { kind: None, branch: None, range: period("2025-11-17T00:00", "2025-11-18T00:00") };
    let listed = store.warehouse.waivers(all.clone()).await.unwrap();
    assert_eq!((listed.len(), listed[0].interval, listed[0].justification.reason), (1, window, Reason::PowerFailure));
    assert_eq!(listed[0].justification.note.as_deref(), Some("Todo el sector"));
    let centro = WaiverFilter { branch: Some(BranchId::new(CENTRO)), ..all.clone() };
    assert!(store.warehouse.waivers(centro).await.unwrap().is_empty());

    let withdraw = |number| decision(number, "2025-11-17T15:00:00Z", "Luis", DecisionAction::WithdrawJustification);
    assert!(store.warehouse.withdraw_waiver(Uuid::from_u128(1), withdraw(2)).await.unwrap());
    assert!(!store.warehouse.withdraw_waiver(Uuid::from_u128(1), withdraw(3)).await.unwrap());
    assert!(store.warehouse.waivers(all.clone()).await.unwrap().is_empty());
    assert!(store.warehouse.waived(EtlKind::Sales, None, window).await.unwrap().is_empty());
    let kept = store.warehouse.waiver(Uuid::from_u128(1)).await.unwrap().unwrap();
    assert_eq!(kept.withdrawn_at, Some(instant("2025-11-17T15:00:00Z")));

    let (decisions, next) = store.warehouse.decisions(filter(10)).await.unwrap();
    let found: Vec<_> = decisions.iter().map(|row| (row.actor.as_str(), row.action.as_str())).collect();
    assert_eq!(found, [("Luis", "retirar_justificacion"), ("Ana", "justificar")]);
    assert_eq!(decisions[0].branch, Some(BranchId::new(PERIFERICO)));
    assert_eq!(next, None);
}

#[tokio::test]
async fn decisions_are_filtered_and_turned_page_by_page_with_the_batches_that_people_asked_for() {
    let store = Store::new();
    for number in 1..=3 {
        waive(&store, number, half_hour("2025-11-17T08:00"), &format!("2025-11-17T1{number}:00:00Z")).await;
    }
    // A batch of 12:00, asked for by ana@klk.test.
    store.queue(9, EtlKind::Sales, CENTRO, half_hour("2025-11-17T07:00")).await;
    let mut seen = Vec::new();
    let mut asked = filter(1);
    loop {
        let (page, next) = store.warehouse.decisions(asked.clone()).await.unwrap();
        seen.extend(page.into_iter().map(|row| (row.at.to_string(), row.action, row.origin)));
        let Some(next) = next else { break };
        asked.cursor = Some(next);
    }
    let justified = |hour: &str| (format!("2025-11-17T{hour}:00:00Z"), "justificar".to_owned(), Origin::Web);
    let batch = ("2025-11-17T12:00:00Z".to_owned(), "manual".to_owned(), Origin::CommandLine);
    // Of the same moment, the one with the greater identifier first.
    assert_eq!(seen, [justified("13"), batch, justified("12"), justified("11")]);

    let only = DecisionFilter { branch: Some(BranchId::new(CENTRO)), ..filter(10) };
    let (found, _) = store.warehouse.decisions(only).await.unwrap();
    assert_eq!(
        found.iter().map(|row| row.object.as_str()).collect::<Vec<_>>(),
        ["ventas tienda_02 2025-11-17 07:00 a 2025-11-17 07:30"]
    );
    let by_ana = DecisionFilter { actor: Some("ANA@".to_owned()), ..filter(10) };
    assert_eq!(store.warehouse.decisions(by_ana).await.unwrap().0.len(), 1);
    let justified = DecisionFilter { action: Some("justificar".to_owned()), ..filter(10) };
    assert_eq!(store.warehouse.decisions(justified).await.unwrap().0.len(), 3);
}

#[tokio::test]
async fn numbers_that_were_given_up_count_until_that_is_taken_back_and_hide_no_half_hour() {
    let store = Store::new();
    let place = half_hour("2025-11-17T08:00");
    let numbers = vec![("C10-01".to_owned(), 7, 9), ("C10-02".to_owned(), 40, 40)];
    let waiver =
        NewNumberWaiver { id: Uuid::from_u128(1), branch: BranchId::new(PERIFERICO), interval: place, numbers };
    let justification = Justification { reason: Reason::BrokenPos, note: None, person: "Ana".to_owned() };
    let justify = decision(1, "2025-11-17T14:00:00Z", "Ana", DecisionAction::Justify);
    store.warehouse.waive_numbers(vec![waiver.clone()], justification.clone(), justify).await.unwrap();

    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let all = WaiverFilter { kind: None, branch: None, range: day };
    let listed = store.warehouse.number_waivers(all.clone()).await.unwrap();
    assert_eq!((listed.len(), &listed[0].waived, &listed[0].justification), (1, &waiver, &justification));
    assert!(store.warehouse.waived(EtlKind::Sales, None, day).await.unwrap().is_empty());
    for other in [
        WaiverFilter { branch: Some(BranchId::new(CENTRO)), ..all.clone() },
        WaiverFilter { kind: Some(EtlKind::Inventory), ..all.clone() },
    ] {
        assert!(store.warehouse.number_waivers(other).await.unwrap().is_empty());
    }

    let withdraw = |number| decision(number, "2025-11-17T15:00:00Z", "Luis", DecisionAction::WithdrawJustification);
    assert!(store.warehouse.withdraw_number_waiver(Uuid::from_u128(1), withdraw(2)).await.unwrap());
    assert!(!store.warehouse.withdraw_number_waiver(Uuid::from_u128(1), withdraw(3)).await.unwrap());
    assert!(store.warehouse.number_waivers(all).await.unwrap().is_empty());
    assert_eq!(store.warehouse.number_waiver(Uuid::from_u128(1)).await.unwrap().unwrap().waived, waiver);
    assert_eq!(store.warehouse.number_waiver(Uuid::from_u128(5)).await.unwrap(), None);
    assert_eq!(store.warehouse.decisions(filter(10)).await.unwrap().0.len(), 2);
}
