//! What Sentry costs a run: the same windows extracted without it, without it once more (how far apart equal things are
//! on this machine), and with it. `./dev bench` runs it; docs and limits are in README.md.
//!
//! Each window is extracted by all three before the next one, in an order that changes, so that a busy moment hits them
//! alike. Sending is another thread's work and happens when a run has ended; it is waited for, and not counted. What counts is the median of the ratios, with the interval that holds it in 95 of 100 such measurements.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]

#[expect(dead_code, reason = "monitoring's tests use the rest")]
#[path = "../../../monitoring/tests/integration/fake_sentry.rs"]
mod fake_sentry;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/integration/hands.rs"]
mod hands;
mod statistics;
mod subject;
#[expect(dead_code, reason = "monitoring's tests use the rest")]
#[path = "../../../monitoring/tests/integration/support.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::RunMode;
use jiff::ToSpan;
use jiff::civil::{Date, Time, date, time};
use klk_sim::{Sim, SimConfig};
use monitoring::{Monitoring, MonitoringSettings};
use tokio::net::TcpListener;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::hands::Hands;
use crate::statistics::Ratios;
use crate::subject::Subject;

/// The first of the days whose sales are extracted.
const FIRST_DAY: Date = date(2025, 9, 1);
const NOW: &str = "2025-11-18T16:00:00Z";
/// Half hours from 07:00 to 21:00.
const HALF_HOURS: i64 = 28;
/// Thirty minutes at a time, as the schedules do.
const HALF_HOUR_DAYS: i64 = 18;
/// Whole days, as the nightly comparison does.
const WHOLE_DAYS: i64 = 36;

/// Every order of three: none is always first, and none always after the same other.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]];

/// The one of the three that Sentry is told of.
const MONITORED: usize = 2;

/// What of a day is extracted; None is all of it.
type Hours = Option<(Time, Time)>;

fn main() {
    // Cargo passes `--bench`; what else is passed is for harnesses that this is not.
    let server = FakeSentry::start(Manner::Accept);
    let clock = Hands::at(NOW);
    let watched = monitoring::init(settings(&server, &clock));
    assert!(watched.monitoring.is_enabled());
    tokio::runtime::Runtime::new().unwrap().block_on(compare(&clock, &watched.monitoring));
    assert!(watched.guard.shutdown());
    println!("{} requests reached Sentry", server.requests());
}

fn settings(server: &FakeSentry, clock: &Hands) -> MonitoringSettings {
    let clock = clock.clone();
    MonitoringSettings {
        dsn: Some(server.dsn()),
        ..MonitoringSettings::new("klk-tracking@0.0.0", Arc::new(move || clock.time()))
    }
}

async fn compare(clock: &Hands, watched: &Monitoring) {
    let sim_clock = clock.clone();
    let sim = Sim::new(SimConfig::five_stores(7), Arc::new(move || sim_clock.time()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pos = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(klk_sim::serve(listener, sim, std::future::pending()));

    let half_hours: Vec<(Date, Hours)> = (0..HALF_HOUR_DAYS * HALF_HOURS)
        .map(|index| (FIRST_DAY + (index / HALF_HOURS).days(), Some(half_hour(index % HALF_HOURS))))
        .collect();
    let days: Vec<(Date, Hours)> = (0..WHOLE_DAYS).map(|index| (FIRST_DAY + (20 + index).days(), None)).collect();
    for (what, windows, block) in [("a half hour", half_hours, HALF_HOURS as usize), ("a whole day", days, 6)] {
        let mut times: [Vec<Duration>; 3] = Default::default();
        for (index, windows) in windows.chunks(block).enumerate() {
            measure(&pos, clock, watched, ORDERS[index % ORDERS.len()], windows, &mut times).await;
        }
        let [plain, again, monitored] = times;
        println!("{what}, {} times, {:.1} ms without Sentry", windows.len(), statistics::median_ms(&plain));
        println!("  without Sentry, once more: {}", Ratios::of(&again, &plain));
        println!("  with Sentry:               {}", Ratios::of(&monitored, &plain));
    }
    println!(
        "what monitoring does in a run, by itself: {:.0} µs",
        statistics::median_ms(&alone(watched).await) * 1000.0
    );
}

/// The calls of a run to its monitor, without the run: too little to be seen beside a POS and a database.
async fn alone(watched: &Monitoring) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..2000 {
        let started = Instant::now();
        let monitor = watched.etl_run(support::info("tienda_01", RunMode::Incremental));
        support::run_steps(watched, &monitor).await.unwrap();
        monitor.finish_succeeded(support::sales());
        times.push(started.elapsed());
        watched.flush(Duration::from_secs(10));
    }
    times
}

/// New engines for every few windows: two that are the same still differ, by the order in which they were made.
async fn measure(
    pos: &str,
    clock: &Hands,
    watched: &Monitoring,
    order: [usize; 3],
    windows: &[(Date, Hours)],
    times: &mut [Vec<Duration>; 3],
) {
    let mut subjects = [None, None, None];
    for which in order {
        let monitoring = if which == MONITORED { watched.clone() } else { Monitoring::disabled() };
        subjects[which] = Some(Subject::new(pos, clock, monitoring).await);
    }
    for (index, (day, hours)) in windows.iter().enumerate() {
        for which in ORDERS[index % ORDERS.len()] {
            let subject = subjects[which].as_ref().unwrap();
            let started = Instant::now();
            subject.extract(*day, *hours).await;
            times[which].push(started.elapsed());
            // What is still being sent of it must not slow the next one.
            watched.flush(Duration::from_secs(10));
        }
    }
    for subject in subjects.into_iter().flatten() {
        subject.end().await;
    }
}

fn half_hour(index: i64) -> (Time, Time) {
    let from = time(7, 0, 0, 0) + (index * 30).minutes();
    (from, from + 30.minutes())
}
