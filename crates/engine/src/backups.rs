//! Copies of the database: where they are, how many stay, and what became of the last one. One is made at a time.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use domain::read_model::{BackupState, BackupStatus};
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use warehouse::{Backup, BackupError, WarehouseError};

/// Where copies are, when they are made, and how many stay.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// Made where it is not there.
    pub folder: PathBuf,
    /// On the clock of the schedules' zone; None for no copies but those that somebody asks for.
    pub at: Option<Time>,
    /// The oldest go once there are more.
    pub kept: usize,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { folder: PathBuf::from("data/respaldos"), at: None, kept: 7 }
    }
}

const PREFIX: &str = "klk-";
const SUFFIX: &str = ".duckdb";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
/// A copy that the end of a process left unfinished.
const UNFINISHED: &str = ".klk-";

impl BackupSettings {
    /// The name of a copy that is begun now; names sort by time.
    pub fn new_path(&self, now: Timestamp) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}{SUFFIX}", stamp(now)))
    }

    /// When the latest copy was begun, and which it is.
    pub fn latest(&self) -> Option<(Timestamp, PathBuf)> {
        copies(&self.folder).into_iter().max()
    }

    /// Removes what is beyond the number that is kept, and what an earlier process left unfinished.
    pub fn prune(&self) {
        let mut copies = copies(&self.folder);
        copies.sort();
        let beyond = copies.len().saturating_sub(self.kept);
        let old = copies.into_iter().take(beyond).map(|(_, path)| path);
        for path in old.chain(unfinished(&self.folder)) {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, path = %path.display(), "an old copy of the database could not be removed");
            }
        }
    }
}

/// A moment as it stands in names of files.
pub fn stamp(moment: Timestamp) -> String {
    moment.strftime(STAMP).to_string()
}

fn copies(folder: &Path) -> Vec<(Timestamp, PathBuf)> {
    files(folder).filter_map(|path| Some((moment_of(path.file_name()?.to_str()?)?, path))).collect()
}

fn unfinished(folder: &Path) -> impl Iterator<Item = PathBuf> {
    files(folder)
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(UNFINISHED)))
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

/// When the copy of this name was begun; None for files that we did not name.
fn moment_of(name: &str) -> Option<Timestamp> {
    let text = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let moment = DateTime::strptime(STAMP, text).ok()?;
    TimeZone::UTC.to_timestamp(moment).ok()
}

/// What is known of copies.
#[derive(Debug)]
pub(crate) struct Backups(Mutex<BackupStatus>);

impl Backups {
    /// Knows of what earlier processes made.
    pub(crate) fn new(settings: &BackupSettings) -> Self {
        let last = settings.latest();
        let status = last.map_or_else(BackupStatus::default, |(at, path)| BackupStatus {
            estado: BackupState::Done,
            bytes: std::fs::metadata(&path).ok().map(|file| file.len()),
            archivo: Some(path.display().to_string()),
            terminado_en: Some(at),
            ..BackupStatus::default()
        });
        Self(Mutex::new(status))
    }

    pub(crate) fn status(&self) -> BackupStatus {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// False where one is being made already.
    pub(crate) fn begin(&self) -> bool {
        let mut status = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if status.estado == BackupState::Running {
            return false;
        }
        status.estado = BackupState::Running;
        status.detalle = None;
        true
    }

    /// A copy that failed leaves what is known of the last good one.
    pub(crate) fn end(&self, now: Timestamp, outcome: &Result<Backup, BackupError>) {
        let mut status = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(backup) => *status = status_of(backup, now),
            Err(error) => {
                status.estado = BackupState::Failed;
                status.detalle = Some(backup_problem(error));
            }
        }
    }
}

/// A copy as it is shown.
pub fn status_of(backup: &Backup, now: Timestamp) -> BackupStatus {
    BackupStatus {
        estado: BackupState::Done,
        archivo: Some(backup.path.display().to_string()),
        bytes: Some(backup.bytes),
        lineas: Some(backup.contents.rows("ventas")),
        ventanas: Some(backup.contents.rows("cobertura")),
        decisiones: Some(backup.contents.rows("decisiones")),
        terminado_en: Some(now),
        detalle: None,
    }
}

/// Why there is no copy, or why none was put back, for people.
pub fn backup_problem(error: &BackupError) -> String {
    match error {
        BackupError::Exists(path) => format!("{} ya existe, y un respaldo nunca reemplaza un archivo", path.display()),
        BackupError::NoRoom { folder, needed, free } => format!(
            "en {} quedan {free} bytes y hacen falta {needed}: libere espacio o elija otra carpeta con KLK_RESPALDO_CARPETA",
            folder.display()
        ),
        BackupError::File { path, error } => format!("{}: {error}", path.display()),
        BackupError::Differs { path, difference } => {
            format!("la copia de {} se leyó y no es igual ({difference}): no se usa", path.display())
        }
        BackupError::Same(path) => format!("{} es la base de datos misma", path.display()),
        BackupError::Foreign(path) => format!("{} no es una base de datos de klk", path.display()),
        BackupError::Missing(path) => {
            format!("{} no existe: los respaldos diarios están en KLK_RESPALDO_CARPETA", path.display())
        }
        BackupError::Unreadable { path, .. } => format!(
            "{} no se puede leer: está dañado, no es una base de datos de klk, o lo usa otro proceso. Si es un \
             respaldo, use otro; si es la base de datos, detenga el servidor y ponga en su lugar el último respaldo con \
             klk restaurar",
            path.display()
        ),
        BackupError::OnServer => {
            "la base de datos está en PostgreSQL: respáldela con pg_dump, como dice docs/RUNBOOK.md".to_owned()
        }
        BackupError::InMemory => "la base de datos está en memoria: no hay archivo que copiar".to_owned(),
        BackupError::Database(WarehouseError::TooNew { found, known }) => format!(
            "es de una versión posterior (esquema {found}; esta conoce hasta {known}): use el klk de esa versión"
        ),
        BackupError::Database(error) => format!("la base de datos no lo permite: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn only_names_of_ours_are_copies() {
        assert_eq!(moment_of("klk-20251118T083000Z.duckdb"), Some(at("2025-11-18T08:30:00Z")));
        for name in ["klk.duckdb", "klk-20251118T083000Z.duckdb.wal", "klk-ayer.duckdb", ".klk-20251118T083000Z.duckdb"]
        {
            assert_eq!(moment_of(name), None, "{name}");
        }
    }

    #[test]
    fn the_newest_stay_with_whatever_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let settings = BackupSettings { folder: folder.path().to_owned(), at: None, kept: 2 };
        let days = ["2025-11-16T08:30:00Z", "2025-11-17T08:30:00Z", "2025-11-18T08:30:00Z"].map(at);
        for day in days {
            std::fs::write(settings.new_path(day), "").unwrap();
        }
        std::fs::write(folder.path().join(".klk-20251115T083000Z.duckdb.parcial"), "").unwrap();
        std::fs::write(folder.path().join("mi-copia.duckdb"), "").unwrap();
        settings.prune();
        let mut left: Vec<_> = files(folder.path()).collect();
        left.sort();
        assert_eq!(
            left,
            [settings.new_path(days[1]), settings.new_path(days[2]), folder.path().join("mi-copia.duckdb")]
        );
    }
}
