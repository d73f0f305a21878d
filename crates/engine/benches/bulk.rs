//! What a whole day of a large store costs: the processor's time per million lines, of the answer (received, checked, parsed) and
//! of its commit, and how much memory both take at most. The POS is another process.
//!
//! `cargo bench --package engine --bench bulk`; `./dev bench` runs it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints what it measured"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::decision::Origin;
use domain::window::{day_interval, readings};
use domain::{BatchId, Branch, BranchCode, BranchId, Calendar, EtlKind, RunId, RunMode};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use klk::{Client, ClientConfig, SalesQuestion};
use klk_sim::{SalesRequest, Sim, SimConfig};
use rand::SeedableRng;
use uuid::Uuid;
use warehouse::{CommitClock, NewBatch, NewRun, PhaseTimes, RunEnd, SalesWindow, Warehouse, WarehouseSettings};

/// That of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The argument that makes of this program the POS.
const ARGUMENT: &str = "pos";
const DAY: Date = date(2025, 11, 17);
/// Some 41,000 lines, as an answer of 60 MB has.
const VOLUME: f64 = 4.0;
const DAYS: u8 = 3;

fn now() -> Timestamp {
    "2025-11-28T16:00:00Z".parse().unwrap()
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if std::env::args().nth(1).is_some_and(|argument| argument == ARGUMENT) {
        runtime.block_on(be_the_pos());
        return;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut pos = command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(pos.stdout.take().unwrap()).read_line(&mut address).unwrap();
    runtime.block_on(measure(address.trim()));
    drop(pos.stdin.take());
    assert!(pos.wait().unwrap().success());
}

/// Answers are made before anybody asks: the same bytes each time.
async fn be_the_pos() {
    let sim = Sim::new(SimConfig::five_stores(7).with_volume(VOLUME), Arc::new(now));
    drop(sim.sales_body(&SalesRequest::day("SUC001", DAY)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(klk_sim::serve(listener, sim, std::future::pending()));
    // Until the other process has closed its end, or is gone.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()).unwrap()).await.unwrap();
}

async fn measure(pos: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = ClientConfig::new(pos.parse().unwrap());
    config.sales_timeout = Duration::from_secs(600);
    let client = Client::new(config, rand::rngs::StdRng::seed_from_u64(1)).unwrap();
    let warehouse = Warehouse::open(&WarehouseSettings::at(folder.path().join("bench.duckdb"))).unwrap();
    let branch = Branch {
        id: BranchId::new("tienda_01"),
        code: BranchCode::new("SUC001"),
        name: "PERIFERICO".to_owned(),
        zone: TimeZone::fixed(Offset::constant(-4)).into(),
        calendar: Calendar::every_day("07:00-21:00".parse().unwrap()),
        calendar_counts_from: None,
        warehouses: Vec::new(),
    };
    for number in 0..DAYS {
        let day = DAY.checked_add(jiff::ToSpan::days(i64::from(number))).unwrap();
        let interval = day_interval(day, &branch.zone).unwrap();
        let local = readings(interval, &branch.zone).unwrap();
        let id = u128::from(number) + 1;
        let (run, batch) = (RunId(Uuid::from_u128(id)), BatchId(Uuid::from_u128(id)));
        let queued = NewRun { id: run, kind: EtlKind::Sales, branch: branch.clone(), interval, mode: RunMode::Full };
        let batch = NewBatch {
            id: batch,
            reason: "manual",
            requested_by: None,
            origin: Origin::System,
            created_at: now(),
            sentry_trace: None,
            baggage: None,
        };
        warehouse.enqueue(batch, vec![queued]).await.unwrap();
        assert!(warehouse.claim(run, now(), "bench".to_owned(), None).await.unwrap());
        let idle = resident_mb("VmRSS");
        // The peak is from here on.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let (before, started) = (processor(), Instant::now());
        let received = client.sales(&SalesQuestion::of_day(branch.code.clone(), day)).await.unwrap();
        let (parsed, parsed_after) = (processor(), started.elapsed());
        let parsed_peak = resident_mb("VmHWM");
        let (answer, _memory) = received.into_parts();
        let lines = answer.lines.len();
        let end = RunEnd {
            run,
            clock: CommitClock::new(now),
            extracted: lines as u64,
            announced: Some(lines as u64),
            phases: PhaseTimes::default(),
        };
        let window = SalesWindow { branch: branch.id.clone(), interval, local };
        let receipt = warehouse.commit_sales_window(end, window, answer.lines).await.unwrap();
        assert_eq!(receipt.added, lines as u64);
        let committed = processor();
        let per_million = |spent: Duration| spent.as_secs_f64() * 1e6 / lines as f64;
        println!(
            r#"{{"bench": "bulk", "lines": {lines}, "answer_cpu_s_per_million": {:.1}, "commit_cpu_s_per_million": {:.1}, "answer_ms": {}, "all_ms": {}, "answer_peak_mb_above_idle": {:.0}, "peak_mb_above_idle": {:.0}}}"#,
            per_million(parsed - before),
            per_million(committed - parsed),
            parsed_after.as_millis(),
            started.elapsed().as_millis(),
            parsed_peak - idle,
            resident_mb("VmHWM") - idle
        );
    }
    warehouse.close().await;
}

fn resident_mb(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1000.0
}

/// The processor's time of this process, of all its threads.
fn processor() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let used = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used.sum())
}
