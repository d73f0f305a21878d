//! How the database is opened.

use std::path::{Path, PathBuf};

use crate::PostgresSettings;

/// What may be done with the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// It is made where it is not there, and its schema is brought up to date.
    #[default]
    ReadAndWrite,
    /// Nothing is changed, neither the file nor its log: it has to be there, with the schema of this program.
    ReadOnly,
}

/// Where the database is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nowhere but in memory, for tests.
    #[default]
    Memory,
    /// In a file of this process; folders above it are made.
    File(PathBuf),
    /// On a server that processes share.
    Postgres(PostgresSettings),
}

impl Place {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        if let Self::File(path) = self { Some(path) } else { None }
    }
}

/// Where the database is and what it may use.
#[derive(Clone, Debug)]
pub struct WarehouseSettings {
    /// Where it is.
    pub place: Place,
    /// Connections that read, and so questions that are answered at the same time.
    pub readers: usize,
    /// Writes that may wait for the writer; further ones wait to be taken.
    pub writes_waiting_max: usize,
    /// Writes of runs that share a transaction where they wait at the same time; 1 for none.
    pub writes_together_max: usize,
    /// Bytes of the log after which a commit merges it into the file. Merging packs the last rows of every table anew, however
    /// few are new; a start after the process was killed reads the log.
    pub log_bytes_max: u64,
    /// Memory DuckDB may use, in its own notation, as `1GB`. None leaves it to DuckDB (80 % of the machine's).
    pub memory_max: Option<String>,
    /// Threads DuckDB may use. None leaves it to DuckDB (one a core).
    pub threads: Option<u32>,
    /// What may be done with it.
    pub access: Access,
}

impl Default for WarehouseSettings {
    fn default() -> Self {
        Self {
            place: Place::default(),
            readers: 4,
            writes_waiting_max: 256,
            writes_together_max: 32,
            log_bytes_max: 64 << 20,
            memory_max: None,
            threads: None,
            access: Access::default(),
        }
    }
}

impl WarehouseSettings {
    /// The defaults over a file.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { place: Place::File(path.into()), ..Self::default() }
    }
}
