//! A POS, an engine and a database of a test's own, and what tests ask of them.

use std::sync::Arc;
use std::time::Duration;

use domain::filter::{GapFilter, RunFilter};
use domain::read_model::{BatchProgress, GapView, RecoverGapAnswer, RecoverGapRequest, RunView};
use domain::{
    BatchId, Branch, BranchCode, BranchId, BranchWarehouse, Calendar, EtlKind, Interval, RunState, WarehouseCode,
};
use engine::{
    Actor, Engine, EngineParts, EngineSettings, ExtractRequest, IdSource, ScheduleSettings, StatementWatcher,
};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use klk::{Client, ClientConfig};
use klk_sim::{Sim, SimConfig};
use monitoring::Monitoring;
use notices::NetworkTransport;
use rand::SeedableRng;
use tempfile::TempDir;
use tokio::net::TcpListener;
use warehouse::{NoopObserver, Place, PostgresSettings, SalesTotals, StatementObserver, Warehouse, WarehouseSettings};

use crate::test_clock::{Counter, TestClock};

pub const ANA: &str = "ana";

/// Everything of one test.
pub struct World {
    pub sim: Sim,
    pub clock: TestClock,
    pub engine: Engine,
    base_url: String,
    folder: TempDir,
    pub ids: Arc<Counter>,
    patience: Duration,
    monitoring: Monitoring,
    pub branches: Vec<Branch>,
    /// The engine's own database, for what happens behind its back.
    pub beside: Warehouse,
    kept: Vec<Box<dyn std::any::Any + Send + Sync>>,
}

/// When a test begins.
const NOON: &str = "2025-11-18T16:00:00Z";

/// Waits until something is so.
pub async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENT, waiting).await.unwrap();
}

/// How far a batch is, once every run of it has ended.
pub async fn ended(engine: &Engine, batch: BatchId) -> BatchProgress {
    let mut events = engine.events();
    loop {
        let progress = engine.batch(batch).await.unwrap();
        if progress.terminado_en.is_some() {
            return progress;
        }
        // An end may be stored after its event was heard; whether one was heard or missed is the same.
        let _: Result<_, _> = tokio::time::timeout(Duration::from_secs(1), events.recv()).await;
    }
}

/// Longer than anything takes on a busy machine.
pub const PATIENT: Duration = Duration::from_secs(60);

pub fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::Offset::constant(-4))
}

pub fn branch(number: &str, code: &str, name: &str, hours: &str, warehouses: &[&str]) -> Branch {
    Branch {
        id: BranchId::new(number),
        code: BranchCode::new(code),
        name: name.to_owned(),
        zone: zone().into(),
        calendar: Calendar::every_day(hours.parse().unwrap()),
        calendar_counts_from: None,
        warehouses: warehouses
            .iter()
            .map(|code| BranchWarehouse { code: WarehouseCode::new(*code), name: (*code).to_owned() })
            .collect(),
    }
}

fn branches() -> Vec<Branch> {
    vec![
        branch("tienda_01", "SUC001", "PERIFERICO", "07:00-21:00", &["APP-TPF", "APP-PPF"]),
        branch("tienda_08", "SUC002", "BOSQUE", "08:00-24:00", &["APP-TBQ", "APP-PBQ"]),
    ]
}

pub fn settings() -> EngineSettings {
    EngineSettings {
        scheduler: false,
        probe_interval: Duration::ZERO,
        schedules: ScheduleSettings { zone: zone(), ..ScheduleSettings::default() },
        ..EngineSettings::default()
    }
}

impl World {
    /// Two small stores at noon of the 18th of November 2025 in Caracas.
    pub async fn new() -> Self {
        Self::with(settings()).await
    }

    /// For a POS that is silent.
    pub async fn impatient() -> Self {
        Self::build(settings(), Duration::from_millis(300), NoopObserver, Monitoring::disabled()).await
    }

    /// The same, until it is made patient.
    pub async fn hurried(settings: EngineSettings) -> Self {
        Self::build(settings, Duration::from_millis(300), NoopObserver, Monitoring::disabled()).await
    }

    /// From the next restart on.
    pub fn be_patient(&mut self) {
        self.patience = PATIENT;
    }

    pub async fn with(settings: EngineSettings) -> Self {
        Self::build(settings, PATIENT, NoopObserver, Monitoring::disabled()).await
    }

    /// One store, at a moment, of a POS whose registers sell at every hour that a day has on paper.
    pub async fn open_all_day(branch: Branch, now: &str) -> Self {
        // So much that no hour of the night is without sales.
        let mut pos = pos().with_volume(0.5);
        for branch in &mut pos.branches {
            (branch.opens, branch.closes) = (Time::midnight(), None);
        }
        let branches = vec![branch];
        Self::build_of(branches, TestClock::at(now), settings(), PATIENT, NoopObserver, Monitoring::disabled(), pos)
            .await
    }

    /// With somebody who hears of each job on the database, and can hold it up.
    pub async fn observed(observer: impl StatementObserver) -> Self {
        Self::build(settings(), PATIENT, observer, Monitoring::disabled()).await
    }

    /// With monitoring that reports.
    pub async fn monitored(settings: EngineSettings, monitoring: Monitoring) -> Self {
        Self::build(settings, PATIENT, watcher(&monitoring), monitoring).await
    }

    /// The same, whose engine reaches the POS through something else; gives what that thing gives.
    pub async fn monitored_through<T>(
        settings: EngineSettings,
        monitoring: Monitoring,
        through: impl AsyncFnOnce(String) -> (String, T),
    ) -> (Self, T) {
        let mut world = Self::monitored(EngineSettings { workers: 0, ..settings.clone() }, monitoring).await;
        let (address, given) = through(world.base_url.replace("http://", "")).await;
        world.base_url = format!("http://{address}");
        world.restart(settings).await;
        (world, given)
    }

    /// With an observer that has the test's clock.
    pub async fn observed_by<Observer: StatementObserver>(observer: impl FnOnce(&TestClock) -> Observer) -> Self {
        let clock = TestClock::at(NOON);
        let observer = observer(&clock);
        Self::build_with(clock, settings(), PATIENT, observer, Monitoring::disabled()).await
    }

    async fn build(
        settings: EngineSettings,
        patience: Duration,
        observer: impl StatementObserver,
        monitoring: Monitoring,
    ) -> Self {
        Self::build_with(TestClock::at(NOON), settings, patience, observer, monitoring).await
    }

    async fn build_with(
        clock: TestClock,
        settings: EngineSettings,
        patience: Duration,
        observer: impl StatementObserver,
        monitoring: Monitoring,
    ) -> Self {
        Self::build_of(branches(), clock, settings, patience, observer, monitoring, pos()).await
    }

    async fn build_of(
        branches: Vec<Branch>,
        clock: TestClock,
        settings: EngineSettings,
        patience: Duration,
        observer: impl StatementObserver,
        monitoring: Monitoring,
        pos: SimConfig,
    ) -> Self {
        let time = clock.clone();
        let sim = Sim::new(pos, Arc::new(move || time.time()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(klk_sim::serve(listener, sim.clone(), std::future::pending()));
        let folder = TempDir::new().unwrap();
        let ids = Arc::new(Counter::default());
        let warehouse = open(&folder, observer);
        let beside = warehouse.clone();
        let parts = (&*base_url, &clock, &ids, patience, &monitoring);
        let engine = start(parts, branches.clone(), warehouse, settings).await;
        Self { sim, clock, engine, base_url, folder, ids, patience, monitoring, branches, beside, kept: Vec::new() }
    }

    /// Keeps something alive as long as the world.
    pub fn keep(&mut self, thing: impl Send + Sync + 'static) {
        self.kept.push(Box::new(thing));
    }

    /// Another engine over the same database, as another process has one.
    pub async fn another(&self, settings: EngineSettings) -> Engine {
        let parts = (&*self.base_url, &self.clock, &self.ids, self.patience, &self.monitoring);
        start(parts, self.branches.clone(), open(&self.folder, NoopObserver), settings).await
    }

    /// Ends the engine and starts another one over the same database.
    pub async fn restart(&mut self, settings: EngineSettings) {
        self.engine.shutdown().await;
        let World { base_url, folder, clock, ids, patience, monitoring, branches, .. } = &*self;
        let warehouse = open(folder, watcher(monitoring));
        let beside = warehouse.clone();
        let parts = (&**base_url, clock, ids, *patience, monitoring);
        self.engine = start(parts, branches.clone(), warehouse, settings).await;
        self.beside = beside;
    }

    /// The database itself, after the engine has let go of it.
    pub async fn warehouse(&self) -> Warehouse {
        self.engine.shutdown().await;
        open(&self.folder, NoopObserver)
    }

    /// The runs, once none is queued or in progress any more.
    pub async fn all_ended(&self) -> Vec<RunView> {
        let ended = async {
            loop {
                let runs = self.runs().await;
                if runs.iter().all(|run| run.estado.is_final()) {
                    return runs;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENT, ended).await.unwrap()
    }

    /// Extracts hours of a day and waits; gives the runs.
    pub async fn extract(&self, branch: &str, date: &str, hours: Option<(&str, &str)>) -> Vec<RunView> {
        self.finished(self.ask_for(branch, date, hours).await).await
    }

    /// Extracts a day until it succeeds: a busy machine may be too slow for an impatient client.
    pub async fn extract_in_the_end(&self, branch: &str, date: &str) {
        for _ in 0..20 {
            if self.extract(branch, date, None).await[0].estado == RunState::Succeeded {
                return;
            }
        }
        panic!("the day is never extracted");
    }

    pub async fn ask_for(&self, branch: &str, date: &str, hours: Option<(&str, &str)>) -> BatchId {
        let request = ExtractRequest {
            kind: EtlKind::Sales,
            branches: vec![BranchId::new(branch)],
            date_from: date.parse().unwrap(),
            date_to: date.parse().unwrap(),
            time_from: hours.map(|(from, _)| from.parse().unwrap()),
            time_to: hours.map(|(_, to)| if to == "24:00" { None } else { Some(to.parse::<Time>().unwrap()) }),
        };
        self.engine.extract(&operator(), request).await.unwrap().batch.unwrap()
    }

    pub async fn finished(&self, batch: BatchId) -> Vec<RunView> {
        ended(&self.engine, batch).await;
        self.engine.batch_runs(batch).await.unwrap()
    }

    pub async fn gaps(&self, hours: u32) -> Vec<GapView> {
        let filter = GapFilter { kind: Some(EtlKind::Sales), hours_max: hours, ..GapFilter::default() };
        self.engine.list_gaps(&operator(), filter).await.unwrap().gaps
    }

    pub async fn recover(&self, gap: &GapView) -> RecoverGapAnswer {
        self.engine.recover_gap(&operator(), request_of(gap)).await.unwrap()
    }

    pub async fn runs(&self) -> Vec<RunView> {
        let filter = RunFilter { limit: 100, ..RunFilter::default() };
        self.engine.list_runs(&operator(), filter).await.unwrap().ejecuciones
    }

    /// What is loaded of a store's day.
    pub async fn totals(&self, branch: &str, date: &str) -> SalesTotals {
        totals(&self.warehouse().await, branch, date).await
    }
}

pub async fn totals(warehouse: &Warehouse, branch: &str, date: &str) -> SalesTotals {
    let date: Date = date.parse().unwrap();
    let start: DateTime = date.at(0, 0, 0, 0);
    let day = Interval::new(start, date.tomorrow().unwrap().at(0, 0, 0, 0)).unwrap();
    warehouse.sales_totals(BranchId::new(branch), day).await.unwrap()
}

/// What the store sold on a day, as sums.
pub fn sold(sim: &Sim, code: &str, date: &str) -> SalesTotals {
    let truth = sim.truth(code, date.parse().unwrap(), date.parse().unwrap()).unwrap();
    SalesTotals {
        lines: truth.lines,
        invoices: truth.invoices,
        total_bs: truth.total_bs.normalize(),
        total_usd: truth.total_usd.normalize(),
    }
}

/// Five stores that sell little.
fn pos() -> SimConfig {
    SimConfig::five_stores(7).with_volume(0.05)
}

pub fn operator() -> Actor {
    Actor::operator(ANA)
}

/// The sales of PERIFERICO between two hours of a day.
pub fn hours_of(date: &str, from: &str, to: &str) -> RecoverGapRequest {
    RecoverGapRequest {
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_01"),
        fecha_desde: date.to_owned(),
        fecha_hasta: date.to_owned(),
        hora_desde: Some(from.to_owned()),
        hora_hasta: Some(to.to_owned()),
    }
}

pub fn request_of(gap: &GapView) -> RecoverGapRequest {
    RecoverGapRequest {
        etl_tipo: gap.etl_tipo,
        ubicacion_id: gap.ubicacion_id.clone(),
        fecha_desde: gap.fecha_desde.to_string(),
        fecha_hasta: gap.fecha_hasta.to_string(),
        hora_desde: Some(gap.hora_desde.clone()),
        hora_hasta: Some(gap.hora_hasta.clone()),
    }
}

fn open(folder: &TempDir, observer: impl StatementObserver) -> Warehouse {
    let path = folder.path().join("test.duckdb");
    let file = WarehouseSettings::at(&path);
    let settings = match test_database::address_of(&path) {
        Some(address) => WarehouseSettings { place: Place::Postgres(PostgresSettings { address }), ..file },
        None => file,
    };
    Warehouse::open_observed(&settings, Arc::new(observer)).unwrap()
}

fn watcher(monitoring: &Monitoring) -> StatementWatcher {
    let system = if test_database::is_postgres() {
        monitoring::DatabaseSystem::PostgreSql
    } else {
        monitoring::DatabaseSystem::DuckDb
    };
    StatementWatcher::new(monitoring.clone(), PATIENT).of(system)
}

async fn start(
    (base_url, clock, ids, patience, monitoring): (&str, &TestClock, &Arc<Counter>, Duration, &Monitoring),
    branches: Vec<Branch>,
    warehouse: Warehouse,
    settings: EngineSettings,
) -> Engine {
    let mut config = ClientConfig::new(base_url.parse().unwrap());
    config.retries = 1;
    config.backoff_base = Duration::from_millis(1);
    config.sales_timeout = patience;
    config.articles_timeout = patience;
    config.probe_timeout = patience;
    let parts = EngineParts {
        clock: Arc::new(clock.clone()),
        ids: Arc::clone(ids) as Arc<dyn IdSource>,
        source: Client::new(config, rand::rngs::StdRng::seed_from_u64(1)).unwrap(),
        warehouse,
        monitoring: monitoring.clone(),
        notice_transport: Arc::new(NetworkTransport::new(&settings.notices.channels)),
        branches,
    };
    Engine::start(parts, settings).await.unwrap()
}
