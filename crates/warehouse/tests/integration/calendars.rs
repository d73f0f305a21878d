//! Calendars that people changed, and what was known of them at a moment.

use domain::BranchId;
use domain::decision::DecisionAction;
use jiff::civil::date;
use uuid::Uuid;
use warehouse::{CalendarKind, CalendarRow};

use crate::decisions::decision;
use crate::samples::{PERIFERICO, instant};
use crate::store::Store;

#[tokio::test]
async fn changes_come_in_the_order_of_their_registration_and_only_those_that_were_known() {
    let store = Store::new();
    let row = |day: i8, at: &str| CalendarRow {
        branch: BranchId::new(PERIFERICO),
        from: date(2025, 12, day),
        document: format!(r#"{{"dia":{day}}}"#),
        person: "Ana".to_owned(),
        kind: if day == 20 { CalendarKind::OfFile } else { CalendarKind::SingleDay },
        registered_at: instant(at),
    };
    let (first, second) = (row(20, "2025-11-17T12:00:00Z"), row(1, "2025-11-17T13:00:00Z"));
    for (number, row) in [(1, &first), (2, &second)] {
        let decided = decision(number + 10, &row.registered_at.to_string(), "Ana", DecisionAction::ChangeCalendar);
        let rows = vec![(Uuid::from_u128(number), row.clone())];
        store.warehouse.change_calendars(rows, vec![decided]).await.unwrap();
    }
    assert_eq!(store.warehouse.calendar_changes(None).await.unwrap(), [first.clone(), second]);
    let known = store.warehouse.calendar_changes(Some(instant("2025-11-17T12:59:59Z"))).await.unwrap();
    assert_eq!(known, [first]);
}
