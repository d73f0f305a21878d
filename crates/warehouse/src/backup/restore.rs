//! Putting a copy back.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use duckdb::AccessMode;

use super::contents::{self, Contents};
use super::{BackupError, Result, files, open};
use crate::WarehouseError;
use crate::access;
use crate::audit_entry::AuditEntry;
use crate::database::{Connection, params};
use crate::instants::micros;
use crate::migrations;
use crate::open_files::OpenFile;

/// What belongs to a database and stands beside it: its log, and the mark of how far its commits came.
const BESIDE: [&str; 2] = [files::LOG, ".marca"];

/// A copy that was put back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What the database has now.
    pub contents: Contents,
    /// The database that was there before, with its log beside it; None where there was none.
    pub set_aside: Option<PathBuf>,
}

/// Puts a copy in the place of the database, which is kept under the name with this suffix. The copy is read whole before, and
/// what was put back after it. Everybody has to sign in again: sessions that had ended since the copy would be open in it.
///
/// # Errors
///
/// [`WarehouseError::InUse`] where a process has the database; then, and wherever the copy is not good, nothing has changed.
pub fn restore(copy: &Path, database: &Path, suffix: &str, audit: &AuditEntry) -> Result<Restored> {
    if copy.canonicalize().is_ok_and(|copy| database.canonicalize().is_ok_and(|database| copy == database)) {
        return Err(BackupError::Same(copy.to_owned()));
    }
    if !copy.is_file() {
        return Err(BackupError::Missing(copy.to_owned()));
    }
    let _ours = OpenFile::take(database)?;
    let lock = lock(database)?;
    let (found, prints) = read(copy).map_err(|error| match error {
        BackupError::Database(error) if !matches!(error, WarehouseError::TooNew { .. }) => {
            BackupError::Unreadable { path: copy.to_owned(), detail: error.to_string() }
        }
        other => other,
    })?;
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(files::of(folder))?;
    }
    let draft = files::Draft::beside(database);
    draft.fill_from_closed(copy)?;
    let connection = open(draft.path(), AccessMode::ReadWrite)?;
    let differs = |difference| BackupError::Differs { path: copy.to_owned(), difference };
    found.difference(&Contents::of(&connection)?).map_or(Ok(()), |difference| Err(differs(difference)))?;
    if contents::fingerprint(&connection)? != prints {
        return Err(differs("a value is another one".to_owned()));
    }
    if found.has("sesiones") {
        sign_everybody_out(&connection, audit)?;
    }
    let contents = Contents::of(&connection)?;
    connection.execute_batch("CHECKPOINT")?;
    drop(connection);

    let set_aside = lock.as_ref().map(|_| set_aside(database, suffix)).transpose()?;
    draft.keep_as(database)?;
    let (placed, _) = read(database)?;
    contents.difference(&placed).map_or(Ok(()), |difference| Err(differs(difference)))?;
    Ok(Restored { contents, set_aside })
}

/// What is in a database that nobody has open, all of which is read.
fn read(path: &Path) -> Result<(Contents, std::collections::BTreeMap<String, String>)> {
    let connection = open(path, AccessMode::ReadOnly)?;
    let contents = Contents::of(&connection)?;
    if !contents.is_ours() {
        return Err(BackupError::Foreign(path.to_owned()));
    }
    migrations::require_known(&connection)?;
    let prints = contents::fingerprint(&connection)?;
    Ok((contents, prints))
}

fn sign_everybody_out(connection: &Connection, audit: &AuditEntry) -> Result<()> {
    connection.execute(
        "UPDATE sesiones SET terminada_en = make_timestamptz(?::BIGINT), terminada_por = ? WHERE terminada_en IS NULL",
        params![micros(audit.at), audit.actor],
    )?;
    // A copy of an earlier schema has no chain to add to yet.
    match migrations::require_schema(connection) {
        Ok(()) => Ok(access::record(connection, audit)?),
        Err(_) => Ok(()),
    }
}

/// Keeps every other process out until it is dropped, as DuckDB itself does. None where there is no file.
fn lock(database: &Path) -> Result<Option<File>> {
    if !database.exists() {
        return Ok(None);
    }
    let file = OpenOptions::new().read(true).write(true).open(database).map_err(files::of(database))?;
    if is_locked_by_another(&file) {
        let detail = "another process has a lock on it".to_owned();
        return Err(WarehouseError::InUse { path: database.to_owned(), detail }.into());
    }
    Ok(Some(file))
}

#[cfg(unix)]
fn is_locked_by_another(file: &File) -> bool {
    rustix::fs::fcntl_lock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err()
}

#[cfg(not(unix))]
fn is_locked_by_another(_file: &File) -> bool {
    false
}

/// Gives the file a second name, so that there is no moment without a database, and what stands beside it the names that belong to
/// that: beside another file its log would be replayed into that one.
fn set_aside(database: &Path, suffix: &str) -> Result<PathBuf> {
    let aside = files::with_suffix(database, suffix);
    if aside.exists() {
        return Err(BackupError::Exists(aside));
    }
    std::fs::hard_link(database, &aside).or_else(|_| std::fs::rename(database, &aside)).map_err(files::of(&aside))?;
    for suffix in BESIDE {
        let companion = files::with_suffix(database, suffix);
        if companion.exists() {
            std::fs::rename(&companion, files::with_suffix(&aside, suffix)).map_err(files::of(&companion))?;
        }
    }
    files::sync_folder(database);
    Ok(aside)
}
