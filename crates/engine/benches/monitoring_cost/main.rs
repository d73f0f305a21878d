//! What Sentry costs a run: the same windows extracted without it, without it once more (how far apart equal things are
//! on this machine), and with it. `./dev bench` runs it; docs and limits are in README.md.
//!
//! Each window is extracted by all three before the next one, in an order that changes, so that a busy moment hits them
//! alike. Two things are measured of each. The time on the wall, from asking to the end of the run: sending is another
//! thread's work, is waited for after it, and slows it only where it takes a core away. And the time of the processor in
//! this process, until everything of the run is sent: nothing can hide from that. POS and Sentry are another process.
//! What counts is the median of the ratios (with Sentry to either run without it), with the interval that holds it in 95 of 100 such measurements.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]

mod cpu;
#[expect(dead_code, reason = "monitoring's tests use the rest")]
#[path = "../../../monitoring/tests/integration/fake_sentry.rs"]
mod fake_sentry;
mod peers;
mod statistics;
mod subject;
#[expect(dead_code, reason = "monitoring's tests use the rest")]
#[path = "../../../monitoring/tests/integration/support.rs"]
mod support;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/integration/test_clock.rs"]
mod test_clock;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::RunMode;
use jiff::ToSpan;
use jiff::civil::{Date, Time, date, time};
use monitoring::{Monitoring, MonitoringSettings};

use crate::peers::Peers;
use crate::statistics::Ratios;
use crate::subject::Subject;
use crate::test_clock::TestClock;

/// The first of the days whose sales are extracted.
const FIRST_DAY: Date = date(2025, 9, 1);
const NOW: &str = "2025-11-18T16:00:00Z";
/// Half hours from 07:00 to 21:00.
const HALF_HOURS: i64 = 28;
/// Thirty minutes at a time, as the schedules do.
const HALF_HOUR_DAYS: i64 = 18;
/// Whole days, as the nightly comparison does.
const WHOLE_DAYS: i64 = 36;
/// Of monitoring's calls without the run.
const RUNS_ALONE: u32 = 2000;

/// Every order of three: none is always first, and none always after the same other.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]];

/// The one of the three that is reported to Sentry.
const MONITORED: usize = 2;

/// What of a day is extracted; None is all of it.
type Hours = Option<(Time, Time)>;

/// What was measured of the runs of one of the three.
#[derive(Default)]
struct Measured {
    /// On the wall, from asking to the end of the run.
    walls: Vec<Duration>,
    /// Of the processor, until all of the run was sent. Empty where the kernel does not tell.
    processors: Vec<Duration>,
}

fn main() {
    if peers::were_asked_for(NOW) {
        return;
    }
    // Cargo passes `--bench`; what else is passed is for harnesses that this is not.
    let peers = Peers::start();
    let clock = TestClock::at(NOW);
    let watched = monitoring::init(settings(&peers, &clock));
    assert!(watched.monitoring.is_enabled());
    tokio::runtime::Runtime::new().unwrap().block_on(compare(&peers.pos, &clock, &watched.monitoring));
    assert!(watched.guard.shutdown());
    println!("{} requests reached Sentry", peers.end());
}

fn settings(peers: &Peers, clock: &TestClock) -> MonitoringSettings {
    let clock = clock.clone();
    MonitoringSettings {
        dsn: Some(peers.dsn.clone()),
        ..MonitoringSettings::new("klk-tracking@0.0.0", Arc::new(move || clock.time()))
    }
}

async fn compare(pos: &str, clock: &TestClock, watched: &Monitoring) {
    let half_hours: Vec<(Date, Hours)> = (0..HALF_HOUR_DAYS * HALF_HOURS)
        .map(|index| (FIRST_DAY + (index / HALF_HOURS).days(), Some(half_hour(index % HALF_HOURS))))
        .collect();
    let days: Vec<(Date, Hours)> = (0..WHOLE_DAYS).map(|index| (FIRST_DAY + (20 + index).days(), None)).collect();
    for (what, windows, block) in [("a half hour", half_hours, HALF_HOURS as usize), ("a whole day", days, 6)] {
        let mut measured: [Measured; 3] = Default::default();
        for (index, windows) in windows.chunks(block).enumerate() {
            measure(pos, clock, watched, ORDERS[index % ORDERS.len()], windows, &mut measured).await;
        }
        println!("{what}, {} times", windows.len());
        report("on the wall", measured.each_ref().map(|of| of.walls.as_slice()));
        if !measured[0].processors.is_empty() {
            report("of the processor", measured.each_ref().map(|of| of.processors.as_slice()));
        }
    }
    let (calls, processor) = alone(watched).await;
    println!("what monitoring does in a run, by itself: {:.0} µs on the wall", statistics::median_ms(&calls) * 1000.0);
    if let Some(processor) = processor {
        println!("  and {} µs of the processor, until all of it is sent", processor.as_micros());
    }
}

fn report(what: &str, [plain, again, monitored]: [&[Duration]; 3]) {
    println!("  {:.1} ms {what} without Sentry", statistics::median_ms(plain));
    println!("    without Sentry, once more: {}", Ratios::of(again, &[plain]));
    println!("    with Sentry:               {}", Ratios::of(monitored, &[plain, again]));
}

/// The calls of a run to its monitor, without the run: too little to be seen beside a POS and a database.
///
/// What they take of the processor is the mean: to read the kernel's count each time would count for a part of it.
async fn alone(watched: &Monitoring) -> (Vec<Duration>, Option<Duration>) {
    let mut calls = Vec::new();
    let used_before = cpu::used();
    for _ in 0..RUNS_ALONE {
        let started = Instant::now();
        let monitor = watched.etl_run(support::info("tienda_01", RunMode::Incremental));
        support::run_steps(watched, &monitor).await.unwrap();
        monitor.finish_succeeded(support::sales());
        calls.push(started.elapsed());
        assert!(watched.flush(Duration::from_secs(10)));
    }
    let used = cpu::used().zip(used_before).map(|(after, before)| after.saturating_sub(before) / RUNS_ALONE);
    (calls, used)
}

impl Measured {
    /// Waits until what was captured is sent, so that it does not slow the next run, and counts what it took.
    fn end(&mut self, watched: &Monitoring, used_before: Option<Duration>) {
        assert!(watched.flush(Duration::from_secs(10)));
        let used = cpu::used().zip(used_before).map(|(after, before)| after.saturating_sub(before));
        self.processors.extend(used);
    }
}

/// New engines for every few windows: two that are the same still differ, by the order in which they were made.
async fn measure(
    pos: &str,
    clock: &TestClock,
    watched: &Monitoring,
    order: [usize; 3],
    windows: &[(Date, Hours)],
    measured: &mut [Measured; 3],
) {
    let mut subjects = [None, None, None];
    for which in order {
        let monitoring = if which == MONITORED { watched.clone() } else { Monitoring::disabled() };
        subjects[which] = Some(Subject::new(pos, clock, monitoring).await);
    }
    for (index, (day, hours)) in windows.iter().enumerate() {
        for which in ORDERS[index % ORDERS.len()] {
            let subject = subjects[which].as_ref().unwrap();
            let used_before = cpu::used();
            let started = Instant::now();
            subject.extract(*day, *hours).await;
            measured[which].walls.push(started.elapsed());
            measured[which].end(watched, used_before);
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
