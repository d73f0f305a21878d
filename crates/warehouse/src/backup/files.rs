//! Files that are whole or not there.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use super::{BackupError, Result};
use crate::open_files::OpenFile;

/// What is copied between two looks at whether the copy gets on.
const PIECE_BYTES: u64 = 64 << 20;
/// What ends the name of a file that is not finished.
pub(crate) const DRAFT: &str = ".parcial";
/// What ends the name of a log.
pub(crate) const LOG: &str = ".wal";

/// A file that is being made. It goes, with its log, unless it is kept.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// In the same folder, so that a rename is all that it takes to finish it.
    pub(crate) fn beside(target: &Path) -> Self {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(DRAFT);
        Self { path: target.with_file_name(name) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Copies the database that this process has open, with its log, and calls `step` after each piece.
    pub(crate) fn fill(&self, file: &OpenFile, step: &dyn Fn()) -> Result<()> {
        let source = file.reader().map_err(of(file.path()))?;
        self.fill_from(source, file.path(), step)
    }

    /// Copies a database that nobody has open, with its log.
    pub(crate) fn fill_from_closed(&self, path: &Path) -> Result<()> {
        let source = File::open(path).map_err(of(path))?;
        self.fill_from(&source, path, &|| ())
    }

    fn fill_from(&self, mut source: &File, path: &Path, step: &dyn Fn()) -> Result<()> {
        let log = log_of(path);
        let mut sizes = [source.metadata().map_err(of(path))?.len(), 0];
        if let Ok(log) = std::fs::metadata(&log) {
            sizes[1] = log.len();
        }
        self.require_room(sizes.iter().sum())?;
        source.rewind().map_err(of(path))?;
        let mut copy = private(&self.path).map_err(of(&self.path))?;
        copy_in_pieces(source, &mut copy, step).map_err(of(&self.path))?;
        if log.exists() {
            let source = File::open(&log).map_err(of(&log))?;
            let mut copy = private(&log_of(&self.path)).map_err(of(&self.path))?;
            copy_in_pieces(&source, &mut copy, step).map_err(of(&self.path))?;
        }
        Ok(())
    }

    /// A tenth is left, so that the database can grow on.
    fn require_room(&self, bytes: u64) -> Result<()> {
        let folder = folder_of(&self.path);
        let needed = bytes.saturating_add(bytes / 10);
        match free_bytes(folder) {
            Some(free) if free < needed => Err(BackupError::NoRoom { folder: folder.to_owned(), needed, free }),
            _ => Ok(()),
        }
    }

    /// Gives it its name, once all of it is on the disk. A file of that name is replaced.
    pub(crate) fn keep_as(self, target: &Path) -> Result<()> {
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(of(&self.path))?;
        std::fs::rename(&self.path, target).map_err(of(target))?;
        sync_folder(target);
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for path in [log_of(&self.path), self.path.clone()] {
            // What was kept, or never made, is not there.
            drop(std::fs::remove_file(path));
        }
    }
}

fn copy_in_pieces(source: &File, copy: &mut File, step: &dyn Fn()) -> io::Result<()> {
    while io::copy(&mut source.take(PIECE_BYTES), copy)? > 0 {
        step();
    }
    Ok(())
}

/// A new file that its owner alone may read: a copy has the hashes of passwords.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The log of a database.
pub(crate) fn log_of(database: &Path) -> PathBuf {
    with_suffix(database, LOG)
}

/// A name with something at its end.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// So that a rename outlives a power cut; where the system cannot, it is as safe as without.
pub(crate) fn sync_folder(file: &Path) {
    if let Ok(folder) = File::open(folder_of(file)) {
        drop(folder.sync_all());
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What a failure was about.
pub(crate) fn of(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
