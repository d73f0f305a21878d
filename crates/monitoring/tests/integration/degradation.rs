//! Whatever Sentry does, a run ends as it would without it, the process ends in time, and nothing is lost silently.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::RunMode;
use monitoring::{CronMonitor, DropReason, DroppedCount, ItemKind, MonitoringSettings, Started, init};

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{ended_at, info, run_steps, sales, settings};

/// The contract: a process is never held up longer.
const SHUTDOWN_MAX: Duration = Duration::from_secs(5);

fn with_outbox(server: &FakeSentry, folder: &Path) -> MonitoringSettings {
    MonitoringSettings { outbox_dir: Some(folder.to_owned()), ..settings(server) }
}

async fn run_and_stop(settings: MonitoringSettings, runs: usize) -> Duration {
    let Started { monitoring, guard, .. } = init(settings);
    for _ in 0..runs {
        let monitor = monitoring.etl_run(info("tienda_01", RunMode::Incremental));
        assert_eq!(run_steps(&monitoring, &monitor).await, Ok(130));
        monitor.finish_succeeded(sales());
    }
    let stopping = Instant::now();
    assert!(guard.shutdown());
    stopping.elapsed()
}

/// Runs against a server that behaves badly, then once more with one that accepts: everything must have arrived.
async fn nothing_is_lost(manner: Manner) {
    let folder = tempfile::tempdir().unwrap();
    let server = FakeSentry::start(manner);
    assert!(run_and_stop(with_outbox(&server, folder.path()), 20).await < SHUTDOWN_MAX);
    let arrived = server.payloads("transaction").len();

    server.behave(Manner::Accept);
    let Started { monitoring, guard, warnings } = init(with_outbox(&server, folder.path()));
    assert_eq!(warnings, []);
    let transactions = server.wait_for("transaction", 20);
    assert_eq!(transactions.len(), 20, "of which {arrived} had arrived before");
    drop(guard);
    assert_eq!(monitoring.status().waiting, BTreeMap::new());
    assert_eq!(monitoring.status().dropped_last_day, []);
}

#[tokio::test]
async fn a_server_that_never_answers() {
    nothing_is_lost(Manner::Hang).await;
}

#[tokio::test]
async fn a_server_that_answers_a_byte_at_a_time() {
    nothing_is_lost(Manner::Trickle).await;
}

#[tokio::test]
async fn a_server_that_resets() {
    nothing_is_lost(Manner::Reset).await;
}

#[tokio::test]
async fn a_server_that_breaks() {
    nothing_is_lost(Manner::Status(500)).await;
}

#[tokio::test]
async fn a_server_that_asks_for_patience() {
    nothing_is_lost(Manner::RetryAfter(3600)).await;
}

#[tokio::test]
async fn a_server_that_is_slow() {
    nothing_is_lost(Manner::Slow(Duration::from_millis(700))).await;
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = FakeSentry::start(Manner::Accept);
    let nobody = MonitoringSettings {
        // The discard port: nothing listens on it.
        dsn: Some("http://publickey0123@127.0.0.1:9/42".to_owned()),
        ..with_outbox(&server, folder.path())
    };
    assert!(run_and_stop(nobody, 20).await < SHUTDOWN_MAX);
    let Started { guard, .. } = init(with_outbox(&server, folder.path()));
    assert_eq!(server.wait_for("transaction", 20).len(), 20);
    drop(guard);
}

#[tokio::test]
async fn what_waited_is_sent_by_the_same_process_with_its_own_time() {
    let server = FakeSentry::start(Manner::Status(503));
    let Started { monitoring, guard, .. } = init(settings(&server));
    monitoring.etl_run(info("tienda_01", RunMode::Incremental)).finish_succeeded(sales());
    monitoring.check_in(CronMonitor::inventory_full("0,30 * * * *")).succeed();
    monitoring.flush(Duration::from_secs(5));
    let waiting = monitoring.status();
    assert_eq!(waiting.waiting[&ItemKind::Transaction], 1);
    assert_eq!((waiting.is_reachable, waiting.last_sent), (Some(true), None));
    assert_eq!(waiting.last_failure.unwrap().reason, "HTTP 503");
    assert!(waiting.oldest_waiting.is_some() && waiting.waiting_bytes > 0);

    std::thread::sleep(Duration::from_millis(1200));
    server.behave(Manner::Accept);
    server.wait_for("transaction", 1);
    server.wait_for("check_in", 2);
    monitoring.etl_run(info("tienda_02", RunMode::Incremental)).finish_succeeded(sales());
    drop(guard);
    let [late, prompt] = server.items("transaction").try_into().unwrap();
    // Relay would shift the times of an envelope that says when it was sent first.
    assert_eq!(late.envelope_header.get("sent_at"), None);
    assert!(ended_at(&late.payload) + Duration::from_secs(1) < ended_at(&prompt.payload));
    let sent = monitoring.status();
    assert_eq!((sent.waiting.len(), sent.waiting_bytes, sent.oldest_waiting), (0, 0, None));
    assert_eq!(sent.sent_last_day[&ItemKind::Transaction], 2);
    assert_eq!(sent.sent_last_day[&ItemKind::CheckIn], 2);
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_knows_is_a_failure_like_others() {
    let server = FakeSentry::start(Manner::Accept);
    // It speaks no TLS at all, which is the same to the one who sends.
    let dsn = Some(server.dsn().replace("http://", "https://"));
    let Started { monitoring, guard, .. } = init(MonitoringSettings { dsn, ..settings(&server) });
    monitoring.check_in(CronMonitor::reconciliation("0 3 * * *")).succeed();
    monitoring.flush(Duration::from_secs(5));
    let status = monitoring.status();
    assert_eq!((status.is_reachable, status.waiting[&ItemKind::CheckIn]), (Some(false), 2));
    drop(guard);
}

#[tokio::test]
async fn a_limit_on_transactions_does_not_hold_up_check_ins() {
    let server = FakeSentry::start(Manner::LimitTransactions);
    let Started { monitoring, guard, .. } = init(settings(&server));
    monitoring.check_in(CronMonitor::inventory_full("0,30 * * * *")).succeed();
    monitoring.flush(Duration::from_secs(5));
    monitoring.etl_run(info("tienda_01", RunMode::Incremental)).finish_cancelled();
    monitoring.check_in(CronMonitor::inventory_full("0,30 * * * *")).succeed();
    monitoring.flush(Duration::from_secs(5));
    assert_eq!(server.payloads("check_in").len(), 4);
    assert_eq!(server.payloads("transaction").len(), 0);
    assert_eq!(monitoring.status().waiting[&ItemKind::Transaction], 1);
    drop(guard);
}

#[tokio::test]
async fn what_sentry_refuses_for_good_is_counted_and_not_sent_again() {
    let server = FakeSentry::start(Manner::Status(403));
    let Started { monitoring, guard, .. } = init(settings(&server));
    monitoring.check_in(CronMonitor::reconciliation("0 3 * * *")).succeed();
    monitoring.flush(Duration::from_secs(5));
    assert_eq!(server.requests(), 2);
    let status = monitoring.status();
    let dropped = DroppedCount { kind: ItemKind::CheckIn, reason: DropReason::Rejected, count: 2 };
    assert_eq!((status.dropped_last_day, status.waiting.len()), (vec![dropped], 0));
    drop(guard);
}

#[tokio::test]
async fn a_caller_never_waits_and_what_is_too_much_is_counted() {
    let server = FakeSentry::start(Manner::Hang);
    let Started { monitoring, guard, .. } = init(MonitoringSettings { queue_envelopes_max: 4, ..settings(&server) });
    for _ in 0..50 {
        monitoring.etl_run(info("tienda_01", RunMode::Incremental)).finish_cancelled();
    }
    let dropped = monitoring.status().dropped_last_day;
    assert_eq!((dropped[0].kind, dropped[0].reason), (ItemKind::Transaction, DropReason::QueueFull));
    // One in the thread's hands and four in the queue; while it waits for an answer, all the others are too much.
    assert!(dropped[0].count > 0, "{dropped:?}");
    drop(guard);
}

#[tokio::test]
async fn the_outbox_is_bounded_and_the_oldest_go_first() {
    let folder = tempfile::tempdir().unwrap();
    let server = FakeSentry::start(Manner::Status(500));
    let small = MonitoringSettings { outbox_bytes_max: 8_000, ..with_outbox(&server, folder.path()) };
    let Started { monitoring, guard, .. } = init(small.clone());
    for number in 0..20 {
        monitoring.etl_run(info(&format!("tienda_{number:02}"), RunMode::Incremental)).finish_cancelled();
    }
    drop(guard);
    let status = monitoring.status();
    assert!(status.waiting_bytes <= 8_000);
    assert!(status.dropped_last_day.iter().any(|dropped| dropped.reason == DropReason::OutboxFull));

    server.behave(Manner::Accept);
    let Started { monitoring, guard, .. } = init(small);
    let kept = server.wait_for("transaction", status.waiting[&ItemKind::Transaction] as usize);
    assert_eq!(kept.last().unwrap()["tags"]["tienda"], "tienda_19");
    assert!(kept.iter().all(|transaction| transaction["tags"]["tienda"] != "tienda_00"));
    // The counters outlive the process.
    assert!(monitoring.status().dropped_last_day.iter().any(|dropped| dropped.reason == DropReason::OutboxFull));
    drop(guard);
}
