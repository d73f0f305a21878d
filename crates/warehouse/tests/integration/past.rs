//! What was known at a moment: coverage, waivers and runs as they were then.

use domain::decision::DecisionAction;
use domain::run_message::{RunMessage, RunText};
use domain::{ErrorClass, EtlKind, RunState};
use uuid::Uuid;
use warehouse::{EvidenceFilter, EvidenceRows, PhaseTimes, RunFailure};

use crate::decisions::{decision, waive};
use crate::samples::{PERIFERICO, half_hour, instant, period};
use crate::store::Store;

async fn at(store: &Store, moment: &str) -> EvidenceRows {
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let known_at = Some(instant(moment));
    store
        .warehouse
        .evidence(EvidenceFilter { known_at, ..EvidenceFilter::of_range(EtlKind::Sales, day) })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_window_is_covered_from_its_commit_on_and_in_progress_before() {
    let store = Store::new();
    // Queued at 12:00Z; taken and committed at the window's end, 12:30Z.
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), Vec::new()).await;
    let (before, queued, after) = (
        at(&store, "2025-11-17T11:59:59Z").await,
        at(&store, "2025-11-17T12:29:59Z").await,
        at(&store, "2025-11-17T12:30:00Z").await,
    );
    assert!(before.covered.is_empty() && before.attempts.is_empty());
    assert!(queued.covered.is_empty());
    assert_eq!(queued.attempts[0].1.state, RunState::Queued);
    assert_eq!((after.covered.len(), after.attempts.len()), (1, 0));
}

#[tokio::test]
async fn a_run_that_failed_later_was_in_progress_and_said_nothing_yet() {
    let store = Store::new();
    let run = store.start(1, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:00")).await;
    let failure = RunFailure {
        run,
        ended_at: instant("2025-11-17T12:40:00Z"),
        state: RunState::Failed,
        class: Some(ErrorClass::Timeout),
        message: RunMessage::ConnectTimeout,
        extracted: None,
        http_status: None,
        phases: PhaseTimes::default(),
    };
    store.warehouse.fail_run(failure).await.unwrap();
    let (during, after) = (at(&store, "2025-11-17T12:35:00Z").await, at(&store, "2025-11-17T12:40:00Z").await);
    let state_in = |evidence: &EvidenceRows| {
        let attempt = &evidence.attempts[0].1;
        (attempt.state, attempt.error, attempt.message.as_ref().and_then(RunText::message))
    };
    assert_eq!(state_in(&during), (RunState::Running, None, None));
    assert_eq!(state_in(&after), (RunState::Failed, Some(ErrorClass::Timeout), Some(RunMessage::ConnectTimeout)));
}

#[tokio::test]
async fn a_waiver_counts_between_its_registration_and_its_withdrawal() {
    let store = Store::new();
    waive(&store, 1, half_hour("2025-11-17T08:00"), "2025-11-17T14:00:00Z").await;
    let withdraw = decision(2, "2025-11-17T15:00:00Z", "Luis", DecisionAction::WithdrawJustification);
    store.warehouse.withdraw_waiver(Uuid::from_u128(1), withdraw).await.unwrap();
    let mut counted = Vec::new();
    for moment in ["13:59:59", "14:00:00", "14:59:59", "15:00:00"] {
        counted.push(at(&store, &format!("2025-11-17T{moment}Z")).await.waived.len());
    }
    assert_eq!(counted, [0, 1, 1, 0]);
}
