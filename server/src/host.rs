//! What the machine says of itself.

use std::path::Path;

/// Its name, as runs are marked with it.
#[cfg(unix)]
pub fn name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Its name, as runs are marked with it.
#[cfg(not(unix))]
pub fn name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// The longest name of a user that is kept.
const USER_CHARACTERS_MAX: usize = 64;

/// Who is at the keyboard, as runs are marked with it: what the environment says, as far as it can be shown.
pub fn user() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let shown: String = named
        .iter()
        .flat_map(|name| name.chars())
        .filter(|character| !character.is_control())
        .take(USER_CHARACTERS_MAX)
        .collect();
    if shown.is_empty() { "cli".to_owned() } else { shown }
}

/// Files and connections that the process may have open; None where the system sets no limit.
#[cfg(unix)]
pub fn descriptors_max() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// Files and connections that the process may have open; None where the system sets no limit.
#[cfg(not(unix))]
pub fn descriptors_max() -> Option<u64> {
    None
}

/// Memory that the process has, in bytes; None where the system does not say.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Bytes that are free on the disk that holds the folder; None where the system does not say.
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

/// Bytes that are free on the disk that holds the folder; None where the system does not say.
#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// Bytes that are free on the disk that holds a file; None where the system does not say.
pub fn free_bytes_beside(file: &Path) -> Option<u64> {
    let folder = file.parent()?;
    free_bytes(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// Memory of the machine, or of the container where that is less; None where the system does not say.
pub fn memory_bytes() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_of(&text));
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    machine.into_iter().chain(container).min()
}

/// What a text as /proc/meminfo says of all memory.
fn total_of(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_the_machine_is_read_in_bytes() {
        assert_eq!(total_of("MemTotal:        2028160 kB\nMemFree:          100 kB\n"), Some(2_028_160 * 1024));
        assert_eq!(total_of("MemFree: 100 kB"), None);
    }
}
