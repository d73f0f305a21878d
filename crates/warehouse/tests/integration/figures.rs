//! Figures: reliability, today's runs, batches, sums of sales.

use std::time::Duration;

use domain::filter::MetricsFilter;
use domain::read_model::{RunFigures, TodayCounts};
use domain::run_message::RunMessage;
use domain::{BranchId, ErrorClass, EtlKind, RunMode, RunState};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use warehouse::{HourOfSales, NewRun, PhaseTimes, RunEnd, RunFailure, SalesTotals};

use crate::samples::{
    CENTRO, PERIFERICO, batch_id, branch, decimal, end, half_hour, instant, line, new_run, numbered_half_hour, period,
    run_id, sales_window, unused_id, zone,
};
use crate::store::{Store, batch_for};

const STARTED: &str = "2025-11-17T12:00:00Z";

fn after(seconds: i64) -> Timestamp {
    instant(STARTED).checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// Takes a run into work and ends it so many seconds later, a tenth of which the source took.
async fn ended(store: &Store, number: u128, branch_id: &str, seconds: i64, state: RunState) {
    let window = numbered_half_hour(i32::try_from(number).unwrap());
    let run = store.queue(number, EtlKind::Sales, branch_id, window).await;
    store.warehouse.claim(run, instant(STARTED), "host-1".to_owned(), None).await.unwrap();
    if state == RunState::Succeeded {
        let local = zone().to_datetime(window.start()).to_string();
        let lines = vec![line("F-1", 1, &local, "1"), line("F-1", 2, &local, "1")];
        let window = sales_window(branch_id, window);
        let extract = Duration::from_millis(u64::try_from(seconds).unwrap() * 100);
        let end = RunEnd { phases: PhaseTimes { extract }, ..end(run, after(seconds), 2) };
        store.warehouse.commit_sales_window(end, window, lines).await.unwrap();
    } else {
        let failure = RunFailure {
            run,
            ended_at: after(seconds),
            state,
            class: (state == RunState::Failed).then_some(ErrorClass::Timeout),
            message: RunMessage::ConnectTimeout,
            extracted: None,
            http_status: None,
            phases: PhaseTimes::default(),
        };
        store.warehouse.fail_run(failure).await.unwrap();
    }
}

fn any() -> MetricsFilter {
    MetricsFilter { kind: None, branch: None, days: 7 }
}

#[tokio::test]
async fn reliability_is_judged_on_runs_that_ended_since_a_moment() {
    let store = Store::new();
    assert_eq!(store.warehouse.metrics(any(), instant(STARTED)).await.unwrap(), (RunFigures::default(), Vec::new()));
    ended(&store, 1, PERIFERICO, 10, RunState::Succeeded).await;
    ended(&store, 2, PERIFERICO, 20, RunState::Succeeded).await;
    ended(&store, 3, PERIFERICO, 30, RunState::Failed).await;
    ended(&store, 4, PERIFERICO, 40, RunState::Cancelled).await;
    ended(&store, 5, CENTRO, 50, RunState::Succeeded).await;
    store.start(6, EtlKind::Sales, PERIFERICO, numbered_half_hour(6)).await;

    let (overall, by_branch) = store.warehouse.metrics(any(), after(0)).await.unwrap();
    let (p50, p95) = (Some(30.0), Some(48.0));
    assert_eq!(
        overall,
        RunFigures {
            ejecuciones: 5,
            exitosas: 3,
            fallidas: 1,
            tasa_exito_pct: Some(75.0),
            duracion_p50_segundos: p50,
            duracion_p95_segundos: p95,
            extraccion_p50_segundos: Some(2.0),
            extraccion_p95_segundos: Some(4.7),
            registros: 6,
        }
    );
    let summary: Vec<_> = by_branch
        .iter()
        .map(|(id, name, figures)| (id.as_str(), name.as_str(), figures.ejecuciones, figures.tasa_exito_pct))
        .collect();
    assert_eq!(
        summary,
        [(PERIFERICO, "Tienda tienda_01", 4, Some(66.67)), (CENTRO, "Tienda tienda_02", 1, Some(100.0))]
    );

    let of_the_source: Vec<_> = by_branch
        .iter()
        .map(|(.., figures)| (figures.extraccion_p50_segundos, figures.extraccion_p95_segundos))
        .collect();
    assert_eq!(of_the_source, [(Some(1.5), Some(1.95)), (Some(5.0), Some(5.0))], "only successful runs are measured");

    let (since, _) = store.warehouse.metrics(any(), after(30)).await.unwrap();
    assert_eq!(since.ejecuciones, 3, "the one that ended at the moment itself counts");
    let of_branch = MetricsFilter { branch: Some(BranchId::new(CENTRO)), ..any() };
    assert_eq!(store.warehouse.metrics(of_branch, after(0)).await.unwrap().0.ejecuciones, 1);
    let of_kind = MetricsFilter { kind: Some(EtlKind::Inventory), ..any() };
    assert_eq!(store.warehouse.metrics(of_kind, after(0)).await.unwrap(), (RunFigures::default(), Vec::new()));
}

#[tokio::test]
async fn only_cancelled_runs_give_no_rate() {
    let store = Store::new();
    ended(&store, 1, PERIFERICO, 10, RunState::Cancelled).await;
    let (overall, _) = store.warehouse.metrics(any(), after(0)).await.unwrap();
    assert_eq!((overall.ejecuciones, overall.tasa_exito_pct), (1, None));
    assert_eq!((overall.extraccion_p50_segundos, overall.extraccion_p95_segundos), (None, None));
}

#[tokio::test]
async fn the_counts_of_today_are_of_a_kind_mode_and_reason() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    let today = instant("2025-11-17T04:00:00Z");
    let count = || warehouse.today_counts(EtlKind::Sales, RunMode::Incremental, "programada", today);
    assert_eq!(count().await.unwrap(), TodayCounts::default());

    let before = instant("2025-11-17T03:59:59.999999Z");
    let runs = |numbers: std::ops::Range<u32>| -> Vec<NewRun> {
        numbers
            .map(|number| {
                new_run(number.into(), branch(PERIFERICO), numbered_half_hour(i32::try_from(number).unwrap()))
            })
            .collect()
    };
    warehouse.enqueue(batch_for(1, "programada", today), runs(0..3)).await.unwrap();
    warehouse.enqueue(batch_for(2, "programada", before), runs(3..4)).await.unwrap();
    warehouse.enqueue(batch_for(3, "manual", today), runs(4..5)).await.unwrap();
    let recovery = runs(5..6).into_iter().map(|run| NewRun { mode: RunMode::Recovery, ..run }).collect();
    warehouse.enqueue(batch_for(4, "programada", today), recovery).await.unwrap();
    let inventory = runs(6..7).into_iter().map(|run| NewRun { kind: EtlKind::Inventory, ..run }).collect();
    warehouse.enqueue(batch_for(5, "programada", today), inventory).await.unwrap();

    for number in [0, 1] {
        warehouse.claim(run_id(number), instant(STARTED), "host-1".to_owned(), None).await.unwrap();
    }
    let window = sales_window(PERIFERICO, numbered_half_hour(0));
    warehouse.commit_sales_window(end(run_id(0), after(1), 0), window, Vec::new()).await.unwrap();
    assert_eq!(count().await.unwrap(), TodayCounts { total: 3, exitosas: 1, fallidas: 0, en_proceso: 1, en_cola: 1 });

    warehouse.interrupt_running(after(2), 5, unused_id).await.unwrap();
    assert_eq!(count().await.unwrap(), TodayCounts { total: 3, exitosas: 1, fallidas: 1, en_proceso: 0, en_cola: 1 });
}

#[tokio::test]
async fn batches_are_shown_while_they_are_in_progress_and_for_a_while_after() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    assert!(warehouse.batches_since(after(0)).await.unwrap().is_empty());
    let two = vec![
        new_run(1, branch(PERIFERICO), half_hour("2025-11-17T08:00")),
        new_run(2, branch(PERIFERICO), half_hour("2025-11-17T08:30")),
    ];
    warehouse.enqueue(batch_for(1, "carga_inicial", after(-60)), two).await.unwrap();
    ended(&store, 3, CENTRO, 5, RunState::Failed).await;
    warehouse.claim(run_id(1), instant(STARTED), "host-1".to_owned(), None).await.unwrap();
    let lines = vec![line("F-1", 1, "2025-11-17T08:00:00", "1")];
    let window = sales_window(PERIFERICO, half_hour("2025-11-17T08:00"));
    warehouse.commit_sales_window(end(run_id(1), after(7), 1), window, lines).await.unwrap();

    let ids = |batches: Vec<warehouse::BatchCounts>| batches.into_iter().map(|batch| batch.id).collect::<Vec<_>>();
    assert_eq!(ids(warehouse.batches_since(after(0)).await.unwrap()), [batch_id(3), batch_id(1)]);
    assert_eq!(ids(warehouse.batches_since(after(5)).await.unwrap()), [batch_id(1)], "one still waits");

    let halfway = warehouse.batch(batch_id(1)).await.unwrap().unwrap();
    let expected = warehouse::BatchCounts {
        id: batch_id(1),
        reason: "carga_inicial".to_owned(),
        requested_by: Some("ana@klk.test".to_owned()),
        created_at: after(-60),
        runs: 2,
        finished: 1,
        succeeded: 1,
        failed: 0,
        loaded: 1,
        started_at: Some(instant(STARTED)),
        ended_at: None,
        plan: None,
    };
    assert_eq!(halfway, expected);

    warehouse.claim(run_id(2), after(8), "host-1".to_owned(), None).await.unwrap();
    warehouse.interrupt_running(after(9), 5, unused_id).await.unwrap();
    let done = warehouse::BatchCounts { finished: 2, failed: 1, ended_at: Some(after(9)), ..expected };
    assert_eq!(warehouse.batch(batch_id(1)).await.unwrap(), Some(done));
    assert!(warehouse.batches_since(after(9)).await.unwrap().is_empty());
    assert_eq!(warehouse.batch(batch_id(9)).await.unwrap(), None);
}

#[tokio::test]
async fn sales_are_summed_by_branch_and_local_time() {
    let store = Store::new();
    let local = |from: &str, to: &str| sales_window(PERIFERICO, period(from, to)).local;
    let day = local("2025-11-17T00:00", "2025-11-18T00:00");
    let ask = |range| store.warehouse.sales_totals(BranchId::new(PERIFERICO), range);
    assert_eq!(ask(day).await.unwrap(), SalesTotals::default());

    let lines = vec![
        line("F-1", 1, "2025-11-17T08:00:00", "0.1"),
        line("F-1", 2, "2025-11-17T08:00:00", "0.2"),
        line("F-2", 1, "2025-11-17T08:29:59.9999999", "999999999999.999999"),
    ];
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), lines).await;
    store
        .load_sales(2, PERIFERICO, half_hour("2025-11-17T08:30"), vec![line("F-3", 1, "2025-11-17T08:30:00", "7")])
        .await;
    store.load_sales(3, CENTRO, half_hour("2025-11-17T08:00"), vec![line("F-1", 1, "2025-11-17T08:00:00", "9")]).await;

    assert_eq!(
        ask(local("2025-11-17T08:00", "2025-11-17T08:30")).await.unwrap(),
        SalesTotals { lines: 3, invoices: 2, total_bs: decimal("1000000000000.299999"), total_usd: decimal("3") }
    );
    assert_eq!(ask(day).await.unwrap().lines, 4);
}

#[tokio::test]
async fn an_hour_has_the_sales_invoices_and_lines_of_its_half_hours_in_all_stores() {
    let store = Store::new();
    let day = date(2025, 11, 17);
    let of = |from, until| store.warehouse.sales_by_hour(from, until);
    assert!(of(day, day.tomorrow().unwrap()).await.unwrap().is_empty());

    let first = vec![line("F-1", 1, "2025-11-17T08:00:00", "1"), line("F-1", 2, "2025-11-17T08:00:00", "1")];
    let second = vec![line("F-2", 1, "2025-11-17T08:30:00", "1")];
    let elsewhere = vec![line("F-1", 1, "2025-11-17T08:10:00", "1")];
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), first).await;
    store.load_sales(2, PERIFERICO, half_hour("2025-11-17T08:30"), second).await;
    store.load_sales(3, CENTRO, half_hour("2025-11-17T08:00"), elsewhere).await;
    let late = vec![line("F-3", 1, "2025-11-17T23:30:00", "1")];
    store.load_sales(4, CENTRO, half_hour("2025-11-17T23:30"), late).await;
    let next = vec![line("F-4", 1, "2025-11-18T00:00:00", "1")];
    store.load_sales(5, CENTRO, half_hour("2025-11-18T00:00"), next).await;

    let morning = HourOfSales { date: day, hour: 8, usd: decimal("4"), invoices: 3, lines: 4 };
    let night = HourOfSales { date: day, hour: 23, usd: decimal("1"), invoices: 1, lines: 1 };
    assert_eq!(of(day, day.tomorrow().unwrap()).await.unwrap(), [morning, night]);
}

/// Recovers a half hour of 2025-01-01 by its number, so many minutes after its end.
async fn recovered(store: &Store, number: u128, branch_id: &str, half_hour: i32, minutes: i64) {
    let window = numbered_half_hour(half_hour);
    let run = NewRun { mode: RunMode::Recovery, ..new_run(number, branch(branch_id), window) };
    let ended_at = window.end().checked_add(SignedDuration::from_mins(minutes)).unwrap();
    store.warehouse.enqueue(batch_for(number, "recuperacion", window.end()), vec![run]).await.unwrap();
    assert!(store.warehouse.claim(run_id(number), window.end(), "host-1".to_owned(), None).await.unwrap());
    let end = end(run_id(number), ended_at, 0);
    store.warehouse.commit_sales_window(end, sales_window(branch_id, window), Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_recovered_half_hour_was_missing_from_its_grace_until_its_first_recovery() {
    let store = Store::new();
    let range = period("2025-01-01T00:00", "2025-01-02T00:00");
    let of = |range, watched| store.warehouse.recovered_half_hours(range, watched, SignedDuration::from_mins(15));
    assert!(of(range, range.start()).await.unwrap().is_empty());

    recovered(&store, 1, PERIFERICO, 2, 25).await;
    recovered(&store, 2, PERIFERICO, 3, 45).await;
    // Again, which takes nothing longer.
    recovered(&store, 3, PERIFERICO, 3, 300).await;
    // Before anybody called it missing, and on the day after.
    recovered(&store, 4, CENTRO, 4, 10).await;
    recovered(&store, 5, CENTRO, 5, 24 * 60).await;
    // Neither what the schedule loads nor what fails is a recovery.
    store.load_sales(6, PERIFERICO, numbered_half_hour(6), Vec::new()).await;
    let failing = NewRun { mode: RunMode::Recovery, ..new_run(7, branch(PERIFERICO), numbered_half_hour(7)) };
    store.warehouse.enqueue(batch_for(7, "recuperacion", range.start()), vec![failing]).await.unwrap();
    store.warehouse.claim(run_id(7), numbered_half_hour(7).end(), "host-1".to_owned(), None).await.unwrap();
    store.warehouse.interrupt_running(numbered_half_hour(8).end(), 5, unused_id).await.unwrap();

    let found = of(range, range.start()).await.unwrap();
    let summary: Vec<_> = found.iter().map(|one| (one.branch.as_str(), one.windows, one.seconds)).collect();
    assert_eq!(summary, [(PERIFERICO, 2, 40.0 * 60.0), (CENTRO, 1, 0.0)]);

    let watched = of(range, numbered_half_hour(3).start()).await.unwrap();
    assert_eq!((watched[0].windows, watched[0].seconds), (1, 30.0 * 60.0), "what was before is not watched");
    let next = of(period("2025-01-02T00:00", "2025-01-03T00:00"), range.start()).await.unwrap();
    assert_eq!(next.len(), 1);
    assert_eq!((next[0].branch.as_str(), next[0].windows), (CENTRO, 1));
}
