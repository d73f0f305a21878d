//! The processor's time that this process has used, as the kernel counts it.

use std::fs;
use std::time::Duration;

/// Of all its threads: those that run, and those that send to Sentry. None where the kernel does not tell.
///
/// Clocks on the wall show what else the machine does; this shows it much less.
pub fn used() -> Option<Duration> {
    let threads = fs::read_dir("/proc/self/task").ok()?;
    let used = threads.flatten().filter_map(|thread| {
        // "<nanoseconds run> <nanoseconds waited> <times>"; a thread that has just ended has none.
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Some(Duration::from_nanos(used.sum())).filter(|used| !used.is_zero())
}
