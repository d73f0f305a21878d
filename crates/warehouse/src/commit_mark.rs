//! How far commits came, kept beside the database: a log that is cut off or gone is replayed by DuckDB as far as it goes, without
//! a word. `NAME.marca` says how long the log was after the last commit, and for which checkpoint.
//!
//! It is written after a commit and before the commit is acknowledged, without waiting for the disk. A process that is killed leaves it
//! whole; a machine that loses its power may leave an older one, which claims less. It never claims what was not committed.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where DuckDB's two headers have the number of their checkpoint; the higher one counts.
const CHECKPOINT_PLACES: [u64; 2] = [4096 + 8, 2 * 4096 + 8];

const FORMAT: &str = "klk-marca-1";

/// How far commits came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    /// DuckDB's number of the last checkpoint.
    checkpoint: u64,
    /// Length of the log since then.
    log_bytes: u64,
}

/// Committed work that is not in the file any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostCommits {
    /// The log ends before the last commit.
    LogIsShort {
        /// What it has.
        found_bytes: u64,
        /// What it had after the last commit.
        committed_bytes: u64,
    },
    /// The file is older than the last commit: another one was put in its place, or it is gone.
    FileIsOld,
}

/// The mark of an open file.
#[derive(Debug)]
pub(crate) struct CommitMark {
    database: PathBuf,
    /// The database, to read its headers. Closing any handle of a file gives up the process's locks on it, so this one is open
    /// for as long as DuckDB's are.
    headers: OnceLock<File>,
    file: Mutex<Option<File>>,
}

impl CommitMark {
    /// Of a file that is not open yet.
    pub(crate) fn before_opening(database: &Path) -> Self {
        let mark = Self { database: database.to_owned(), headers: OnceLock::new(), file: Mutex::new(None) };
        mark.open_headers();
        mark
    }

    /// What was committed and is missing; asked before DuckDB opens the file and goes on with its log.
    pub(crate) fn lost(&self) -> Option<LostCommits> {
        let committed = read_mark(&self.mark_path())?;
        let Some(found) = self.reached() else { return Some(LostCommits::FileIsOld) };
        if found.checkpoint < committed.checkpoint {
            return Some(LostCommits::FileIsOld);
        }
        // A later checkpoint has merged the log.
        let is_short = found.checkpoint == committed.checkpoint && found.log_bytes < committed.log_bytes;
        is_short
            .then_some(LostCommits::LogIsShort { found_bytes: found.log_bytes, committed_bytes: committed.log_bytes })
    }

    /// Keeps how far commits have come by now. What prevents it is logged once; the commit stands.
    pub(crate) fn write(&self) {
        self.open_headers();
        let Some(reached) = self.reached() else { return };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.write_to(&mut file, reached) {
            static IS_TOLD: std::sync::Once = std::sync::Once::new();
            IS_TOLD.call_once(|| tracing::warn!(%error, "how far commits came cannot be kept beside the database"));
        }
    }

    /// Whether the open file is not the one at its path any more: somebody deleted it, or put another one there.
    pub(crate) fn is_replaced(&self) -> bool {
        let Some(open) = self.headers.get() else { return false };
        match std::fs::metadata(&self.database) {
            Ok(there) => open.metadata().is_ok_and(|open| !is_same_file(&open, &there)),
            Err(error) => error.kind() == ErrorKind::NotFound,
        }
    }

    fn write_to(&self, file: &mut Option<File>, reached: Reached) -> std::io::Result<()> {
        let Reached { checkpoint, log_bytes } = reached;
        // Always as long, so that one write replaces all of it.
        let line = format!("{FORMAT} {checkpoint:020} {log_bytes:020}\n");
        let open = || OpenOptions::new().create(true).truncate(false).write(true).open(self.mark_path());
        let file = match file {
            Some(file) => file,
            None => file.insert(open()?),
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(line.as_bytes())?;
        // What somebody else wrote behind it would keep it from being read.
        file.set_len(line.len() as u64)
    }

    fn open_headers(&self) {
        if self.headers.get().is_none()
            && let Ok(file) = File::open(&self.database)
        {
            drop(self.headers.set(file));
        }
    }

    /// None where there is no file.
    fn reached(&self) -> Option<Reached> {
        let mut headers = self.headers.get()?;
        let checkpoints = CHECKPOINT_PLACES.map(|place| {
            let mut number = [0; 8];
            headers.seek(SeekFrom::Start(place)).ok()?;
            headers.read_exact(&mut number).ok()?;
            Some(u64::from_le_bytes(number))
        });
        let checkpoint = checkpoints.into_iter().flatten().max()?;
        let log_bytes = std::fs::metadata(beside(&self.database, ".wal")).map_or(0, |log| log.len());
        Some(Reached { checkpoint, log_bytes })
    }

    fn mark_path(&self) -> PathBuf {
        beside(&self.database, ".marca")
    }
}

/// A mark that cannot be read claims nothing, which is logged where there is one.
fn read_mark(path: &Path) -> Option<Reached> {
    let mark = std::fs::read(path).ok().and_then(|text| parse_mark(std::str::from_utf8(&text).ok()?));
    if mark.is_none() && path.exists() {
        let path = path.display();
        tracing::warn!(%path, "the mark of how far commits came cannot be read: whether work is missing is not known");
    }
    mark
}

fn parse_mark(text: &str) -> Option<Reached> {
    let (format, numbers) = text.trim_end().split_once(' ')?;
    let (checkpoint, log_bytes) = numbers.split_once(' ').filter(|_| format == FORMAT)?;
    Some(Reached { checkpoint: checkpoint.parse().ok()?, log_bytes: log_bytes.parse().ok()? })
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere an open file can neither be deleted nor replaced.
#[cfg(not(unix))]
fn is_same_file(_one: &Metadata, _other: &Metadata) -> bool {
    true
}
