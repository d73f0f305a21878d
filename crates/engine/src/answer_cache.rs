//! Answers of use cases, kept while they are true and computed once for everybody who asks for the same.
//!
//! An answer is reused while the version of the data that it was computed from has not changed, and the clock shows the same
//! minute: ages and limits of time in it are of that minute. The version is read before the data, so an answer may be newer
//! than its version says and never older; and a write changes the version before its caller hears of it, so that nobody is
//! given what they have seen change.
//!
//! While runs wait in the queue, each of them changes the version. Then an answer may also be reused for a short time
//! ([`CacheLimits::lag`]) after runs have changed it, never after a decision of somebody has, nor after somebody was notified
//! that a batch has ended. Whoever is given such an answer is notified once more when that time is over.
//!
//! Whether somebody may ask is not known here: it is checked before.

use std::any::Any;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use warehouse::{Subject, Version};

use crate::UseCaseError;

/// Seconds of the clock for which an answer stays true where nothing is written.
const SECONDS_TRUE: i64 = 60;

/// While runs change an answer all the time, it is computed at most once in this many times its own duration, which is a
/// twentieth of a core, however many pages show it.
const COSTS_APART: u32 = 20;

/// How much is kept, and how long.
#[derive(Clone, Copy, Debug)]
pub struct CacheLimits {
    /// Answers; 0 keeps none.
    pub answers_max: usize,
    /// Their size together, as JSON, in bytes.
    pub bytes_max: usize,
    /// How old an answer may be that runs have changed since, while others wait in the queue.
    pub lag: Duration,
    /// The same of an answer that takes long: [`COSTS_APART`] times what it took to compute, and no more than this.
    pub lag_max: Duration,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self { answers_max: 512, bytes_max: 64 << 20, lag: Duration::ZERO, lag_max: Duration::ZERO }
    }
}

/// What is asked, and what the answer is read from.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    key: (&'static str, String),
    subjects: &'static [Subject],
}

impl Question {
    /// Of a use case, with everything that its answer depends on beside the data and the time.
    pub(crate) fn new(use_case: &'static str, parameters: &impl std::fmt::Debug, subjects: &'static [Subject]) -> Self {
        Self { key: (use_case, format!("{parameters:?}")), subjects }
    }

    pub(crate) const fn subjects(&self) -> &'static [Subject] {
        self.subjects
    }
}

/// What an answer was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AsOf {
    version: Version,
    /// Changes of the stores that are known, which are no rows.
    branches: usize,
    /// How often somebody was notified that something has ended, after which nothing may be shown as if it had not.
    ends_told: u64,
    minute: i64,
}

impl AsOf {
    /// Whether an answer of this state is true in the other one.
    fn holds(&self, wanted: &Self) -> bool {
        self.version.includes(&wanted.version) && self.branches >= wanted.branches && self.minute == wanted.minute
    }

    /// Whether only what runs have changed is not in it.
    fn holds_but_for_runs(&self, wanted: &Self) -> bool {
        let is_same = self.branches >= wanted.branches && self.minute == wanted.minute;
        is_same && self.ends_told >= wanted.ends_told && self.version.includes_decisions(&wanted.version)
    }
}

#[derive(Clone)]
struct Kept {
    as_of: AsOf,
    /// When it began to be computed.
    begun: Instant,
    /// How long that took.
    took: Duration,
    value: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

#[derive(Default)]
struct Slot {
    kept: Option<Kept>,
    /// Held by whoever computes the answer.
    flight: Arc<tokio::sync::Mutex<()>>,
    used: u64,
}

#[derive(Default)]
struct Slots {
    by_key: HashMap<(&'static str, String), Slot>,
    bytes: usize,
    uses: u64,
}

/// The answers.
pub(crate) struct AnswerCache {
    slots: Mutex<Slots>,
    ends_told: AtomicU64,
    kept: AtomicU64,
    computed: AtomicU64,
    limits: CacheLimits,
}

/// An answer. Where runs have changed it since, `outdated_for` is the time after which the next request computes it again.
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) outdated_for: Option<Duration>,
}

impl AnswerCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        Self {
            slots: Mutex::default(),
            ends_told: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            computed: AtomicU64::new(0),
            limits,
        }
    }

    /// How many answers were kept ones, and how many had to be computed.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.kept.load(Ordering::Relaxed), self.computed.load(Ordering::Relaxed))
    }

    /// What an answer is computed from now; before the data is read.
    pub(crate) fn as_of(&self, version: Version, branches: usize, now: Timestamp) -> AsOf {
        let ends_told = self.ends_told.load(Ordering::Acquire);
        AsOf { version, branches, ends_told, minute: now.as_second().div_euclid(SECONDS_TRUE) }
    }

    /// Somebody is notified that something has ended: from here on every answer includes it.
    pub(crate) fn tell_end(&self) {
        self.ends_told.fetch_add(1, Ordering::AcqRel);
    }

    /// The answer to a question: a kept one where it holds, else a new one, which others wait for meanwhile. A failure is
    /// given to whoever met it and is not kept. `is_busy` says whether runs wait.
    pub(crate) async fn answer<T>(
        &self,
        question: &Question,
        as_of: impl Fn() -> AsOf,
        is_busy: bool,
        compute: impl Future<Output = Result<T, UseCaseError>>,
    ) -> Result<Found<T>, UseCaseError>
    where
        T: Clone + Serialize + Send + Sync + 'static,
    {
        if self.limits.answers_max == 0 {
            self.computed.fetch_add(1, Ordering::Relaxed);
            return Ok(Found { value: compute.await?, outdated_for: None });
        }
        let (asked, wanted) = (Instant::now(), as_of());
        if let Some(value) = self.find(question, |kept| kept.as_of.holds(&wanted)) {
            return Ok(Found { value, outdated_for: None });
        }
        if is_busy && let Some(found) = self.find_outdated(question, asked, &wanted) {
            return Ok(found);
        }
        let flight = self.flight(question);
        let _alone = flight.lock().await;
        // What began to be computed after the question was asked is an answer to it, whatever has changed since.
        if let Some(value) = self.find(question, |kept| kept.begun >= asked || kept.as_of.holds(&wanted)) {
            return Ok(Found { value, outdated_for: None });
        }
        let (begun, as_of) = (Instant::now(), as_of());
        self.computed.fetch_add(1, Ordering::Relaxed);
        let value = compute.await?;
        self.keep(question, as_of, begun, value.clone());
        Ok(Found { value, outdated_for: None })
    }

    /// What is read from the kept answer to another question that would be given to it now; None where none would.
    pub(crate) fn derive<T: 'static, U>(
        &self,
        question: &Question,
        wanted: &AsOf,
        is_busy: bool,
        read: impl FnOnce(&T) -> U,
    ) -> Option<Found<U>> {
        let asked = Instant::now();
        let mut outdated_for = None;
        let value = self.find_with(question, read, |kept| {
            if kept.as_of.holds(wanted) {
                return true;
            }
            let left = self.limits.left_of(kept, asked);
            outdated_for = Some(left);
            is_busy && kept.as_of.holds_but_for_runs(wanted) && !left.is_zero()
        })?;
        Some(Found { value, outdated_for })
    }

    fn find<T: Clone + 'static>(&self, question: &Question, is_good: impl FnOnce(&Kept) -> bool) -> Option<T> {
        self.find_with(question, T::clone, is_good)
    }

    fn find_with<T: 'static, U>(
        &self,
        question: &Question,
        read: impl FnOnce(&T) -> U,
        is_good: impl FnOnce(&Kept) -> bool,
    ) -> Option<U> {
        let value = {
            let mut slots = self.slots();
            slots.uses += 1;
            let uses = slots.uses;
            let slot = slots.by_key.get_mut(&question.key)?;
            slot.used = uses;
            Arc::clone(&slot.kept.as_ref().filter(|kept| is_good(kept))?.value)
        };
        let value = value.downcast_ref::<T>().map(read);
        self.kept.fetch_add(u64::from(value.is_some()), Ordering::Relaxed);
        value
    }

    /// An answer that only runs have changed since, and not for long.
    fn find_outdated<T: Clone + 'static>(
        &self,
        question: &Question,
        asked: Instant,
        wanted: &AsOf,
    ) -> Option<Found<T>> {
        let mut left = Duration::ZERO;
        let value = self.find(question, |kept| {
            left = self.limits.left_of(kept, asked);
            kept.as_of.holds_but_for_runs(wanted) && !left.is_zero()
        })?;
        Some(Found { value, outdated_for: Some(left) })
    }

    fn flight(&self, question: &Question) -> Arc<tokio::sync::Mutex<()>> {
        let mut slots = self.slots();
        slots.uses += 1;
        let uses = slots.uses;
        let slot = slots.by_key.entry(question.key.clone()).or_default();
        slot.used = uses;
        Arc::clone(&slot.flight)
    }

    fn keep<T: Serialize + Send + Sync + 'static>(&self, question: &Question, as_of: AsOf, begun: Instant, value: T) {
        let bytes = size_of(&value);
        if bytes > self.limits.bytes_max {
            return;
        }
        let mut slots = self.slots();
        let kept = Kept { as_of, begun, took: begun.elapsed(), value: Arc::new(value), bytes };
        let slot = slots.by_key.entry(question.key.clone()).or_default();
        let before = slot.kept.replace(kept).map_or(0, |before| before.bytes);
        slots.bytes = slots.bytes + bytes - before;
        slots.shrink(&self.limits);
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CacheLimits {
    /// How long an answer that only runs have changed may still be given.
    fn left_of(&self, kept: &Kept, asked: Instant) -> Duration {
        self.lag_of(kept.took).saturating_sub(asked.duration_since(kept.begun))
    }

    fn lag_of(&self, took: Duration) -> Duration {
        took.saturating_mul(COSTS_APART).min(self.lag_max).max(self.lag)
    }
}

impl Slots {
    /// Forgets the answers that were used longest ago, until the rest is within the limits.
    fn shrink(&mut self, limits: &CacheLimits) {
        while self.by_key.len() > limits.answers_max || self.bytes > limits.bytes_max {
            let oldest = self.by_key.iter().min_by_key(|(_, slot)| slot.used).map(|(key, _)| key.clone());
            let Some(slot) = oldest.and_then(|key| self.by_key.remove(&key)) else { return };
            self.bytes -= slot.kept.map_or(0, |kept| kept.bytes);
        }
    }
}

/// Bytes of a value as JSON: about what it takes in memory.
fn size_of(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // What cannot be written counts as far as it was.
    drop(serde_json::to_writer(&mut count, value));
    count.0
}

#[cfg(test)]
mod tests;
