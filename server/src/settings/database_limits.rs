//! What the database may use.

use std::time::Duration;

use super::source::Source;
use super::{count, seconds, size, variables};

/// What the database may use.
#[derive(Clone, Debug)]
pub struct DatabaseLimits {
    /// Connections that read.
    pub readers: usize,
    /// Writes that may wait.
    pub writes_waiting_max: usize,
    /// Writes of runs in one transaction.
    pub writes_together_max: usize,
    /// Of the log, before it is merged.
    pub log_bytes_max: u64,
    /// Memory, in DuckDB's notation.
    pub memory_max: Option<String>,
    /// Threads; None leaves it to DuckDB.
    pub threads: Option<u32>,
    /// With fewer bytes free on the disk of the file the server is not ready; 0 is never so.
    pub free_bytes_min: u64,
    /// With a write that takes longer the server is not ready.
    pub write_limit: Duration,
}

impl DatabaseLimits {
    pub(super) fn read(source: &mut Source) -> Self {
        use variables::{
            DATABASE_FREE_BYTES_MIN, DATABASE_LOG_BYTES_MAX, DATABASE_MEMORY_MAX, DATABASE_THREADS,
            DATABASE_WRITE_SECONDS_MAX, READERS, WRITES_TOGETHER_MAX, WRITES_WAITING_MAX,
        };
        let memory_max = source.optional_text(&DATABASE_MEMORY_MAX);
        if let Some(text) = memory_max.as_deref().filter(|text| !is_memory(text)) {
            source.add_problem(
                &DATABASE_MEMORY_MAX,
                &format!("'{text}' no es una cantidad de memoria; escriba 2GB, o 512MiB"),
            );
        }
        Self {
            readers: size(source, &READERS),
            writes_waiting_max: size(source, &WRITES_WAITING_MAX),
            writes_together_max: size(source, &WRITES_TOGETHER_MAX),
            log_bytes_max: source.number(&DATABASE_LOG_BYTES_MAX),
            memory_max,
            threads: Some(count(source, &DATABASE_THREADS)).filter(|threads| *threads > 0),
            free_bytes_min: source.number(&DATABASE_FREE_BYTES_MIN),
            write_limit: seconds(source, &DATABASE_WRITE_SECONDS_MAX),
        }
    }
}

/// Whether DuckDB reads this as memory: a number with a unit.
fn is_memory(text: &str) -> bool {
    const UNITS: [&str; 9] = ["b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib"];
    let unit_at = text.find(|character: char| character != '.' && !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    number.parse::<f64>().is_ok_and(|number| number > 0.0) && UNITS.contains(&unit.trim().to_lowercase().as_str())
}
