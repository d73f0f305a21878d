//! One session: when it ends, by the wall clock and by the monotonic one, whichever says so first.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use warehouse::SessionRow;

/// One session.
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) user: Uuid,
    pub(crate) created_at: Timestamp,
    expires_at: Timestamp,
    /// Microseconds of the wall clock.
    seen_at: AtomicI64,
    stored_seen_at: AtomicI64,
    /// A wall clock that is set back does not make a session longer.
    known_since: Instant,
    left_then: Duration,
    /// Milliseconds after `known_since`.
    seen_after: AtomicU64,
}

impl Session {
    pub(crate) fn new(row: &SessionRow, now: Timestamp) -> Self {
        let left = Duration::try_from(row.expires_at.duration_since(now)).unwrap_or(Duration::ZERO);
        Self {
            id: row.id,
            user: row.user,
            created_at: row.created_at,
            expires_at: row.expires_at,
            seen_at: AtomicI64::new(row.seen_at.as_microsecond()),
            stored_seen_at: AtomicI64::new(row.seen_at.as_microsecond()),
            known_since: Instant::now(),
            left_then: left,
            seen_after: AtomicU64::new(0),
        }
    }

    pub(crate) fn is_open(&self, now: Timestamp, idle_max: SignedDuration) -> bool {
        let known_for = self.known_since.elapsed();
        let idle_for = known_for.saturating_sub(Duration::from_millis(self.seen_after.load(Ordering::Relaxed)));
        let is_open_by_wall = now < self.expires_at && now.duration_since(self.seen_at()) < idle_max;
        let is_open_by_monotonic = known_for < self.left_then && idle_for < idle_max.unsigned_abs();
        is_open_by_wall && is_open_by_monotonic
    }

    /// Something was asked with it.
    pub(crate) fn see(&self, now: Timestamp) {
        self.seen_at.fetch_max(now.as_microsecond(), Ordering::Relaxed);
        let after = u64::try_from(self.known_since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.seen_after.fetch_max(after, Ordering::Relaxed);
    }

    pub(crate) fn seen_at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.seen_at.load(Ordering::Relaxed)).unwrap_or(Timestamp::MIN)
    }

    /// When it was last used, where the database does not know of it.
    pub(crate) fn unstored_seen_at(&self) -> Option<Timestamp> {
        let seen_at = self.seen_at.load(Ordering::Relaxed);
        let stored = self.stored_seen_at.swap(seen_at, Ordering::Relaxed);
        (stored != seen_at).then(|| self.seen_at())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_000_000 + second).unwrap()
    }

    fn session(now: Timestamp) -> Session {
        let row = SessionRow {
            id: Uuid::from_u128(1),
            user: Uuid::from_u128(2),
            token_hash: String::new(),
            created_at: at(0),
            seen_at: at(0),
            expires_at: at(3600),
        };
        Session::new(&row, now)
    }

    const IDLE: SignedDuration = SignedDuration::from_mins(10);

    #[test]
    fn it_ends_when_nothing_is_asked_and_at_its_end_in_any_case() {
        let session = session(at(0));
        assert!(session.is_open(at(599), IDLE));
        assert!(!session.is_open(at(600), IDLE));
        session.see(at(599));
        assert!(session.is_open(at(1100), IDLE));
        session.see(at(3590));
        assert!(!session.is_open(at(3600), IDLE));
    }

    #[test]
    fn a_wall_clock_that_is_set_back_does_not_make_it_longer() {
        let session = session(at(3600));
        assert!(!session.is_open(at(10), IDLE), "nothing was left of it when it was read");
    }

    #[test]
    fn a_use_is_stored_once() {
        let session = session(at(0));
        assert_eq!(session.unstored_seen_at(), None);
        session.see(at(5));
        assert_eq!(session.unstored_seen_at(), Some(at(5)));
        assert_eq!(session.unstored_seen_at(), None);
    }
}
