//! What missing sales are worth, by what the same store sold in the same half hours of the weeks before.
//!
//! The middle of what was sold and the range that eight in ten weeks lie in, and no mean: one feast day or one refund in eight
//! weeks moves a mean and its deviation to where no week ever was (docs/adr/0020). A sum of ranges is wider than the range of
//! a sum, and is meant so: what goes wrong in one half hour goes wrong in its neighbours too.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::window::{half_hours, instant_of};
use crate::{Interval, IntervalSet};

/// What is loaded of one half hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HalfHourSales {
    /// Lines.
    pub lines: u64,
    /// Distinct invoices.
    pub invoices: u64,
    /// What the lines are worth, in Bs.
    pub total_bs: Decimal,
    /// What the lines are worth, in USD.
    pub total_usd: Decimal,
    /// The middle one of its invoices.
    pub median_invoice_usd: Decimal,
}

/// What a store sold, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct SalesHistory {
    /// Windows that were committed whole: one of them without sales counts as zero.
    pub covered: IntervalSet<Timestamp>,
    /// By the local start of the half hour.
    pub half_hours: HashMap<DateTime, HalfHourSales>,
}

/// How far back is looked, and how much has to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueRules {
    /// Weeks before today.
    pub weeks: u32,
    /// With fewer known half hours than these there is no estimate.
    pub known_min: u32,
}

impl Default for ValueRules {
    fn default() -> Self {
        Self { weeks: 8, known_min: 3 }
    }
}

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueBasis {
    /// What the source has now, less what is loaded.
    SourceDifference,
    /// What came of the very window: so many lines are missing, each like those that are there.
    MissingLines,
    /// The store's typical invoice, for each that is missing.
    MissingInvoices,
    /// The same half hour of the same weekday.
    SameWeekday,
    /// The same half hour of every day, where too few of that weekday are known.
    EveryDay,
}
crate::state::wire_names!(ValueBasis {
    SourceDifference => "diferencia",
    MissingLines => "lineas_faltantes",
    MissingInvoices => "facturas_faltantes",
    SameWeekday => "mismo_dia_de_semana",
    EveryDay => "todos_los_dias",
});

/// What something that is missing is worth, in USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The middle.
    pub median: Decimal,
    /// One in ten is less.
    pub low: Decimal,
    /// One in ten is more.
    pub high: Decimal,
    /// Known half hours that it rests on; of several windows, of the one with the fewest.
    pub known: u32,
    /// The weakest that any part of it rests on.
    pub basis: ValueBasis,
}

/// The worth of a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GapValue {
    /// None where nothing is known of any of its windows.
    pub estimate: Option<Estimate>,
    /// Windows of it that too little is known of, and that are not in the estimate.
    pub windows_unknown: u32,
}

/// Estimates for one store; each half hour of the week is worked out once.
#[derive(Debug)]
pub struct ValueProfile<'history> {
    history: &'history SalesHistory,
    zone: &'history TimeZone,
    today: Date,
    rules: ValueRules,
    worked_out: HashMap<(Weekday, Time), Option<Estimate>>,
}

impl<'history> ValueProfile<'history> {
    /// For estimates made on a local day.
    pub fn new(history: &'history SalesHistory, zone: &'history TimeZone, today: Date, rules: ValueRules) -> Self {
        Self { history, zone, today, rules, worked_out: HashMap::new() }
    }

    /// What a stretch of missing half hours is worth, less what is loaded of them already.
    pub fn value(&mut self, missing: Interval<Timestamp>) -> GapValue {
        let mut value = GapValue::default();
        for window in half_hours(missing, self.zone) {
            let local = self.zone.to_datetime(window.start());
            match self.typical(local) {
                None => value.windows_unknown += 1,
                Some(typical) => {
                    let there = self.history.half_hours.get(&local).map_or(Decimal::ZERO, |sales| sales.total_usd);
                    let left = typical.less(there);
                    value.estimate = Some(value.estimate.map_or(left, |sum| sum.plus(left)));
                }
            }
        }
        value
    }

    /// What a window is worth of which so many lines are missing: as many times the mean of those that are there. None where
    /// none are, or none are missing.
    pub fn value_of_short(&self, window_start: Timestamp, missing: u64) -> Option<Estimate> {
        let sales = self.history.half_hours.get(&self.zone.to_datetime(window_start))?;
        if missing == 0 || sales.lines == 0 {
            return None;
        }
        let worth = sales.total_usd / Decimal::from(sales.lines) * Decimal::from(missing);
        Some(Estimate::exactly(worth, 1, ValueBasis::MissingLines))
    }

    /// What missing invoices are worth: as many times the store's typical one.
    pub fn value_of_invoices(&self, missing: u64) -> Option<Estimate> {
        let medians: Vec<Decimal> = self.history.half_hours.values().map(|sales| sales.median_invoice_usd).collect();
        let one = self.estimate(medians, ValueBasis::MissingInvoices)?;
        let times = Decimal::from(missing);
        Some(Estimate { median: one.median * times, low: one.low * times, high: one.high * times, ..one })
    }

    /// What the half hour of this weekday and time usually is.
    fn typical(&mut self, local: DateTime) -> Option<Estimate> {
        let key = (local.weekday(), local.time());
        if let Some(known) = self.worked_out.get(&key) {
            return *known;
        }
        let of_days = |is_every_day: bool| {
            let days = (0..i64::from(self.rules.weeks) * 7).filter_map(|back| self.today.checked_sub(back.days()).ok());
            let same = days.filter(|date| is_every_day || date.weekday() == key.0);
            same.filter_map(|date| self.known(date.to_datetime(key.1))).collect::<Vec<Decimal>>()
        };
        let found = self
            .estimate(of_days(false), ValueBasis::SameWeekday)
            .or_else(|| self.estimate(of_days(true), ValueBasis::EveryDay));
        self.worked_out.insert(key, found);
        found
    }

    /// What is known to have been sold; a covered half hour without lines is a zero.
    fn known(&self, local: DateTime) -> Option<Decimal> {
        let start = instant_of(local, self.zone)?;
        self.history
            .covered
            .contains(start)
            .then(|| self.history.half_hours.get(&local).map_or(Decimal::ZERO, |sales| sales.total_usd))
    }

    fn estimate(&self, mut samples: Vec<Decimal>, basis: ValueBasis) -> Option<Estimate> {
        let known = u32::try_from(samples.len()).unwrap_or(u32::MAX);
        if samples.is_empty() || known < self.rules.known_min {
            return None;
        }
        samples.sort_unstable();
        let at = |tenths| percentile(&samples, tenths);
        Some(Estimate { median: at(5), low: at(1), high: at(9), known, basis })
    }
}

impl Estimate {
    /// What is known and no estimate.
    pub fn exactly(worth: Decimal, known: u32, basis: ValueBasis) -> Self {
        Self { median: worth, low: worth, high: worth, known, basis }
    }

    /// Without what is there already; never below zero.
    fn less(self, there: Decimal) -> Self {
        let left = |amount: Decimal| (amount - there).max(Decimal::ZERO);
        Self { median: left(self.median), low: left(self.low), high: left(self.high), ..self }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            median: self.median + other.median,
            low: self.low + other.low,
            high: self.high + other.high,
            known: self.known.min(other.known),
            basis: self.basis.max(other.basis),
        }
    }
}

/// The value below which so many tenths lie, between neighbours by the distance. Sorted, not empty.
fn percentile(sorted: &[Decimal], tenths: usize) -> Decimal {
    let place = tenths * (sorted.len() - 1);
    let (below, rest) = (place / 10, place % 10);
    let low = sorted[below];
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    low + (high - low) * Decimal::from(rest as u64) / Decimal::TEN
}

#[cfg(test)]
mod tests;
