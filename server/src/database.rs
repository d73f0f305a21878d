//! Opening the database.

use std::path::Path;
use std::sync::Arc;

use engine::StatementWatcher;
use monitoring::{DatabaseSystem, Monitoring};
use warehouse::{Access, DatabaseError, LostCommits, Place, Warehouse, WarehouseError, WarehouseSettings};

use crate::failure::Failure;
use crate::host;
use crate::settings::Settings;

/// Opens the database, or says that another process has it. What it is asked is reported. Who only reads, and finds
/// no file, reads an empty database in memory: nothing is loaded yet, and nothing is written to say so.
pub fn open(settings: &Settings, monitoring: &Monitoring, access: Access) -> Result<Warehouse, Failure> {
    let is_absent = access == Access::ReadOnly && !settings.has_database();
    if is_absent {
        let path = settings.database.display();
        tracing::warn!("la base de datos {path} no existe todavía; si está en otro lugar, dígalo con KLK_DATABASE");
    }
    let limits = &settings.database_limits;
    let warehouse_settings = WarehouseSettings {
        place: if is_absent { Place::Memory } else { settings.place() },
        readers: limits.readers,
        writes_waiting_max: limits.writes_waiting_max,
        writes_together_max: limits.writes_together_max,
        log_bytes_max: limits.log_bytes_max,
        memory_max: Some(limits.memory_max.clone().unwrap_or_else(|| default_memory(host::memory_bytes()))),
        threads: limits.threads,
        access,
    };
    let system = match &warehouse_settings.place {
        Place::Postgres(_) => DatabaseSystem::PostgreSql,
        Place::File(_) | Place::Memory => DatabaseSystem::DuckDb,
    };
    let watcher = StatementWatcher::new(monitoring.clone(), settings.sentry.slow_query_limit);
    let observer = Arc::new(watcher.of(system));
    let warehouse =
        Warehouse::open_observed(&warehouse_settings, observer).map_err(|error| failure(&settings.database, error))?;
    if let Some(lost) = warehouse.lost_commits() {
        tracing::error!("{}", lost_work(&settings.database, lost));
    }
    Ok(warehouse)
}

/// Refuses a database that opening it to write would make, or bring up to date.
pub async fn require(settings: &Settings, monitoring: &Monitoring) -> Result<(), Failure> {
    if !settings.has_database() {
        return Err(Failure::Usage(format!(
            "la base de datos {} no existe todavía: la crea klk serve o klk etl; si está en otro lugar, dígalo con \
             KLK_DATABASE",
            settings.database.display()
        )));
    }
    open(settings, monitoring, Access::ReadOnly)?.close().await;
    Ok(())
}

/// What is missing of a database that was cut off or replaced, for people.
pub fn lost_work(database: &Path, lost: LostCommits) -> String {
    let path = database.display();
    let happened = match lost {
        LostCommits::LogIsShort { found_bytes, committed_bytes } => format!(
            "su registro ({path}.wal) tiene {found_bytes} bytes y tenía {committed_bytes} cuando se guardó lo último"
        ),
        LostCommits::FileIsOld => {
            "el archivo es anterior a lo último que se guardó: se puso otro en su lugar".to_owned()
        }
    };
    format!(
        "la base de datos {path} perdió trabajo que ya estaba guardado: {happened}. Las medias horas perdidas vuelven a ser \
         pendientes; las decisiones, no: compare con la última copia, en KLK_RESPALDO_CARPETA"
    )
}

/// The most that DuckDB takes where nobody says how much: it would take 80 % of the machine.
const MEMORY_DEFAULT_BYTES: u64 = 1 << 30;

/// Half of the machine's memory, and no more than [`MEMORY_DEFAULT_BYTES`], in DuckDB's notation.
fn default_memory(machine_bytes: Option<u64>) -> String {
    let bytes = machine_bytes.map_or(MEMORY_DEFAULT_BYTES, |bytes| (bytes / 2).min(MEMORY_DEFAULT_BYTES));
    format!("{}MiB", (bytes >> 20).max(1))
}

/// What is said of a database that does not open.
pub fn failure(path: &Path, error: WarehouseError) -> Failure {
    let path = path.display();
    match error {
        WarehouseError::InUse { .. } => Failure::DatabaseInUse { path: path.to_string() },
        WarehouseError::CannotOpen { detail, .. } => Failure::Usage(format!(
            "la base de datos {path} no se puede abrir: {detail}\nSi el archivo o su registro (.wal) se dañó, no borre \
                 ninguno: klk restaurar pone en su lugar la última copia y conserva los dañados"
        )),
        WarehouseError::CannotConnect { detail, .. } => {
            Failure::DatabaseUnreachable { place: path.to_string(), detail }
        }
        // A server that has no room for one more has it later.
        WarehouseError::Statement(error) | WarehouseError::Away(error) if error.is_away() => {
            Failure::DatabaseUnreachable { place: path.to_string(), detail: error.to_string() }
        }
        WarehouseError::Refused { detail, .. } => refused(&path.to_string(), &detail),
        WarehouseError::Statement(error @ DatabaseError::Postgres { .. }) => {
            refused(&path.to_string(), &error.to_string())
        }
        WarehouseError::TooNew { found, known } => Failure::Usage(format!(
            "la base de datos {path} es de una versión posterior (esquema {found}; esta conoce hasta {known}): instale la nueva"
        )),
        WarehouseError::TooOld { found, known } => Failure::Usage(format!(
            "la base de datos {path} es de una versión anterior (esquema {found}; esta necesita {known}): arranque \
             klk serve, que la pone al día; de un archivo deja antes una copia al lado, .esquema-{found}"
        )),
        WarehouseError::HalfMoved => Failure::Usage(format!(
            "a la base de datos {path} le falta una parte: una mudanza no terminó. Repita klk migrar, que sigue donde quedó"
        )),
        WarehouseError::NotCopied { found, detail } => Failure::Usage(format!(
            "la base de datos {path} es de una versión anterior (esquema {found}) y no se pudo copiar antes de ponerla al día, así \
             que se dejó como está: {detail}"
        )),
        error => Failure::Unexpected(anyhow::Error::new(error).context(format!("la base de datos {path} no abre"))),
    }
}

fn refused(place: &str, detail: &str) -> Failure {
    Failure::Usage(format!(
        "la base de datos {place} responde, y no deja hacer lo que hace falta: {detail}\nEl usuario tiene que ser el dueño de una \
         base de datos UTF8, vacía o de klk: vea docs/how-to/postgresql.md"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_takes_half_of_a_small_machine_and_a_gibibyte_at_most() {
        let defaults = [Some(1 << 30), Some(64 << 30), None].map(default_memory);
        assert_eq!(defaults, ["512MiB", "1024MiB", "1024MiB"]);
    }
}
