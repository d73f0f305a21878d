//! Since when the writer's thread has been at what it does, for whoever looks from another thread: one that does not get on is
//! distinguished from one that is busy.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the writer's thread does now.
pub(crate) struct CurrentWrite {
    opened: Instant,
    /// Milliseconds after `opened`, and one more; 0 where nothing is done.
    began: AtomicU64,
}

impl CurrentWrite {
    pub(crate) fn new() -> Self {
        Self { opened: Instant::now(), began: AtomicU64::new(0) }
    }

    /// Something begins; it ends when what is given is dropped, however it does.
    pub(crate) fn begin(&self) -> RunningWrite<'_> {
        self.mark(self.opened.elapsed());
        RunningWrite(self)
    }

    /// For how long the thread has been at it, or since its last step; None where it does nothing.
    pub(crate) fn elapsed(&self) -> Option<Duration> {
        self.elapsed_at(self.opened.elapsed())
    }

    fn mark(&self, now: Duration) {
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        self.began.store(now.saturating_add(1), Ordering::Relaxed);
    }

    fn elapsed_at(&self, now: Duration) -> Option<Duration> {
        let began = self.began.load(Ordering::Relaxed).checked_sub(1)?;
        Some(now.saturating_sub(Duration::from_millis(began)))
    }
}

/// Is dropped when the write has ended.
pub(crate) struct RunningWrite<'current>(&'current CurrentWrite);

impl RunningWrite<'_> {
    /// A step of something long is done, as a piece of a copy: the next one has its own time.
    pub(crate) fn step(&self) {
        self.0.mark(self.0.opened.elapsed());
    }
}

impl Drop for RunningWrite<'_> {
    fn drop(&mut self) {
        self.0.began.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_gets_on_is_told_from_what_does_not() {
        let current = CurrentWrite::new();
        assert_eq!(current.elapsed_at(at(10)), None);
        current.mark(at(10));
        assert_eq!(current.elapsed_at(at(70)), Some(at(60)));
        // A piece is copied: a copy that takes long is none that stands still.
        current.mark(at(70));
        assert_eq!(current.elapsed_at(at(75)), Some(at(5)));
        assert_eq!(current.elapsed_at(at(200)), Some(at(130)));
        drop(RunningWrite(&current));
        assert_eq!(current.elapsed_at(at(300)), None);
    }
}
