//! An engine over a database of its own.

use std::sync::Arc;
use std::time::Duration;

use domain::{Branch, BranchCode, BranchId, Calendar, EtlKind, RunState};
use engine::{Actor, Engine, EngineParts, EngineSettings, ExtractRequest};
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use klk::{Client, ClientConfig};
use monitoring::Monitoring;
use rand::SeedableRng;
use tempfile::TempDir;
use warehouse::{Warehouse, WarehouseSettings};

use crate::test_clock::{Counter, TestClock};

/// What is measured.
pub struct Subject {
    engine: Engine,
    _folder: TempDir,
}

impl Subject {
    /// With or without monitoring; the rest is the same.
    pub async fn new(pos: &str, clock: &TestClock, monitoring: Monitoring) -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = ClientConfig::new(pos.parse().unwrap());
        config.sales_timeout = Duration::from_secs(60);
        let zone = TimeZone::fixed(Offset::constant(-4));
        let parts = EngineParts {
            clock: Arc::new(clock.clone()),
            ids: Arc::new(Counter::default()),
            source: Client::new(config, rand::rngs::StdRng::seed_from_u64(1)).unwrap(),
            warehouse: Warehouse::open(&WarehouseSettings::at(folder.path().join("bench.duckdb"))).unwrap(),
            monitoring,
            notice_transport: Arc::new(notices::NetworkTransport::default()),
            branches: vec![Branch {
                id: BranchId::new("tienda_01"),
                code: BranchCode::new("SUC001"),
                name: "PERIFERICO".to_owned(),
                zone: zone.into(),
                calendar: Calendar::every_day("07:00-21:00".parse().unwrap()),
                calendar_counts_from: None,
                warehouses: Vec::new(),
            }],
        };
        let settings = EngineSettings { scheduler: false, ..EngineSettings::default() };
        Self { engine: Engine::start(parts, settings).await.unwrap(), _folder: folder }
    }

    /// Extracts a window, from asking to the end of its run.
    pub async fn extract(&self, day: Date, hours: Option<(Time, Time)>) {
        let request = ExtractRequest {
            kind: EtlKind::Sales,
            branches: Vec::new(),
            date_from: day,
            date_to: day,
            time_from: hours.map(|(from, _)| from),
            time_to: hours.map(|(_, to)| Some(to)),
        };
        let mut events = self.engine.events();
        let batch = self.engine.extract(&Actor::operator("bench"), request).await.unwrap().batch.unwrap();
        while self.engine.batch(batch).await.unwrap().terminado_en.is_none() {
            // An end may be stored after its event was heard; whether one was heard or missed is the same.
            let _: Result<_, _> = tokio::time::timeout(Duration::from_secs(1), events.recv()).await;
        }
        let runs = self.engine.batch_runs(batch).await.unwrap();
        assert!(runs.iter().all(|run| run.estado == RunState::Succeeded));
    }

    /// Ends it.
    pub async fn end(self) {
        self.engine.shutdown().await;
    }
}
