//! Copies of the database.

use std::path::Path;

use engine::BackupSettings;
use jiff::civil::Time;

use super::size;
use super::source::Source;
use super::variables::{BACKUP_FOLDER, BACKUP_HOUR, BACKUPS_KEPT};

/// What switches the daily copy off.
const NEVER: &str = "nunca";
const BESIDE_DATABASE: &str = "respaldos";

pub(super) fn read(source: &mut Source, database: &Path) -> BackupSettings {
    let folder = source
        .optional_text(&BACKUP_FOLDER)
        .map_or_else(|| database.with_file_name(BESIDE_DATABASE), std::path::PathBuf::from);
    let text = source.text(&BACKUP_HOUR);
    let at = if text == NEVER { None } else { Time::strptime("%H:%M", &text).ok() };
    if at.is_none() && text != NEVER {
        source.add_problem(&BACKUP_HOUR, &format!("'{text}' no es una hora; escriba 04:30, o nunca"));
    }
    BackupSettings { folder, at, kept: size(source, &BACKUPS_KEPT) }
}
