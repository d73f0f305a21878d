//! Opening the database, and noticing when it is slow.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use warehouse::{StatementObserver, Warehouse, WarehouseError, WarehouseSettings};

use crate::failure::Failure;
use crate::settings::Settings;

/// Opens the database, or says that another process has it.
pub fn open(settings: &Settings) -> Result<Warehouse, Failure> {
    let limits = &settings.database_limits;
    let warehouse_settings = WarehouseSettings {
        path: Some(settings.database.clone()),
        readers: limits.readers,
        writes_waiting_max: limits.writes_waiting_max,
        memory_max: limits.memory_max.clone(),
        threads: limits.threads,
    };
    let observer = Arc::new(SlowJobs { limit: settings.sentry.slow_query_limit });
    Warehouse::open_observed(&warehouse_settings, observer).map_err(|error| failure(&settings.database, error))
}

fn failure(path: &Path, error: WarehouseError) -> Failure {
    let path = path.display();
    match error {
        WarehouseError::InUse { .. } => Failure::DatabaseInUse { path: path.to_string() },
        WarehouseError::CannotOpen { detail, .. } => {
            Failure::Usage(format!("la base de datos {path} no se puede abrir: {detail}"))
        }
        WarehouseError::TooNew { found, known } => Failure::Usage(format!(
            "la base de datos {path} es de una versión posterior (esquema {found}; esta conoce hasta {known}): instale la nueva"
        )),
        error => Failure::Unexpected(anyhow::Error::new(error).context(format!("la base de datos {path} no abre"))),
    }
}

/// Writes jobs that take long into the log; the line reaches Sentry by itself.
struct SlowJobs {
    limit: Duration,
}

impl StatementObserver for SlowJobs {
    fn on_job(&self, name: &'static str, elapsed: Duration, failed: bool) {
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        if elapsed >= self.limit {
            tracing::warn!(job = name, milliseconds, failed, "a job on the database took long");
        } else {
            tracing::debug!(job = name, milliseconds, failed, "job on the database");
        }
    }
}
