//! What the source changed of time that was covered, in lines and in money, to the last decimal.

use domain::sale::SaleLine;
use domain::{EtlKind, Interval, RunId};
use jiff::Timestamp;
use jiff::civil::date;
use warehouse::{NewRun, RunReconciliation};

use crate::samples::{PERIFERICO, batch_id, branch, decimal, end, instant, line, new_run, period, sales_window};
use crate::store::{Store, batch_for};

/// A line whose money differs from the others'.
fn sold(number: i32, local: &str, bs: &str, usd: &str) -> SaleLine {
    SaleLine { venta_total_usd: decimal(usd), ..line("C10-01-1", number, local, bs) }
}

fn day() -> Interval<Timestamp> {
    period("2025-11-17T00:00", "2025-11-18T00:00")
}

/// Loads a window the night after its day, as a reconciliation does.
async fn compare(store: &Store, number: u128, window: Interval<Timestamp>, lines: Vec<SaleLine>) -> RunId {
    load_for("reconciliacion", store, number, window, lines).await
}

/// Loads a window that is loaded already, as a recovery of what is loaded does.
async fn load_again(store: &Store, number: u128, window: Interval<Timestamp>, lines: Vec<SaleLine>) -> RunId {
    load_for("recuperacion", store, number, window, lines).await
}

async fn load_for(
    reason: &'static str,
    store: &Store,
    number: u128,
    window: Interval<Timestamp>,
    lines: Vec<SaleLine>,
) -> RunId {
    let at = instant("2025-11-18T07:00:00Z");
    let run = NewRun { kind: EtlKind::Sales, ..new_run(number, branch(PERIFERICO), window) };
    let queued = store.warehouse.enqueue(batch_for(number, reason, at), vec![run]).await.unwrap().queued;
    assert!(store.warehouse.claim(queued[0].id, at, "host-1".to_owned(), None).await.unwrap());
    let end = end(queued[0].id, at, lines.len());
    store.warehouse.commit_sales_window(end, sales_window(PERIFERICO, window), lines).await.unwrap();
    queued[0].id
}

async fn found(store: &Store, run: RunId) -> RunReconciliation {
    store.warehouse.reconciliation(run).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_the_source_changed_of_a_day_is_told_in_lines_and_money() {
    let store = Store::new();
    let first = vec![
        sold(1, "2025-11-17T08:10:00", "100.000001", "1.000001"),
        sold(2, "2025-11-17T09:10:00", "200", "2"),
        sold(3, "2025-11-17T10:10:00", "300", "3"),
    ];
    store.load_sales(1, PERIFERICO, day(), first).await;
    let second = vec![
        sold(1, "2025-11-17T08:10:00", "100.000003", "1.000003"),
        sold(2, "2025-11-17T09:10:00", "200", "2"),
        sold(4, "2025-11-17T11:10:00", "50.5", "0.5"),
    ];
    let run = compare(&store, 2, day(), second.clone()).await;
    let reconciliation = found(&store, run).await;
    let difference = reconciliation.difference;
    assert_eq!((difference.added, difference.changed, difference.removed), (1, 1, 1));
    assert_eq!((difference.usd(), difference.bs()), (decimal("-2.499998"), decimal("-249.499998")));
    assert_eq!((reconciliation.date, reconciliation.is_day_over), (date(2025, 11, 17), true));

    // The same again is no change, and the day keeps what was found.
    let again = compare(&store, 3, day(), second).await;
    assert_eq!(found(&store, again).await.difference.lines(), 0);
    let days = store.warehouse.reconciliations(None, date(2025, 11, 17)).await.unwrap();
    assert_eq!((days.len(), days[0].times, days[0].run), (1, 2, again));
    assert_eq!((days[0].difference.lines(), days[0].difference.usd()), (3, decimal("-2.499998")));
    assert!(store.warehouse.reconciliations(None, date(2025, 11, 18)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_fills_a_gap_is_no_change_of_the_source() {
    let store = Store::new();
    let morning = period("2025-11-17T08:00", "2025-11-17T12:00");
    store.load_sales(1, PERIFERICO, morning, vec![sold(1, "2025-11-17T08:10:00", "100", "1")]).await;
    let whole = vec![sold(1, "2025-11-17T08:10:00", "100", "1"), sold(2, "2025-11-17T12:00:00", "200", "2")];
    let run = compare(&store, 2, day(), whole).await;
    let reconciliation = found(&store, run).await;
    assert_eq!((reconciliation.difference.lines(), reconciliation.difference.usd()), (0, decimal("0")));
    assert_eq!(store.warehouse.reconciliations(None, date(2025, 11, 17)).await.unwrap()[0].new_lines, 1);
}

#[tokio::test]
async fn a_half_hour_that_is_loaded_once_more_does_not_compare_its_day_unless_it_had_changed() {
    let store = Store::new();
    let half_hour = period("2025-11-17T08:00", "2025-11-17T08:30");
    let line = |bs: &str| vec![sold(1, "2025-11-17T08:10:00", bs, "1")];
    store.load_sales(1, PERIFERICO, half_hour, line("100")).await;
    let days = async || store.warehouse.reconciliations(None, date(2025, 11, 17)).await.unwrap();
    load_again(&store, 2, half_hour, line("100")).await;
    assert_eq!(days().await, []);
    load_again(&store, 3, half_hour, line("90")).await;
    let found = days().await;
    assert_eq!((found.len(), found[0].times, found[0].difference.changed), (1, 0, 1));
}

#[tokio::test]
async fn a_window_that_was_not_covered_and_that_nobody_compares_leaves_no_receipt() {
    let store = Store::new();
    let lines = vec![sold(1, "2025-11-17T08:10:00", "100", "1")];
    store.load_sales(1, PERIFERICO, period("2025-11-17T08:00", "2025-11-17T08:30"), lines).await;
    let run = store.warehouse.batch_runs(batch_id(1)).await.unwrap()[0].id;
    assert_eq!(store.warehouse.reconciliation(run).await.unwrap(), None);
}
