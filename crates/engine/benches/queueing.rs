//! How long a recovery of ten thousand windows takes from the click until all of it waits in the queue: its preview, and its
//! start by hash, through the same use cases as a page's; and how long until its cancel is acknowledged. Nothing is asked of a
//! POS. `./dev bench` runs it.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/integration/test_clock.rs"]
mod test_clock;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::read_model::{PlanPeriod, PlanRequest};
use domain::{Branch, BranchCode, BranchId, Calendar, EtlKind};
use engine::{Actor, Engine, EngineParts, EngineSettings};
use jiff::tz::{Offset, TimeZone};
use klk::{Client, ClientConfig};
use monitoring::Monitoring;
use rand::SeedableRng;
use warehouse::{Warehouse, WarehouseSettings};

use crate::test_clock::{Counter, TestClock};

const NOW: &str = "2025-11-18T16:00:00Z";
/// With 30 days of 28 half hours each: 10,080 windows.
const STORES: u32 = 12;
const FIRST_DAY: &str = "2025-10-18";
const LAST_DAY: &str = "2025-11-16";
const ROUNDS: usize = 5;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut previews, mut starts, mut cancels, mut windows) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let ([preview, start, cancel], queued) = runtime.block_on(recover());
        cancels.push(cancel);
        previews.push(preview);
        starts.push(start);
        windows = queued;
    }
    let [preview, start, cancel] = [previews, starts, cancels].map(median);
    println!("a recovery of {windows} windows of {STORES} stores");
    println!("  previewed and sealed in {preview:?}");
    println!("  queued in               {start:?}");
    println!("  cancelled in            {cancel:?}");
    let [preview, start, cancel] = [preview, start, cancel].map(|time| time.as_secs_f64() * 1e3);
    println!(
        r#"{{"bench": "queueing", "windows": {windows}, "preview_ms": {preview:.0}, "start_ms": {start:.0}, "cancel_ms": {cancel:.0}}}"#
    );
}

/// How long preview, start and cancel take over an empty database, and how many windows waited.
async fn recover() -> ([Duration; 3], u64) {
    let folder = tempfile::tempdir().unwrap();
    let parts = EngineParts {
        clock: Arc::new(TestClock::at(NOW)),
        ids: Arc::new(Counter::default()),
        source: Client::new(ClientConfig::new("http://127.0.0.1:9".parse().unwrap()), rng()).unwrap(),
        warehouse: Warehouse::open(&WarehouseSettings::at(folder.path().join("bench.duckdb"))).unwrap(),
        monitoring: Monitoring::disabled(),
        notice_transport: Arc::new(notices::NetworkTransport::default()),
        branches: (1..=STORES).map(branch).collect(),
    };
    let settings = EngineSettings { scheduler: false, workers: 0, ..EngineSettings::default() };
    let engine = Engine::start(parts, settings).await.unwrap();
    let actor = Actor::operator("bench");
    let asked = PlanRequest {
        etl_tipo: EtlKind::Sales,
        ubicaciones: Vec::new(),
        periodos: vec![PlanPeriod {
            ubicacion_id: None,
            fecha_desde: FIRST_DAY.to_owned(),
            fecha_hasta: Some(LAST_DAY.to_owned()),
            hora_desde: None,
            hora_hasta: None,
        }],
        ultimos_dias: None,
        repetir_cargado: false,
        fuera_de_horario: false,
        solo_pendientes: false,
    };
    let started = Instant::now();
    let shown = engine.plan_recovery(&actor, asked).await.unwrap();
    let preview = started.elapsed();
    let started = Instant::now();
    let plan = engine.start_plan(&actor, shown.hash.as_str()).await.unwrap();
    let start = started.elapsed();
    let started = Instant::now();
    let cancelled = engine.cancel_plan(&actor, shown.hash.as_str(), None).await.unwrap();
    let cancel = started.elapsed();
    assert_eq!(cancelled.canceladas, plan.ventanas);
    engine.shutdown().await;
    ([preview, start, cancel], plan.ventanas)
}

fn rng() -> rand::rngs::StdRng {
    rand::rngs::StdRng::seed_from_u64(1)
}

fn branch(number: u32) -> Branch {
    Branch {
        id: BranchId::new(format!("tienda_{number:02}")),
        code: BranchCode::new(format!("SUC{number:03}")),
        name: format!("Tienda {number}"),
        zone: TimeZone::fixed(Offset::constant(-4)).into(),
        calendar: Calendar::every_day("07:00-21:00".parse().unwrap()),
        calendar_counts_from: None,
        warehouses: Vec::new(),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
