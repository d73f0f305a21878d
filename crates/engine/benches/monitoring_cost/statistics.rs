//! The median of paired measurements, and how sure it is.

use std::fmt;
use std::time::Duration;

/// How much longer one took than the other, pair by pair.
pub struct Ratios {
    percent: Vec<f64>,
    microseconds: Vec<f64>,
}

impl Ratios {
    /// Of measurements in pairs.
    pub fn of(one: &[Duration], other: &[Duration]) -> Self {
        let pairs = || one.iter().zip(other).map(|(one, other)| (one.as_secs_f64(), other.as_secs_f64()));
        Self {
            percent: sorted(pairs().map(|(one, other)| (one / other - 1.0) * 100.0)),
            microseconds: sorted(pairs().map(|(one, other)| (one - other) * 1e6)),
        }
    }
}

impl fmt::Display for Ratios {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = interval(&self.percent);
        write!(formatter, "{:+.2} % (95 %: {low:+.2} to {high:+.2}), ", median(&self.percent))?;
        let (low, high) = interval(&self.microseconds);
        write!(formatter, "{:+.0} µs ({low:+.0} to {high:+.0})", median(&self.microseconds))
    }
}

/// In milliseconds.
pub fn median_ms(times: &[Duration]) -> f64 {
    median(&sorted(times.iter().map(|time| time.as_secs_f64() * 1000.0)))
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

/// By rank, which asks nothing of how the values are spread: how many of them lie below the true median is binomial.
fn interval(sorted: &[f64]) -> (f64, f64) {
    let count = sorted.len() as f64;
    let reach = 1.96 * count.sqrt() / 2.0;
    let low = (count / 2.0 - reach).floor().max(0.0) as usize;
    let high = ((count / 2.0 + reach).ceil() as usize).min(sorted.len() - 1);
    (sorted[low], sorted[high])
}
