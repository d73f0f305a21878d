//! The median of paired measurements, and how sure it is.

use std::fmt;
use std::time::Duration;

/// How much longer one took than others, pair by pair.
pub struct Ratios {
    percent: Vec<f64>,
    microseconds: Vec<f64>,
    /// What was measured of the one. Its pairs with two others say more than those with one, but are not twice as many
    /// measurements: the interval counts each once.
    measurements: usize,
}

impl Ratios {
    /// Of one, and of others that were measured beside it. Pairs and not a mean of the others, which a single slow one
    /// would move: where all are the same, as many pairs are above one as below.
    pub fn of(one: &[Duration], others: &[&[Duration]]) -> Self {
        let pairs = || {
            let beside = |other: &&[Duration]| one.iter().copied().zip(other.to_vec()).collect::<Vec<_>>();
            others.iter().flat_map(beside).map(|(one, other)| (one.as_secs_f64(), other.as_secs_f64()))
        };
        Self {
            percent: sorted(pairs().map(|(one, other)| (one / other - 1.0) * 100.0)),
            microseconds: sorted(pairs().map(|(one, other)| (one - other) * 1e6)),
            measurements: one.len(),
        }
    }
}

impl fmt::Display for Ratios {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = interval(&self.percent, self.measurements);
        write!(formatter, "{:+.2} % (95 %: {low:+.2} to {high:+.2}), ", median(&self.percent))?;
        let (low, high) = interval(&self.microseconds, self.measurements);
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
fn interval(sorted: &[f64], measurements: usize) -> (f64, f64) {
    let count = sorted.len() as f64;
    let reach = count * 1.96 / (measurements as f64).sqrt() / 2.0;
    let low = (count / 2.0 - reach).floor().max(0.0) as usize;
    let high = ((count / 2.0 + reach).ceil() as usize).min(sorted.len() - 1);
    (sorted[low], sorted[high])
}
