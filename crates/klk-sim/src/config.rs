//! What is simulated: the stores, how much they sell, and since when.

use std::time::Duration;

use jiff::civil::{Date, date};

use crate::branch::SimBranch;
use crate::stores;

/// Everything that the sales of a simulator follow from.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// The same seed sells the same.
    pub seed: u64,
    /// The stores.
    pub branches: Vec<SimBranch>,
    /// How much is sold, as a multiple of what a real store sells (7,000 to 21,000 lines a day).
    pub volume: f64,
    /// How many different articles there are. At most about 4,000.
    pub articles: usize,
    /// How long each answer takes besides being made.
    pub latency: Duration,
    /// The first day with sales, where every register began to count its invoices.
    pub first_day: Date,
    /// The longest range of days that one question may cover.
    pub days_max: u16,
    /// Whether sales later than `now` can be seen, for tests that do not care what time it is.
    pub future_sales: bool,
    /// Where set, questions without it in the header [`crate::API_KEY_HEADER`] are refused.
    pub api_key: Option<String>,
}

impl SimConfig {
    /// The five known stores, with real volumes.
    pub fn five_stores(seed: u64) -> Self {
        Self {
            seed,
            branches: stores::first(5),
            volume: 1.0,
            articles: 3_900,
            latency: Duration::ZERO,
            first_day: date(2025, 1, 1),
            days_max: 31,
            future_sales: false,
            api_key: None,
        }
    }

    /// The first `count` stores instead: the five known ones, the chain as it grows to 19, then as many as it takes.
    #[must_use]
    pub fn with_stores(mut self, count: usize) -> Self {
        self.branches = stores::first(count);
        self
    }

    /// Sells this multiple of what a real store sells.
    #[must_use]
    pub fn with_volume(mut self, volume: f64) -> Self {
        self.volume = volume;
        self
    }
}
