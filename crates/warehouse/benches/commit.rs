//! What it costs to commit a window of 500 lines, beside as many lines as the given databases have: time of the processor and
//! on the wall, of the claim and of the commit; one after the other, and sixteen that wait at the same time, of a store each.
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

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::sale::SaleLine;
use domain::{HALF_HOUR, Interval, RunId};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;
use warehouse::{Warehouse, WarehouseSettings};

/// That of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Of each measurement, a multiple of how many wait at the same time. The log is merged once in some 370 windows, for which the
/// window waits whose commit fills it: enough of them that each bears its part of it.
const WINDOWS: u32 = 1536;
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
            sale.codigo_producto = format!("P{:05}", line * 7 % 4000).into();
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

/// One of the windows: some stores side by side, and then the next half hour of each.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    stores: u32,
}

impl Place {
    fn branch(self) -> String {
        format!("tienda_{}{:03}", self.stores, self.number % self.stores + 1)
    }

    fn window(self) -> Interval<Timestamp> {
        let first = Timestamp::from_second(4_000_000_000 / 1800 * 1800).unwrap();
        let start = first.checked_add(HALF_HOUR * (self.number / self.stores).cast_signed()).unwrap();
        Interval::new(start, start.checked_add(HALF_HOUR).unwrap()).unwrap()
    }

    /// Of all measurements of a file each has its own.
    fn run(self) -> RunId {
        run_id(self.stores * 100_000 + self.number)
    }
}

/// What some tasks took of the processor and on the wall, together.
async fn timed<Task: Future<Output = ()> + Send + 'static>(tasks: impl Iterator<Item = Task>) -> (Duration, Duration) {
    let (before, started) = (processor(), Instant::now());
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in tasks {
        task.await.unwrap();
    }
    (processor() - before, started.elapsed())
}

async fn measure(path: &str, warehouse: Arc<Warehouse>, stores: u32) {
    let places: Vec<Place> = (0..WINDOWS).map(|number| Place { number, stores }).collect();
    let new_run = |place: &Place| {
        let branch = samples::branch(&place.branch());
        warehouse::NewRun { id: place.run(), ..samples::new_run(0, branch, place.window()) }
    };
    let created_at = Timestamp::from_millisecond(QUEUED_MS).unwrap();
    let batch = warehouse::NewBatch { created_at, ..samples::batch(u128::from(u32::MAX - stores)) };
    warehouse.enqueue(batch, places.iter().map(new_run).collect()).await.unwrap();
    let (mut claims, mut commits) = (Duration::ZERO, Duration::ZERO);
    let mut walls = Vec::new();
    for together in places.chunks(stores as usize) {
        let claim = |place: &Place| {
            let (warehouse, place) = (Arc::clone(&warehouse), *place);
            async move { assert!(warehouse.claim(place.run(), created_at, "bench".to_owned(), None).await.unwrap()) }
        };
        let commit = |place: &Place| {
            let (warehouse, place) = (Arc::clone(&warehouse), *place);
            let lines = lines(place.window(), place.number);
            async move {
                let end = samples::end(place.run(), created_at, lines.len());
                let window = samples::sales_window(&place.branch(), place.window());
                let receipt = warehouse.commit_sales_window(end, window, lines).await;
                assert_eq!(receipt.unwrap().added, u64::from(LINES));
            }
        };
        claims += timed(together.iter().map(claim)).await.0;
        let prepared: Vec<_> = together.iter().map(commit).collect();
        let (processor, wall) = timed(prepared.into_iter()).await;
        commits += processor;
        walls.push(wall);
    }
    walls.sort_unstable();
    let milliseconds = |total: Duration| total.as_secs_f64() * 1e3 / f64::from(WINDOWS);
    println!(
        r#"{{"bench": "window", "file": "{path}", "lines": {LINES}, "together": {stores}, "claim_cpu_ms": {:.2}, "commit_cpu_ms": {:.2}, "commit_wall_ms": {:.2}, "commit_wall_max_ms": {:.2}}}"#,
        milliseconds(claims),
        milliseconds(commits),
        walls[walls.len() / 2].as_secs_f64() * 1e3,
        walls[walls.len() - 1].as_secs_f64() * 1e3
    );
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for path in std::env::args().skip(1).filter(|argument| argument != "--bench") {
        runtime.block_on(async {
            let warehouse = Arc::new(Warehouse::open(&WarehouseSettings::at(&path)).unwrap());
            for stores in [1, 16] {
                measure(&path, Arc::clone(&warehouse), stores).await;
            }
            warehouse.close().await;
        });
    }
}
