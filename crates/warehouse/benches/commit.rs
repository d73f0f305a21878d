//! What it costs to commit a window of 500 lines, beside as many lines as the given databases have: time of the processor and
//! on the wall, of the claim and of the commit.
//!
//! `cargo bench --package warehouse --bench commit -- FILE...`. The bench `scene` makes the files; each grows by the windows.
//! `./dev bench` runs both.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints what it measured"
)]

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/integration/samples.rs"]
mod samples;

use std::time::{Duration, Instant};

use domain::sale::SaleLine;
use domain::{HALF_HOUR, Interval, RunId};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;
use warehouse::{Warehouse, WarehouseSettings};

const BRANCH: &str = "tienda_001";
const WINDOWS: u32 = 200;
const LINES: u32 = 500;

/// The processor's time of this process, of all its threads.
fn processor() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let used = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used.sum())
}

fn lines(window: Interval<Timestamp>, number: u32) -> Vec<SaleLine> {
    let start = samples::zone().to_datetime(window.start());
    (0..LINES)
        .map(|line| {
            let second = SignedDuration::from_secs(i64::from(line) * 3);
            let at = start.checked_add(second).unwrap().to_string();
            let invoice = format!("C01-01-{:08}", 50_000_000 + number * LINES + line / 10);
            let mut sale = samples::line(&invoice, (line % 10).cast_signed() + 1, &at, "120.50");
            sale.codigo_producto = format!("P{:05}", line * 7 % 4000);
            sale.tasa_usd = Some(Decimal::new(365_123, 4));
            sale
        })
        .collect()
}

/// When the runs are queued, in milliseconds, as their identifiers tell.
const QUEUED_MS: i64 = 0x01ff_ff00_0000;

fn run_id(number: u32) -> RunId {
    RunId(Uuid::from_u128((0x01ff_ff00_0000_7000_8000 << 48) + u128::from(number)))
}

async fn measure(path: &str) {
    let warehouse = Warehouse::open(&WarehouseSettings::at(path)).unwrap();
    let first = Timestamp::from_second(4_000_000_000 / 1800 * 1800).unwrap();
    let window = |number: u32| {
        let start = first.checked_add(HALF_HOUR * number.cast_signed()).unwrap();
        Interval::new(start, start.checked_add(HALF_HOUR).unwrap()).unwrap()
    };
    let branch = samples::branch(BRANCH);
    let new_run =
        |number| warehouse::NewRun { id: run_id(number), ..samples::new_run(0, branch.clone(), window(number)) };
    let created_at = Timestamp::from_millisecond(QUEUED_MS).unwrap();
    let batch = warehouse::NewBatch { created_at, ..samples::batch(u128::from(u32::MAX)) };
    warehouse.enqueue(batch, (0..WINDOWS).map(new_run).collect()).await.unwrap();
    let (mut claims, mut commits) = (Duration::ZERO, Duration::ZERO);
    let mut walls = Vec::new();
    for number in 0..WINDOWS {
        let (before, run, lines) = (processor(), run_id(number), lines(window(number), number));
        assert!(warehouse.claim(run, first, "bench".to_owned(), None).await.unwrap());
        let (between, started) = (processor(), Instant::now());
        let end = samples::end(run, first, lines.len());
        let receipt = warehouse.commit_sales_window(end, samples::sales_window(BRANCH, window(number)), lines);
        assert_eq!(receipt.await.unwrap().added, u64::from(LINES));
        walls.push(started.elapsed());
        (claims, commits) = (claims + (between - before), commits + (processor() - between));
    }
    walls.sort_unstable();
    let milliseconds = |total: Duration| total.as_secs_f64() * 1e3 / f64::from(WINDOWS);
    println!(
        r#"{{"file": "{path}", "lines": {LINES}, "claim_cpu_ms": {:.2}, "commit_cpu_ms": {:.2}, "commit_wall_ms": {:.2}}}"#,
        milliseconds(claims),
        milliseconds(commits),
        walls[walls.len() / 2].as_secs_f64() * 1e3
    );
    warehouse.close().await;
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for path in std::env::args().skip(1).filter(|argument| argument != "--bench") {
        runtime.block_on(measure(&path));
    }
}
