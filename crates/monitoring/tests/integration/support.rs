//! What the tests start with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::window::LocalPeriod;
use domain::{BranchId, EtlKind, RunId, RunMode};
use jiff::Timestamp;
use jiff::civil::{date, time};
use monitoring::{
    Answer, EtlMonitor, EtlRunInfo, Measurements, Monitoring, MonitoringSettings, Started, WallClock, init,
};
use serde_json::Value;
use uuid::Uuid;

use crate::fake_sentry::FakeSentry;

/// A clock that starts at a fixed time and then goes on.
pub fn clock() -> WallClock {
    let (start, base) = (Timestamp::from_second(1_763_377_200).unwrap(), Instant::now());
    Arc::new(move || start + base.elapsed())
}

pub fn settings(server: &FakeSentry) -> MonitoringSettings {
    MonitoringSettings {
        dsn: Some(server.dsn()),
        environment: "test".to_owned(),
        traces_sample_rate: Some(1.0),
        retry_delay_min: Duration::from_millis(100),
        retry_delay_max: Duration::from_millis(400),
        known_secrets: vec!["clave-klk-9f8e7d".to_owned()],
        private_headers: vec!["x-klk-sesion".to_owned(), "x-klk-csrf".to_owned()],
        ..MonitoringSettings::new("klk-tracking@0.1.0", clock())
    }
}

pub fn start(server: &FakeSentry) -> Started {
    init(settings(server))
}

pub fn info(branch: &str, mode: RunMode) -> EtlRunInfo {
    EtlRunInfo {
        run: RunId(Uuid::from_u128(7)),
        kind: EtlKind::Sales,
        mode,
        branch: BranchId::new(branch),
        period: LocalPeriod {
            date_from: date(2025, 11, 17),
            time_from: time(9, 30, 0, 0),
            date_to: date(2025, 11, 17),
            time_to: Some(time(10, 0, 0, 0)),
        },
        attempt: 2,
        etl_version: "2.0".to_owned(),
        caused_by: None,
        trace_id: None,
        check_in: None,
    }
}

pub fn sales() -> Measurements {
    Measurements::Sales { lines_extracted: 132, lines_loaded: 130, invoices: 41, total_usd: "1234.56".parse().unwrap() }
}

/// The reference code of every request.
pub fn reference_code() -> String {
    "K7Q2M9XN".to_owned()
}

/// The level of an event; the SDK leaves the usual one out.
pub fn level(event: &Value) -> &str {
    event.get("level").map_or("error", |level| level.as_str().unwrap())
}

/// When an item says it ended.
pub fn ended_at(item: &Value) -> Timestamp {
    match &item["timestamp"] {
        Value::String(text) => text.parse().unwrap(),
        number => Timestamp::from_millisecond((number.as_f64().unwrap() * 1000.0) as i64).unwrap(),
    }
}

/// The steps of a run that goes well; the number of rows is its result.
pub async fn run_steps(monitoring: &Monitoring, monitor: &EtlMonitor) -> Result<u64, &'static str> {
    let lines = monitor
        .extract(|step| async move {
            let request = step.request("POST", "/v1/ventas?correo=ana@example.com");
            request.answered(Answer { status: 200, lines: Some(132), bytes: 45_000 });
            Ok::<_, &'static str>(132)
        })
        .await?;
    let rows = monitor
        .transform(|step| async move {
            step.rows(lines, lines - 2);
            Ok::<_, &'static str>(lines - 2)
        })
        .await?;
    monitor
        .load(|step| async move {
            monitoring.query("reemplazar_ventana").finish(Duration::from_millis(3));
            step.rows_replaced(3, rows);
            step.committed();
            Ok(rows)
        })
        .await
}
