//! What can go wrong with the database.

use std::path::PathBuf;

use domain::ErrorClass;

use crate::database::DatabaseError;
use crate::lines_elsewhere::LinesElsewhere;

/// Why the database did not do what it was asked to. Nothing of a write that failed is kept.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// Another process has the file.
    #[error("the database {path} is in use by another process: {detail}")]
    InUse {
        /// The file.
        path: PathBuf,
        /// What DuckDB says of the other process.
        detail: String,
    },
    /// The file or its folder cannot be made or opened.
    #[error("the database {path} cannot be opened: {detail}")]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The server cannot be reached, or lets nobody of this name in.
    #[error("the database {server} cannot be reached: {detail}")]
    CannotConnect {
        /// Where it is, without a password.
        server: String,
        /// Why.
        detail: String,
    },
    /// The file was written by a later version of this program.
    #[error("the database has schema version {found}, this program knows up to {known}: install the newer version")]
    TooNew {
        /// Of the file.
        found: i32,
        /// Of the program.
        known: i32,
    },
    /// The file has an earlier schema, and may only be read.
    #[error("the database has schema version {found}, this program needs {known}: open it for writing first")]
    TooOld {
        /// Of the file.
        found: i32,
        /// Of the program.
        known: i32,
    },
    /// The file has an earlier schema, and could not be copied before it would have been changed.
    #[error(
        "the database has schema version {found} and could not be copied before it is brought up to date: {detail}"
    )]
    NotCopied {
        /// Of the file.
        found: i32,
        /// Why not.
        detail: String,
    },
    /// A move to this database was begun and has not ended: what is in it is a part of another one.
    #[error("the database is half moved: end the move first")]
    HalfMoved,
    /// A migration that has been applied is not the one this program has.
    #[error(
        "migration {version} of the database differs from this program's: it was changed after it had been applied"
    )]
    MigrationChanged {
        /// Which one.
        version: i32,
    },
    /// A number that does not fit into its column.
    #[error("{column} of {place}: {value} does not fit into DECIMAL(18,6)")]
    OutOfRange {
        /// The row: an invoice and its line, as `C10-01-00008064/1`, or an article.
        place: String,
        /// The column.
        column: &'static str,
        /// The number.
        value: String,
    },
    /// A stored text that names nothing this program knows.
    #[error("{column}: {detail}")]
    Unreadable {
        /// The column.
        column: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Lines of the window are loaded in half hours of other days.
    #[error("{} lines are loaded elsewhere, the first of them {}/{} at {}", .0.lines, .0.invoice, .0.line, .0.half_hour)]
    LinesElsewhere(LinesElsewhere),
    /// The run is not in the state that the change needs; somebody else changed it first.
    #[error("run {run} is not in progress")]
    NotRunning {
        /// The run.
        run: domain::RunId,
    },
    /// The server answered, and lets nobody of this name in, or has no such database.
    #[error("the database {server} refuses: {detail}")]
    Refused {
        /// Where it is, without a password.
        server: String,
        /// Why.
        detail: String,
    },
    /// A statement failed.
    #[error(transparent)]
    Statement(#[from] DatabaseError),
    /// The server does not answer; nothing was done, and may be done later.
    #[error("the database does not answer: {0}")]
    Away(DatabaseError),
    /// A block of the file is not what was written: what is in it cannot be read, and the rest can.
    #[error("the database file is damaged: {0}")]
    Damaged(String),
    /// DuckDB gave up the file after an error of its own; it has to be opened anew.
    #[error("the database does not work any more until it is opened anew: {0}")]
    Broken(String),
    /// A job on the database panicked; its transaction was rolled back.
    #[error("a job on the database panicked")]
    Panicked,
    /// The database is being closed.
    #[error("the database is closed")]
    Closed,
}

/// Of a file that is not the warehouse's: a copy, or a table of another program.
impl From<duckdb::Error> for WarehouseError {
    fn from(error: duckdb::Error) -> Self {
        Self::Statement(error.into())
    }
}

impl WarehouseError {
    /// The class that a run which fails of it is stored under.
    pub const fn class(&self) -> ErrorClass {
        match self {
            // The number came from the source.
            Self::OutOfRange { .. } | Self::LinesElsewhere(_) => ErrorClass::InvalidData,
            _ => ErrorClass::DatabaseError,
        }
    }
}

/// Whether this is what DuckDB says of a block whose sum is another one.
pub(crate) fn is_damage(said: &str) -> bool {
    ["Corrupt database file", "does not match stored checksum"].iter().any(|part| said.contains(part))
}
