//! What is counted while the engine works, for whoever draws it over time. Counting costs an atomic addition.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper bounds of the buckets, in milliseconds: a commit takes tens, a response of the POS up to minutes.
const BOUNDS_MILLISECONDS: [u64; 10] = [10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000, 120_000];

/// How long something took, each time since the process began.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; BOUNDS_MILLISECONDS.len()],
    count: AtomicU64,
    microseconds: AtomicU64,
}

/// What a histogram has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramReading {
    /// Upper bounds in seconds, and how many took at most that long.
    pub buckets: Vec<(f64, u64)>,
    /// How many there were.
    pub count: u64,
    /// How long all of them took, in seconds.
    pub seconds: f64,
}

impl Histogram {
    pub(crate) fn observe(&self, elapsed: Duration) {
        let fits = |bound: &u64| elapsed <= Duration::from_millis(*bound);
        if let Some(bucket) = BOUNDS_MILLISECONDS.iter().position(fits).and_then(|place| self.buckets.get(place)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(micros, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Observes how long a piece of work takes, whatever comes of it.
    pub(crate) async fn time<T>(&self, work: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let outcome = work.await;
        self.observe(started.elapsed());
        outcome
    }

    pub(crate) fn read(&self) -> HistogramReading {
        let mut below = 0;
        let buckets = BOUNDS_MILLISECONDS.iter().zip(&self.buckets).map(|(bound, bucket)| {
            below += bucket.load(Ordering::Relaxed);
            (Duration::from_millis(*bound).as_secs_f64(), below)
        });
        let buckets = buckets.collect();
        let seconds = Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).as_secs_f64();
        // Never less than its buckets, whatever is observed meanwhile.
        HistogramReading { buckets, count: self.count.load(Ordering::Relaxed).max(below), seconds }
    }
}

/// What the engine counts.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// From handing a loaded window to the writer to its commit.
    pub(crate) commits: Histogram,
    /// From a request of a run to the POS to the end of the response.
    pub(crate) responses: Histogram,
}

/// What was counted since the process began.
#[derive(Clone, Debug, Default)]
pub struct MeterReading {
    /// From handing a loaded window to the writer to its commit.
    pub commits: HistogramReading,
    /// From a request of a run to the POS to the end of the response.
    pub responses: HistogramReading,
    /// Answers that were kept and given again.
    pub kept_answers: u64,
    /// Answers that had to be computed.
    pub computed_answers: u64,
    /// Runs that wait.
    pub queued: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_count_what_took_at_most_so_long() {
        let histogram = Histogram::default();
        for milliseconds in [10, 11, 60, 500_000] {
            histogram.observe(Duration::from_millis(milliseconds));
        }
        let reading = histogram.read();
        let below = |bound| reading.buckets.iter().find(|(known, _)| *known == bound).unwrap().1;
        assert_eq!((below(0.01), below(0.025), below(0.1), below(120.0)), (1, 2, 3, 3));
        assert_eq!((reading.count, reading.seconds), (4, 500.081));
    }
}
