//! A copy of the database that this process has open.

use std::path::PathBuf;
use std::time::Instant;

use crate::backup::{Backup, BackupError, check, contents, copy, files};
use crate::settings::Access;
use crate::{Warehouse, WarehouseError};

impl Warehouse {
    /// Reads every value of every table, so that a damaged block is found before somebody needs it; gives how many tables there
    /// are. Takes as long as reading the file does.
    pub async fn read_all(&self) -> Result<usize, WarehouseError> {
        self.read_long("leer_todo", |connection| {
            contents::fingerprint(connection).map(|prints| prints.len()).map_err(|error| match error {
                BackupError::Database(error) => error,
                other => WarehouseError::Damaged(other.to_string()),
            })
        })
        .await
    }

    /// Copies the database to a file that does not exist yet. It has that name once the copy has been read whole, compared with
    /// the database and written to the disk; whatever fails before leaves no file.
    pub async fn back_up(&self, target: PathBuf) -> Result<Backup, BackupError> {
        if self.is_shared() {
            return Err(BackupError::OnServer);
        }
        let file = self.file().ok_or(BackupError::InMemory)?;
        if target.exists() {
            return Err(BackupError::Exists(target));
        }
        if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(files::of(folder))?;
        }
        let source = file.path().to_owned();
        let merges_log = self.access() == Access::ReadAndWrite;
        let draft = files::Draft::beside(&target);
        let (draft, contents, held) = self
            .hold_writes(move |connection, running| {
                let started = Instant::now();
                let contents = copy(connection, &file, merges_log, &draft, &|| running.step())?;
                Ok::<_, BackupError>((draft, contents, started.elapsed()))
            })
            .await?
            .map_err(|error| error.naming_damaged(&source))?;
        let original = target.clone();
        let checked = tokio::task::spawn_blocking(move || {
            check(&draft, &contents, &original)?;
            draft.keep_as(&original)?;
            Ok::<_, BackupError>(contents)
        });
        let checked = checked.await.map_err(|_| WarehouseError::Panicked)?;
        let contents = checked.map_err(|error| error.naming_damaged(&source))?;
        let bytes = std::fs::metadata(&target).map_err(files::of(&target))?.len();
        Ok(Backup { path: target, bytes, contents, held })
    }
}
