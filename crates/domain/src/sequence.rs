//! Numbers of invoices: a register counts them one by one, so a number that lacks is an invoice that never reached us.
//!
//! A number reads `C10-01-00008064`: what is before the last dash is the register. Registers are told apart by store. Numbers
//! are compared in the order of time, in stretches: a register that is exchanged or set back goes on elsewhere, and that jump
//! is no loss.

use jiff::civil::DateTime;

use crate::window::{HALF_HOUR, local_half_hour};
use crate::{Interval, IntervalSet};

/// Numbers in a row of one register that are loaded, and when they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRun {
    /// What is before the last dash.
    pub register: String,
    /// The first number.
    pub from: u64,
    /// The last number, this one included.
    pub to: u64,
    /// When the first was made, on the store's clock.
    pub first_at: DateTime,
    /// When the last was made, on the store's clock.
    pub last_at: DateTime,
}

/// Numbers of a register that are not loaded, between two that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberHole {
    /// What is before the last dash.
    pub register: String,
    /// The first that lacks.
    pub from: u64,
    /// The last that lacks, this one included.
    pub to: u64,
    /// When the number before it was made.
    pub after: DateTime,
    /// When the number after it was made.
    pub before: DateTime,
}

impl NumberHole {
    /// Invoices that lack.
    pub fn missing(&self) -> u64 {
        self.to - self.from + 1
    }

    /// The half hours that it lies in, on the store's clock: from that of the number before to that of the number after.
    pub fn half_hours(&self) -> Option<Interval<DateTime>> {
        let (first, last) = (self.after.min(self.before), self.after.max(self.before));
        Interval::new(local_half_hour(first), local_half_hour(last).checked_add(HALF_HOUR).ok()?)
    }
}

/// The holes of every register, in order of register and number. More than `jump_max` numbers at once that lack, or as many
/// that come again, are a register that counts anew.
pub fn holes(mut runs: Vec<NumberRun>, jump_max: u64) -> Vec<NumberHole> {
    runs.sort_by(|left, right| {
        (&left.register, left.first_at, left.from).cmp(&(&right.register, right.first_at, right.from))
    });
    let mut found = Vec::new();
    for of_register in runs.chunk_by(|left, right| left.register == right.register) {
        for stretch in stretches(of_register, jump_max) {
            found.extend(holes_of(stretch, jump_max));
        }
    }
    found.sort_by(|left, right| {
        (&left.register, left.after, left.from).cmp(&(&right.register, right.after, right.from))
    });
    found
}

/// Cuts the runs of a register, in order of time, where it counts anew.
fn stretches(runs: &[NumberRun], jump_max: u64) -> Vec<&[NumberRun]> {
    let mut cut = Vec::new();
    let (mut start, mut highest) = (0, 0);
    for (index, run) in runs.iter().enumerate() {
        let counts_anew = index > start && run.to.saturating_add(jump_max) < highest;
        if counts_anew {
            cut.push(&runs[start..index]);
            start = index;
            highest = 0;
        }
        highest = highest.max(run.to);
    }
    cut.push(&runs[start..]);
    cut
}

fn holes_of(stretch: &[NumberRun], jump_max: u64) -> Vec<NumberHole> {
    let mut by_number: Vec<&NumberRun> = stretch.iter().collect();
    by_number.sort_by_key(|run| (run.from, run.to));
    let mut found = Vec::new();
    let mut reached: Option<&NumberRun> = None;
    for run in by_number {
        if let Some(last) = reached {
            let lacking = run.from.saturating_sub(last.to).saturating_sub(1);
            if (1..=jump_max).contains(&lacking) {
                found.push(NumberHole {
                    register: run.register.clone(),
                    from: last.to + 1,
                    to: run.from - 1,
                    after: last.last_at,
                    before: run.first_at,
                });
            }
        }
        if reached.is_none_or(|last| run.to > last.to) {
            reached = Some(run);
        }
    }
    found
}

/// Numbers of a register that somebody gave up, and the half hours of the store's clock that they lay in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaivedNumbers {
    /// What is before the last dash.
    pub register: String,
    /// The first number.
    pub from: u64,
    /// The last number, this one included.
    pub to: u64,
    /// The half hours.
    pub half_hours: Interval<DateTime>,
}

impl NumberHole {
    /// Whether every number of it was given up. A register that counts anew has the same numbers at another time.
    pub fn is_waived(&self, waived: &[WaivedNumbers]) -> bool {
        let Some(span) = self.half_hours() else { return false };
        let mut ranges: Vec<(u64, u64)> = waived
            .iter()
            .filter(|numbers| numbers.register == self.register && numbers.half_hours.overlaps(&span))
            .map(|numbers| (numbers.from, numbers.to))
            .collect();
        ranges.sort_unstable();
        let mut next = self.from;
        for (from, to) in ranges {
            if from <= next && to >= next {
                next = to.saturating_add(1);
            }
        }
        next > self.to
    }
}

/// The holes that nothing else explains: every half hour that they lie in and that sales are expected of is there, and none
/// of them was given up. What is missing as a whole is a gap already, and its numbers with it.
pub fn unexplained(
    holes: Vec<NumberHole>,
    expected: &IntervalSet<DateTime>,
    covered: &IntervalSet<DateTime>,
    waived: &IntervalSet<DateTime>,
) -> Vec<NumberHole> {
    let missing = expected.difference(covered);
    let is_unexplained = |hole: &NumberHole| {
        hole.half_hours()
            .is_some_and(|span| !missing.overlaps(&span) && !waived.overlaps(&span) && covered.overlaps(&span))
    };
    holes.into_iter().filter(is_unexplained).collect()
}

#[cfg(test)]
mod tests;
