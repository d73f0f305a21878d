//! The outbox of notices: what is queued once, what outlives the process, and when a channel is in trouble.

use domain::cause::CauseKind;
use domain::notice::DeliveryState;
use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;
use warehouse::{AttemptOutcome, NewDelivery, NotedIncident, NoticeChanges, Warehouse};

use crate::samples::instant;
use crate::store::Store;

fn delivery(number: u128, key: &str, channel: &str) -> NewDelivery {
    NewDelivery {
        id: Uuid::from_u128(number),
        key: key.to_owned(),
        channel: channel.to_owned(),
        notice: "{}".to_owned(),
    }
}

async fn queue(warehouse: &Warehouse, deliveries: Vec<NewDelivery>, now: Timestamp) {
    warehouse.record_notices(NoticeChanges { deliveries, ..NoticeChanges::default() }, now).await.unwrap();
}

fn retry(at: Timestamp) -> AttemptOutcome {
    AttemptOutcome::Retry { next_at: at, error: "http 503".to_owned() }
}

#[tokio::test]
async fn of_one_key_a_channel_gets_one_message_and_it_outlives_the_process() {
    let mut store = Store::new();
    let now = instant("2025-11-18T16:00:00Z");
    let two = vec![delivery(1, "inicio:a", "correo"), delivery(2, "inicio:a", "slack")];
    queue(&store.warehouse, two, now).await;
    queue(&store.warehouse, vec![delivery(3, "inicio:a", "correo")], now).await;
    store.reopen().await;
    assert!(store.warehouse.is_notice_known("inicio:a".to_owned()).await.unwrap());
    assert!(!store.warehouse.is_notice_known("inicio:b".to_owned()).await.unwrap());
    let (all, next) = store.warehouse.deliveries(10, None).await.unwrap();
    let ids: Vec<u128> = all.iter().map(|row| row.id.as_u128()).collect();
    assert_eq!((ids, next), (vec![2, 1], None));
    let waiting = store.warehouse.next_delivery("correo".to_owned()).await.unwrap().unwrap();
    assert_eq!((waiting.id.as_u128(), waiting.state, waiting.attempts), (1, DeliveryState::Waiting, 0));
}

#[tokio::test]
async fn a_test_is_tried_before_what_waits_for_its_next_attempt_and_then_waits_its_turn() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    let (now, later) = (instant("2025-11-18T16:00:00Z"), instant("2025-11-18T16:15:00Z"));
    let next = async || warehouse.next_delivery("correo".to_owned()).await.unwrap().unwrap();
    queue(warehouse, vec![delivery(1, "a", "correo")], now).await;
    warehouse.end_attempt(&next().await, retry(later), now).await.unwrap();
    queue(warehouse, vec![delivery(2, "b", "correo"), delivery(3, "prueba:29391360", "correo")], later).await;
    assert_eq!(next().await.id.as_u128(), 3);
    warehouse.end_attempt(&next().await, retry(later), later).await.unwrap();
    assert_eq!(next().await.id.as_u128(), 1);
}

#[tokio::test]
async fn an_outage_of_a_channel_begins_once_and_ends_with_the_next_delivery() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    let (now, later) = (instant("2025-11-18T16:00:00Z"), instant("2025-11-18T16:05:00Z"));
    queue(warehouse, vec![delivery(1, "a", "correo"), delivery(2, "b", "correo")], now).await;
    let first = warehouse.next_delivery("correo".to_owned()).await.unwrap().unwrap();
    assert!(warehouse.end_attempt(&first, retry(later), now).await.unwrap());
    assert!(!warehouse.end_attempt(&first, retry(later), later).await.unwrap());
    let channel = warehouse.notice_channels().await.unwrap().remove(0);
    assert_eq!((channel.failing_since, channel.error.as_deref()), (Some(now), Some("http 503")));
    assert!(!warehouse.end_attempt(&first, AttemptOutcome::Delivered, later).await.unwrap());
    let channel = warehouse.notice_channels().await.unwrap().remove(0);
    assert_eq!((channel.delivered_at, channel.failing_since, channel.error), (Some(later), None, None));
    let second = warehouse.next_delivery("correo".to_owned()).await.unwrap().unwrap();
    assert_eq!(second.id.as_u128(), 2);
    let given_up = AttemptOutcome::GivenUp { error: "http 400".to_owned() };
    assert!(warehouse.end_attempt(&second, given_up, later).await.unwrap(), "a new outage");
    assert_eq!(warehouse.next_delivery("correo".to_owned()).await.unwrap(), None);
    let (all, _) = warehouse.deliveries(10, None).await.unwrap();
    let states: Vec<_> = all.iter().map(|row| (row.id.as_u128(), row.state, row.attempts)).collect();
    assert_eq!(states, [(2, DeliveryState::GivenUp, 1), (1, DeliveryState::Delivered, 3)]);
}

#[tokio::test]
async fn the_log_is_read_by_pages_and_forgets_what_is_old() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    for (number, at) in (1..).zip(["2025-11-16T16:00:00Z", "2025-11-17T16:00:00Z", "2025-11-18T16:00:00Z"]) {
        queue(warehouse, vec![delivery(number, &number.to_string(), "correo")], instant(at)).await;
        let row = warehouse.next_delivery("correo".to_owned()).await.unwrap().unwrap();
        warehouse.end_attempt(&row, AttemptOutcome::Delivered, instant(at)).await.unwrap();
    }
    let (page, next) = warehouse.deliveries(2, None).await.unwrap();
    assert_eq!(page.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>(), [3, 2]);
    let (page, next) = warehouse.deliveries(2, next).await.unwrap();
    assert_eq!((page.len(), page[0].id.as_u128(), next), (1, 1, None));
    warehouse.forget_notices(instant("2025-11-17T00:00:00Z")).await.unwrap();
    assert_eq!(warehouse.deliveries(10, None).await.unwrap().0.len(), 2);
}

#[tokio::test]
async fn an_incident_is_replaced_by_what_is_known_of_it_until_it_ends() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    let now = instant("2025-11-18T16:00:00Z");
    let incident = NotedIncident {
        id: Uuid::from_u128(9),
        cause: CauseKind::Timeout,
        since: now,
        noted_at: now,
        windows: 3,
        usd: Decimal::new(12_050, 2),
        spans: "[]".to_owned(),
    };
    for windows in [3, 5] {
        let incidents = vec![NotedIncident { windows, ..incident.clone() }];
        warehouse.record_notices(NoticeChanges { incidents, ..NoticeChanges::default() }, now).await.unwrap();
    }
    assert_eq!(warehouse.open_incidents().await.unwrap(), [NotedIncident { windows: 5, ..incident.clone() }]);
    let ended = NoticeChanges { ended: vec![incident.id], ..NoticeChanges::default() };
    warehouse.record_notices(ended, now).await.unwrap();
    assert_eq!(warehouse.open_incidents().await.unwrap(), []);
}
