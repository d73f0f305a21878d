//! What proofs and estimates are read from: the union of coverage, sums and numbers by half hour, runs, firings.

use domain::cause::CauseKind;
use domain::run_message::RunMessage;
use domain::sale::SaleLine;
use domain::{BranchId, ErrorClass, EtlKind, RunState};
use jiff::civil::DateTime;
use warehouse::{EvidenceFilter, NumberRange, PhaseTimes, RunFailure};

use crate::samples::{CENTRO, PERIFERICO, decimal, end, half_hour, instant, line, period, sales_window};
use crate::store::Store;

pub const SUMMARIES: [&str; 3] = ["ventas_por_media_hora", "secuencias", "cobertura_continua"];

fn sold(invoice: &str, number: i32, local: &str, usd: &str) -> SaleLine {
    SaleLine { venta_total_usd: decimal(usd), ..line(invoice, number, local, "1") }
}

/// Invoices of one register, a minute apart.
fn invoices(start: &str, numbers: &[u32]) -> Vec<SaleLine> {
    let start: DateTime = start.parse().unwrap();
    let moment = |index: usize| start.checked_add(jiff::ToSpan::minutes(index as i64)).unwrap().to_string();
    let line = |(index, number): (usize, &u32)| sold(&format!("C10-01-{number:08}"), 1, &moment(index), "10");
    numbers.iter().enumerate().map(line).collect()
}

pub async fn sorted(store: &mut Store, table: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = store.rows(&format!("SELECT * FROM {table}")).await;
    rows.sort();
    rows
}

/// Runs a window that has lines, loads it again with others, adds a short answer, and has one without lines.
pub async fn a_busy_store() -> Store {
    let store = Store::new();
    let (eight, half_past) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T08:30"));
    store.load_sales(1, PERIFERICO, eight, invoices("2025-11-17T08:01", &[1, 2, 3])).await;
    store.load_sales(2, PERIFERICO, half_past, invoices("2025-11-17T08:31", &[4, 6, 7])).await;
    store.load_sales(3, PERIFERICO, eight, invoices("2025-11-17T08:01", &[1, 3])).await;
    store.load_sales(4, PERIFERICO, half_hour("2025-11-17T10:00"), Vec::new()).await;
    store.load_sales(5, CENTRO, eight, vec![sold("sin guion", 1, "2025-11-17T08:00:00", "2.5")]).await;
    let nine = half_hour("2025-11-17T09:00");
    let run = store.start(6, EtlKind::Sales, PERIFERICO, nine).await;
    let mut short = end(run, nine.end(), 2);
    short.announced = Some(5);
    let lines = invoices("2025-11-17T09:01", &[8, 9]);
    store
        .warehouse
        .commit_partial_sales(
            short,
            sales_window(PERIFERICO, nine),
            lines,
            RunMessage::LinesShort { anunciados: 5, llegaron: 2 },
        )
        .await
        .unwrap();
    store
}

#[tokio::test]
async fn windows_that_touch_are_covered_as_one_in_whatever_order_they_come() {
    let store = Store::new();
    for (number, from) in [(1, "08:00"), (2, "09:00"), (3, "07:30"), (4, "08:30"), (5, "08:30"), (6, "10:00")] {
        store.load_sales(number, PERIFERICO, half_hour(&format!("2025-11-17T{from}")), Vec::new()).await;
    }
    let expected = [period("2025-11-17T07:30", "2025-11-17T09:30"), half_hour("2025-11-17T10:00")];
    assert_eq!(store.covered(PERIFERICO).await, expected);
}

#[tokio::test]
async fn a_history_has_what_was_sold_and_what_is_covered_of_the_named_stores() {
    let store = a_busy_store().await;
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let local = sales_window(PERIFERICO, day).local;
    let histories = store.warehouse.sales_history(vec![BranchId::new(PERIFERICO)], day, local).await.unwrap();
    assert_eq!(histories.len(), 1);
    let history = &histories[&BranchId::new(PERIFERICO)];
    assert!(history.covered.covers(&period("2025-11-17T08:00", "2025-11-17T09:00")));
    assert!(history.covered.contains(instant("2025-11-17T14:00:00Z")));
    let eight = &history.half_hours[&"2025-11-17T08:00".parse().unwrap()];
    assert_eq!((eight.lines, eight.invoices, eight.total_usd), (2, 2, decimal("20")));
    assert_eq!(history.half_hours.len(), 3);
}

#[tokio::test]
async fn only_registers_that_lack_a_number_are_read() {
    let store = a_busy_store().await;
    let day = domain::Interval::new("2025-11-17T00:00".parse().unwrap(), "2025-11-18T00:00".parse().unwrap()).unwrap();
    let whole_day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let numbers = Some(NumberRange { compared: day, reach: day });
    let filter = EvidenceFilter { numbers, ..EvidenceFilter::of_range(EtlKind::Sales, whole_day) };
    let broken = store.warehouse.evidence(filter.clone()).await.unwrap().number_runs;
    let mut numbers: Vec<(u64, u64)> = broken.iter().map(|(_, run)| (run.from, run.to)).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [(1, 1), (3, 3), (4, 4), (6, 7), (8, 9)]);
    assert!(broken.iter().all(|(branch, run)| branch.as_str() == PERIFERICO && run.register == "C10-01"));

    store.load_sales(7, PERIFERICO, half_hour("2025-11-17T08:00"), invoices("2025-11-17T08:01", &[1, 2, 3])).await;
    store.load_sales(8, PERIFERICO, half_hour("2025-11-17T08:30"), invoices("2025-11-17T08:31", &[4, 5, 6, 7])).await;
    assert_eq!(store.warehouse.evidence(filter).await.unwrap().number_runs, Vec::new());
}

#[tokio::test]
async fn runs_tell_what_was_announced_and_what_the_pos_answered() {
    let store = a_busy_store().await;
    let window = half_hour("2025-11-17T09:30");
    let run = store.start(7, EtlKind::Sales, PERIFERICO, window).await;
    let failure = RunFailure {
        run,
        ended_at: window.end(),
        state: RunState::Failed,
        class: Some(ErrorClass::ApiError),
        message: RunMessage::HttpStatus { estado: 503 },
        extracted: None,
        http_status: Some(503),
        phases: PhaseTimes::default(),
    };
    store.warehouse.fail_run(failure).await.unwrap();
    let partial = crate::samples::run_id(6);
    let mut facts = store.warehouse.run_facts(vec![run, partial]).await.unwrap();
    facts.sort_by_key(|facts| facts.run);
    assert_eq!((facts[0].announced, facts[0].received, facts[0].cause()), (Some(5), Some(2), CauseKind::ShortAnswer));
    assert_eq!((facts[1].http_status, facts[1].cause(), facts[1].window), (Some(503), CauseKind::PosError, window));

    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let commits = store.warehouse.commits(EtlKind::Sales, BranchId::new(PERIFERICO), day).await.unwrap();
    let found: Vec<_> = commits.iter().map(|commit| (commit.facts.announced, commit.lines_changed)).collect();
    assert_eq!(found.len(), 4);
    assert!(found.contains(&(Some(2), 2)), "{found:?}");
}

#[tokio::test]
async fn firings_are_told_with_their_neighbours_and_forgotten_in_time() {
    let store = Store::new();
    let firings = ["2025-11-17T12:05:00Z", "2025-11-17T12:35:00Z", "2025-11-17T16:05:00Z", "2025-11-17T16:35:00Z"];
    for fired in firings {
        store.warehouse.note_fired("ventas-klk-incremental", instant(fired)).await.unwrap();
    }
    let range = domain::Interval::new(instant("2025-11-17T13:00:00Z"), instant("2025-11-17T15:00:00Z")).unwrap();
    let ask = || store.warehouse.firings("ventas-klk-incremental", range);
    assert_eq!(ask().await.unwrap(), [instant(firings[1]), instant(firings[2])]);
    assert_eq!(store.warehouse.firings("reconciliacion-klk", range).await.unwrap(), []);
    store.warehouse.forget_firings(instant("2025-11-17T13:00:00Z")).await.unwrap();
    assert_eq!(ask().await.unwrap(), [instant(firings[2])]);
    assert_eq!(store.warehouse.last_fired().await.unwrap().len(), 1);
}
