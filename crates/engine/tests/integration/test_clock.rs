//! A clock and identifiers that a test has in its clock, and can break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use domain::{BatchId, RunId};
use engine::{Clock, IdSource};
use jiff::Timestamp;
use uuid::Uuid;

/// A clock that stands where a test puts it.
#[derive(Clone, Default)]
pub struct TestClock {
    microsecond: Arc<AtomicI64>,
    /// The engine's look at the clock that panics, counted from now; none where it is not above zero.
    breaks_at: Arc<AtomicI64>,
    /// The next look on the database's writing thread panics.
    breaks_in_writer: Arc<AtomicBool>,
}

impl TestClock {
    pub fn at(text: &str) -> Self {
        let clock = Self::default();
        clock.set(text);
        clock
    }

    pub fn set(&self, text: &str) {
        self.microsecond.store(text.parse::<Timestamp>().unwrap().as_microsecond(), Ordering::SeqCst);
    }

    pub fn break_at(&self, look: i64) {
        self.breaks_at.store(look, Ordering::SeqCst);
    }

    /// Whatever other threads look at the clock meanwhile.
    pub fn break_in_writer(&self) {
        self.breaks_in_writer.store(true, Ordering::SeqCst);
    }

    pub fn time(&self) -> Timestamp {
        Timestamp::from_microsecond(self.microsecond.load(Ordering::SeqCst)).unwrap()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let is_writer = std::thread::current().name() == Some("warehouse-writer");
        let breaks = is_writer && self.breaks_in_writer.swap(false, Ordering::SeqCst);
        assert!(!breaks, "the clock breaks while the database writes, as the test wants");
        assert_ne!(self.breaks_at.fetch_sub(1, Ordering::SeqCst), 1, "the clock breaks, as the test wants");
        self.time()
    }
}

/// Identifiers in order.
#[derive(Default)]
pub struct Counter {
    given: AtomicU64,
    breaks: AtomicBool,
}

impl Counter {
    /// The next run that wants an identifier panics.
    pub fn break_once(&self) {
        self.breaks.store(true, Ordering::SeqCst);
    }

    pub fn is_broken(&self) -> bool {
        self.breaks.load(Ordering::SeqCst)
    }

    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.given.fetch_add(1, Ordering::SeqCst)) + 1)
    }
}

impl IdSource for Counter {
    fn run_id(&self) -> RunId {
        assert!(!self.breaks.swap(false, Ordering::SeqCst), "identifiers have run out, as the test wants");
        RunId(self.next())
    }

    fn batch_id(&self) -> BatchId {
        BatchId(self.next())
    }

    fn correlation(&self) -> String {
        format!("{:08}", self.next().as_u128())
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(self.next().as_bytes());
        secret
    }
}
