//! What the database may use.

use super::source::Source;
use super::{count, size, variables};

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
}

impl DatabaseLimits {
    pub(super) fn read(source: &mut Source) -> Self {
        use variables::{
            DATABASE_FREE_BYTES_MIN, DATABASE_LOG_BYTES_MAX, DATABASE_MEMORY_MAX, DATABASE_THREADS, READERS,
            WRITES_TOGETHER_MAX, WRITES_WAITING_MAX,
        };
        Self {
            readers: size(source, &READERS),
            writes_waiting_max: size(source, &WRITES_WAITING_MAX),
            writes_together_max: size(source, &WRITES_TOGETHER_MAX),
            log_bytes_max: source.number(&DATABASE_LOG_BYTES_MAX),
            memory_max: source.optional_text(&DATABASE_MEMORY_MAX),
            threads: Some(count(source, &DATABASE_THREADS)).filter(|threads| *threads > 0),
            free_bytes_min: source.number(&DATABASE_FREE_BYTES_MIN),
        }
    }
}
