//! Comparisons of a loaded day with its source: what the source changed after we had it.

use rust_decimal::Decimal;

use crate::state::wire_names;

/// What a comparison found in time that was covered before it. Lines of time that was not covered are no change of the
/// source: we never had them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceDifference {
    /// Lines that the source has now and had not.
    pub added: u64,
    /// Lines with other values.
    pub changed: u64,
    /// Lines that the source had and has no more.
    pub removed: u64,
    /// What the time was worth before, in USD.
    pub usd_before: Decimal,
    /// What it is worth now.
    pub usd_now: Decimal,
    /// What the time was worth before, in Bs.
    pub bs_before: Decimal,
    /// What it is worth now.
    pub bs_now: Decimal,
}

impl SourceDifference {
    /// Lines that are not what they were.
    pub const fn lines(&self) -> u64 {
        self.added + self.changed + self.removed
    }

    /// What it is worth now less what it was worth, in USD.
    pub fn usd(&self) -> Decimal {
        (self.usd_now - self.usd_before).normalize()
    }

    /// The same in Bs.
    pub fn bs(&self) -> Decimal {
        (self.bs_now - self.bs_before).normalize()
    }
}

/// What became of the comparison of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReconciliationState {
    /// The source has what we have.
    Same,
    /// The source changed it after the day was over.
    Changed,
    /// It was not compared yet, or could not be.
    NotCompared,
}
wire_names!(ReconciliationState {
    Same => "igual",
    Changed => "cambiada",
    NotCompared => "sin_comparar",
});
