//! Which files this process has open. DuckDB's lock keeps other processes out, but not a second instance in the same
//! process: one that replays the log while the first one merges it leaves a file that does not open again.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::commit_mark::CommitMark;
use crate::{Result, WarehouseError};

/// How long an instance may take to be closed before the next one of the same file is refused.
const CLOSING_LIMIT: Duration = Duration::from_secs(10);

static OPEN: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
static CLOSED: Condvar = Condvar::new();

/// Marks a file as open. Held by every connection to it; the next instance opens once all are dropped.
#[derive(Debug)]
pub(crate) struct OpenFile {
    path: PathBuf,
    mark: Option<CommitMark>,
    reader: OnceLock<File>,
}

impl OpenFile {
    /// Waits until the instance of the file before is closed.
    ///
    /// # Errors
    ///
    /// [`WarehouseError::InUse`] if that one stays open.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        let name = whole_name(path);
        let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut open, _) = CLOSED
            .wait_timeout_while(open, CLOSING_LIMIT, |open| open.contains(&name))
            .unwrap_or_else(PoisonError::into_inner);
        if open.insert(name.clone()) {
            let mark = Some(CommitMark::before_opening(&name));
            return Ok(Self { path: name, mark, reader: OnceLock::new() });
        }
        let detail = "this process has it open already".to_owned();
        Err(WarehouseError::InUse { path: path.to_owned(), detail })
    }

    /// The file's one name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file as it is on the disk, for one who reads it at a time. It stays open as long as the database does: on POSIX, closing
    /// any descriptor of a file gives up every lock that the process has on it, and DuckDB's would let another process in.
    pub(crate) fn reader(&self) -> io::Result<&File> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let opened = File::open(&self.path)?;
        Ok(self.reader.get_or_init(|| opened))
    }
}

impl OpenFile {
    /// How far commits came.
    pub(crate) const fn mark(&self) -> Option<&CommitMark> {
        self.mark.as_ref()
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        // Both are closed before the next instance may open the file: closing a handle would give up that one's locks.
        self.mark = None;
        drop(self.reader.take());
        OPEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        CLOSED.notify_all();
    }
}

/// One name for a file, whatever way leads to it. The file itself need not be there.
fn whole_name(path: &Path) -> PathBuf {
    if let Ok(name) = path.canonicalize() {
        return name;
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    }
}
