//! Copies of the database file that are known to be good, and putting one back.
//!
//! A copy is made while nothing is written: the writer's thread merges the log, reads what the database has, and copies the file.
//! The copy is then opened, read whole and compared, and only then gets its name. Readers are not held up.

pub(crate) mod contents;
pub(crate) mod files;
mod restore;

use std::path::{Path, PathBuf};
use std::time::Duration;

use duckdb::Config;

use crate::database::Connection;
use crate::error::is_damage;
use crate::open_files::OpenFile;
use crate::{DatabaseError, WarehouseError};

pub use contents::Contents;
pub use restore::{Restored, restore};

/// Why there is no copy, or why one was not put back. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A copy never replaces a file.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The disk would be full, and the database with it.
    #[error("{folder} has {free} bytes left, and the copy needs {needed}")]
    NoRoom {
        /// Where the copy would be.
        folder: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// A file cannot be read, written or renamed.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The copy was read, and is not what was copied.
    #[error("the copy of {path} differs from it: {difference}")]
    Differs {
        /// What was copied.
        path: PathBuf,
        /// The first difference.
        difference: String,
    },
    /// A database cannot be put in its own place.
    #[error("{0} is the database itself")]
    Same(PathBuf),
    /// There is nothing of ours in the file.
    #[error("{0} is not a database of klk")]
    Foreign(PathBuf),
    /// There is no copy where one should be.
    #[error("{0} does not exist")]
    Missing(PathBuf),
    /// The file is damaged, or none that DuckDB reads.
    #[error("{path} cannot be read: {detail}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What DuckDB says.
        detail: String,
    },
    /// PostgreSQL copies its databases itself.
    #[error("a database on a server is copied by the server's own tools")]
    OnServer,
    /// A database in memory has no file.
    #[error("a database in memory cannot be copied")]
    InMemory,
    /// The database, or the copy that was opened, refused.
    #[error(transparent)]
    Database(#[from] WarehouseError),
}

impl BackupError {
    /// The same, but that a damaged block is one of this file.
    pub(crate) fn naming_damaged(self, path: &Path) -> Self {
        match self {
            Self::Database(error) if is_damage(&error.to_string()) => {
                Self::Unreadable { path: path.to_owned(), detail: error.to_string() }
            }
            other => other,
        }
    }
}

impl From<DatabaseError> for BackupError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error.into())
    }
}

impl From<duckdb::Error> for BackupError {
    fn from(error: duckdb::Error) -> Self {
        Self::Database(error.into())
    }
}

type Result<T> = std::result::Result<T, BackupError>;

/// A copy that was made.
#[derive(Clone, Debug)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What is in it.
    pub contents: Contents,
    /// How long nothing was written meanwhile.
    pub held: Duration,
}

/// Copies a database that an earlier version of this program wrote, before its schema is changed. The copy of an earlier
/// attempt is replaced.
pub(crate) fn before_migration(connection: &Connection, file: &OpenFile, found: i32) -> Result<PathBuf> {
    let target = files::with_suffix(file.path(), &format!(".esquema-{found}"));
    let draft = files::Draft::beside(&target);
    let contents = copy(connection, file, true, &draft, &|| ())?;
    check(&draft, &contents, file.path())?;
    draft.keep_as(&target)?;
    Ok(target)
}

/// Copies the file and its log while nobody writes, and says what was in them. `step` is called after each piece.
pub(crate) fn copy(
    connection: &Connection,
    file: &OpenFile,
    merges_log: bool,
    draft: &files::Draft,
    step: &dyn Fn(),
) -> Result<Contents> {
    if merges_log && let Err(error) = connection.execute_batch("CHECKPOINT") {
        // The log is copied as well, so nothing is missing without it.
        tracing::warn!(%error, "no checkpoint before the copy");
    }
    step();
    let contents = Contents::of(connection)?;
    step();
    draft.fill(file, step)?;
    Ok(contents)
}

/// Opens the copy as any process would, which merges its log, and reads every row of it.
pub(crate) fn check(draft: &files::Draft, contents: &Contents, original: &Path) -> Result<()> {
    let connection = open(draft.path(), duckdb::AccessMode::ReadWrite)?;
    if let Some(difference) = contents.difference(&Contents::of(&connection)?) {
        return Err(BackupError::Differs { path: original.to_owned(), difference });
    }
    contents::fingerprint(&connection)?;
    Ok(connection.execute_batch("CHECKPOINT")?)
}

/// A file that is not the database of this process.
fn open(path: &Path, mode: duckdb::AccessMode) -> Result<Connection> {
    let cannot = |error: duckdb::Error| {
        BackupError::Database(WarehouseError::CannotOpen { path: path.to_owned(), detail: error.to_string() })
    };
    // One thread: whoever works with the database meanwhile has the others.
    let config = Config::default().with("autoinstall_known_extensions", "false")?.threads(1)?.access_mode(mode)?;
    let connection: Connection = duckdb::Connection::open_with_flags(path, config).map_err(cannot)?.into();
    connection.execute_batch(
        "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL enable_external_access = false; SET GLOBAL lock_configuration = true",
    )?;
    Ok(connection)
}
