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

/// Who is at the keyboard, as runs are marked with it: the user of the process, which the environment cannot change,
/// and beside it for whom sudo says that it acts.
pub fn user() -> String {
    person(&system_user(), std::env::var("SUDO_USER").ok().as_deref())
}

/// The name of the user of the process, or the number where it has none.
#[cfg(unix)]
fn system_user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(uid, &users).map_or_else(|| uid.to_string(), str::to_owned)
}

/// The name of the user of the process.
#[cfg(not(unix))]
fn system_user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

/// What a text as /etc/passwd calls a user.
#[cfg(unix)]
fn name_of(uid: u32, users: &str) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse::<u32>() == Ok(uid) && !name.is_empty()).then_some(name)
    })
}

/// A user and who acts as it, as far as both can be shown.
fn person(user: &str, sudo_user: Option<&str>) -> String {
    let shown = |text: &str| -> String {
        text.chars().filter(|character| !character.is_control()).take(USER_CHARACTERS_MAX).collect()
    };
    match sudo_user.map(shown).filter(|name| !name.is_empty()) {
        Some(name) => format!("{} (sudo de {name})", shown(user)),
        None => shown(user),
    }
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

    #[cfg(unix)]
    #[test]
    fn a_user_is_named_as_the_system_names_it() {
        let users = "root:x:0:0:root:/root:/bin/sh\n# rota\nana:x:1000:1000::/home/ana:/bin/sh\n";
        assert_eq!([0, 1000, 1001].map(|uid| name_of(uid, users)), [Some("root"), Some("ana"), None]);
    }

    #[test]
    fn who_acts_by_sudo_is_named_beside_the_user() {
        assert_eq!(person("root", Some("ana\n")), "root (sudo de ana)");
        assert_eq!([person("ana", None), person("ana", Some(""))], ["ana", "ana"]);
    }

    #[test]
    fn the_memory_of_the_machine_is_read_in_bytes() {
        assert_eq!(total_of("MemTotal:        2028160 kB\nMemFree:          100 kB\n"), Some(2_028_160 * 1024));
        assert_eq!(total_of("MemFree: 100 kB"), None);
    }
}
