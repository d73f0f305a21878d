//! What could not be sent yet: one file an envelope, the oldest dropped first where there are too many bytes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::delivery_stats::DeliveryStats;
use super::envelope::ScrubbedEnvelope;
use super::status::{ItemKind, Waiting};

const LOCK_FILE: &str = "outbox.lock";
const STATS_FILE: &str = "ledger.json";
const EXTENSION: &str = "envelope";

/// What had to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) kind: ItemKind,
    pub(super) count: u64,
}

/// What an entry is called: it grows with every entry, also across processes.
pub(super) type Key = (Timestamp, u64);

pub(super) struct Outbox {
    folder: Option<Folder>,
    entries: VecDeque<Entry>,
    bytes: u64,
    bytes_max: u64,
    sequence: u64,
    /// The entry that was tried last: the next one is tried next, so that one that Sentry cannot take holds up nobody.
    last_tried: Option<Key>,
}

struct Folder {
    path: PathBuf,
    /// Held until the process ends: two processes must not send the same files.
    _lock: File,
}

struct Entry {
    key: Key,
    kind: ItemKind,
    count: u64,
    bytes: u64,
    /// None where it is in a file.
    content: Option<Vec<u8>>,
}

impl Entry {
    fn file_name(&self) -> String {
        let (created, sequence) = self.key;
        format!("{}-{sequence:08}-{}-{}.{EXTENSION}", created.as_millisecond(), self.kind.as_str(), self.count)
    }

    fn from_file(path: &Path, bytes: u64) -> Option<Self> {
        if path.extension()? != EXTENSION {
            return None;
        }
        let mut fields = path.file_stem()?.to_str()?.split('-');
        let created = Timestamp::from_millisecond(fields.next()?.parse().ok()?).ok()?;
        let sequence = fields.next()?.parse().ok()?;
        let kind = ItemKind::of_item_type(fields.next()?);
        let count = fields.next()?.parse().ok()?;
        Some(Self { key: (created, sequence), kind, count, bytes, content: None })
    }

    fn removed(&self) -> Removed {
        Removed { kind: self.kind, count: self.count }
    }
}

impl Outbox {
    /// Takes up what a process before this one left. Where the folder cannot be used, envelopes wait in memory.
    pub(super) fn open(folder: Option<&Path>, bytes_max: u64) -> (Self, Option<io::Error>) {
        let mut outbox =
            Self { folder: None, entries: VecDeque::new(), bytes: 0, bytes_max, sequence: 0, last_tried: None };
        let refusal = folder.and_then(|path| outbox.open_folder(path).err());
        (outbox, refusal)
    }

    fn open_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)?;
        make_private(path)?;
        let lock = File::create(path.join(LOCK_FILE))?;
        lock.try_lock().map_err(io::Error::from)?;
        let mut entries = Vec::new();
        for file in fs::read_dir(path)? {
            let file = file?;
            entries.extend(Entry::from_file(&file.path(), file.metadata()?.len()));
        }
        entries.sort_unstable_by_key(|entry| entry.key);
        self.bytes = entries.iter().map(|entry| entry.bytes).sum();
        self.sequence = entries.iter().map(|entry| entry.key.1).max().map_or(0, |last| last.wrapping_add(1));
        self.entries = entries.into();
        self.folder = Some(Folder { path: path.to_owned(), _lock: lock });
        Ok(())
    }

    /// Keeps a scrubbed; gives what had to go for it.
    pub(super) fn put(&mut self, scrubbed: ScrubbedEnvelope, now: Timestamp) -> io::Result<Vec<Removed>> {
        let bytes = scrubbed.bytes.len() as u64;
        let mut entry = Entry {
            key: (now, self.sequence),
            kind: scrubbed.kind,
            count: scrubbed.count,
            bytes,
            content: Some(scrubbed.bytes),
        };
        if bytes > self.bytes_max {
            return Ok(vec![entry.removed()]);
        }
        let mut removed = Vec::new();
        while self.bytes + bytes > self.bytes_max
            && let Some(oldest) = self.entries.front().map(|entry| entry.key)
        {
            removed.extend(self.remove(oldest));
        }
        if let (Some(folder), Some(content)) = (&self.folder, &entry.content) {
            write_whole(&folder.path, &entry.file_name(), content)?;
            entry.content = None;
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.bytes += bytes;
        self.entries.push_back(entry);
        Ok(removed)
    }

    /// The kinds that wait.
    pub(super) fn kinds(&self) -> impl Iterator<Item = ItemKind> + use<> {
        self.entries.iter().map(|entry| entry.kind).collect::<BTreeSet<_>>().into_iter()
    }

    /// The next to try: the one after the last that was tried, then from the oldest again.
    pub(super) fn next(&mut self, may_send: impl Fn(ItemKind) -> bool) -> Option<Key> {
        let sendable = || self.entries.iter().filter(|entry| may_send(entry.kind)).map(|entry| entry.key);
        let next = sendable().find(|key| self.last_tried.is_none_or(|last| *key > last)).or_else(|| sendable().next());
        self.last_tried = next.or(self.last_tried);
        next
    }

    /// The scrubbed of an entry; an entry that cannot be read is removed.
    pub(super) fn read(&mut self, key: Key) -> Result<ScrubbedEnvelope, Removed> {
        let gone = Removed { kind: ItemKind::Other, count: 0 };
        let entry = self.entries.iter().find(|entry| entry.key == key).ok_or(gone)?;
        let bytes = match (&entry.content, &self.folder) {
            (Some(content), _) => Some(content.clone()),
            (None, Some(folder)) => fs::read(folder.path.join(entry.file_name())).ok(),
            (None, None) => None,
        };
        match bytes {
            Some(bytes) => Ok(ScrubbedEnvelope { kind: entry.kind, count: entry.count, bytes }),
            None => Err(self.remove(key).unwrap_or(gone)),
        }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Removed> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        let entry = self.entries.remove(index)?;
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        if let Some(folder) = &self.folder
            && entry.content.is_none()
        {
            // A file that stays is sent twice at worst.
            let _ = fs::remove_file(folder.path.join(entry.file_name()));
        }
        Some(entry.removed())
    }

    /// Removes what was made before the cutoff of its kind.
    pub(super) fn remove_older(&mut self, cutoff: impl Fn(ItemKind) -> Timestamp) -> Vec<Removed> {
        let old = self.entries.iter().filter(|entry| entry.key.0 < cutoff(entry.kind)).map(|entry| entry.key);
        let keys: Vec<Key> = old.collect();
        keys.into_iter().filter_map(|key| self.remove(key)).collect()
    }

    pub(super) fn waiting(&self) -> Waiting {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.kind).or_default() += entry.count;
        }
        Waiting { counts, bytes: self.bytes, oldest: self.entries.front().map(|entry| entry.key.0) }
    }

    /// The counters that a process before this one left; none where they cannot be read.
    pub(super) fn load_stats(&self) -> DeliveryStats {
        let text = self.folder.as_ref().and_then(|folder| fs::read(folder.path.join(STATS_FILE)).ok());
        text.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Counters that cannot be written are counted from zero after the next start; nothing else depends on them.
    pub(super) fn save_stats(&self, stats: &DeliveryStats) {
        if let (Some(folder), Ok(text)) = (&self.folder, serde_json::to_vec(stats)) {
            let _ = write_whole(&folder.path, STATS_FILE, &text);
        }
    }
}

/// Writes a file that is there whole or not at all.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!("{name}.part"));
    fs::write(&temporary, content)?;
    fs::rename(&temporary, folder.join(name))
}

/// What waits is scrubbed, but it is still nobody else's business.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
