//! Numbers of invoices: a register counts them one by one, so a missing number is an invoice that never reached us.
//!
//! A number reads `C10-01-00008064`: what is before the last dash is the register. Registers are distinguished by store. Numbers
//! are compared in the order of time, in stretches: a register that is set back starts a new one, and what it made last
//! before that is not known. Few missing numbers are a hole; many are a jump, as where a fiscal printer skips a range.

use std::collections::BTreeMap;

use jiff::SignedDuration;
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

/// Why numbers of a register are missing between two that are loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BreakKind {
    /// Few numbers: invoices that never reached us.
    #[default]
    Hole,
    /// More numbers than a register loses, as where a fiscal printer skips a range or is exchanged. Only a person can tell
    /// that from lost invoices.
    Jump,
}
crate::state::wire_names!(BreakKind { Hole => "hueco", Jump => "salto" });

/// Numbers of a register that are not loaded, between two that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberHole {
    /// What is before the last dash.
    pub register: String,
    /// Whether so many numbers are missing that the register may have skipped them.
    pub kind: BreakKind,
    /// The first missing number.
    pub from: u64,
    /// The last missing number, this one included.
    pub to: u64,
    /// When the number before it was made.
    pub after: DateTime,
    /// When the number after it was made.
    pub before: DateTime,
}

/// A register that went back and counts from a lower number. What it made last before it did so cannot be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRestart {
    /// What is before the last dash.
    pub register: String,
    /// The highest number before it.
    pub last: u64,
    /// The number that it went on with.
    pub first: u64,
    /// When the last number was made.
    pub after: DateTime,
    /// When the first was made.
    pub before: DateTime,
}

/// What the numbers of a store's registers show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberBreaks {
    /// In order of register and time.
    pub holes: Vec<NumberHole>,
    /// Holes that lie partly in time that is not loaded: the numbers may be there, so nothing is proven around it.
    pub open: Vec<NumberHole>,
    /// In order of register and time.
    pub restarts: Vec<NumberRestart>,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceRules {
    /// Numbers in a row that may be missing; more are a [`BreakKind::Jump`].
    pub hole_max: u64,
    /// How long a register may rest and still be compared with what it made before.
    pub rest_max: SignedDuration,
}

impl NumberHole {
    /// Missing invoices.
    pub fn missing(&self) -> u64 {
        self.to - self.from + 1
    }

    /// The half hours that it lies in, on the store's clock: from that of the number before to that of the number after.
    pub fn half_hours(&self) -> Option<Interval<DateTime>> {
        half_hours_between(self.after, self.before)
    }
}

impl NumberRestart {
    /// The half hours that it lies in, on the store's clock.
    pub fn half_hours(&self) -> Option<Interval<DateTime>> {
        half_hours_between(self.after, self.before)
    }
}

fn half_hours_between(one: DateTime, other: DateTime) -> Option<Interval<DateTime>> {
    let (first, last) = (one.min(other), one.max(other));
    Interval::new(local_half_hour(first), local_half_hour(last).checked_add(HALF_HOUR).ok()?)
}

/// An invoice that is made over the end of a half hour has lines in both: within this time the same number is the same invoice.
const SAME_INVOICE: SignedDuration = SignedDuration::from_hours(1);

/// So many numbers below the lowest known one are an invoice that was finished late; more are a restart.
const DISORDER_MAX: u64 = 20;

/// The holes, jumps and restarts of every register.
pub fn breaks(mut runs: Vec<NumberRun>, rules: SequenceRules) -> NumberBreaks {
    runs.sort_by(|left, right| {
        (&left.register, left.first_at, left.from).cmp(&(&right.register, right.first_at, right.from))
    });
    let mut found = NumberBreaks::default();
    for of_register in runs.chunk_by(|left, right| left.register == right.register) {
        let (stretches, restarts) = stretches(of_register, rules);
        found.restarts.extend(restarts);
        for stretch in stretches {
            found.holes.extend(stretch.holes(rules.hole_max));
        }
    }
    found.holes.sort_by(|left, right| {
        (&left.register, left.after, left.from).cmp(&(&right.register, right.after, right.from))
    });
    found
}

/// Runs of one register that continue one count.
struct Stretch<'runs> {
    by_number: BTreeMap<(u64, u64), &'runs NumberRun>,
    highest: &'runs NumberRun,
    latest_at: DateTime,
}

/// Cuts the runs of a register, in order of time, where it starts again or rested for so long that nothing is known.
fn stretches(runs: &[NumberRun], rules: SequenceRules) -> (Vec<Stretch<'_>>, Vec<NumberRestart>) {
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    let mut restarts = Vec::new();
    for run in runs {
        match stretches.last_mut() {
            Some(current) if current.rested_until(run) > rules.rest_max => stretches.push(Stretch::of(run)),
            Some(current) if current.is_continued_by(run, rules.hole_max) => current.add(run),
            Some(current) => {
                restarts.push(NumberRestart {
                    register: run.register.clone(),
                    last: current.highest.to,
                    first: run.from,
                    after: current.highest.last_at,
                    before: run.first_at,
                });
                stretches.push(Stretch::of(run));
            }
            None => stretches.push(Stretch::of(run)),
        }
    }
    (stretches, restarts)
}

impl<'runs> Stretch<'runs> {
    fn of(run: &'runs NumberRun) -> Self {
        Self { by_number: BTreeMap::from([((run.from, run.to), run)]), highest: run, latest_at: run.last_at }
    }

    fn add(&mut self, run: &'runs NumberRun) {
        self.by_number.insert((run.from, run.to), run);
        if run.to > self.highest.to {
            self.highest = run;
        }
        self.latest_at = self.latest_at.max(run.last_at);
    }

    fn rested_until(&self, run: &NumberRun) -> SignedDuration {
        run.first_at.duration_since(self.latest_at)
    }

    /// Whether a later run goes on, fills a hole, or is an invoice that was finished late. Otherwise the register starts again.
    fn is_continued_by(&self, run: &NumberRun, hole_max: u64) -> bool {
        if run.from > self.highest.to {
            return true;
        }
        let below = self.by_number.range(..=(run.from, u64::MAX)).next_back().map(|(_, below)| *below);
        let above = self.by_number.range((run.from, u64::MAX)..).next().map(|(_, above)| *above);
        let is_same_invoice = |other: &NumberRun| {
            let shared = run.to.min(other.to).saturating_sub(run.from.max(other.from));
            shared == 0 && run.first_at.duration_since(other.last_at) <= SAME_INVOICE
        };
        let neighbours = [below, above].into_iter().flatten();
        let mut repeated = neighbours.filter(|other| run.from <= other.to && other.from <= run.to).peekable();
        if repeated.peek().is_some() {
            return repeated.all(is_same_invoice);
        }
        match (below, above) {
            (Some(below), Some(above)) => above.from - below.to - 1 <= hole_max,
            (None, Some(above)) => above.from - run.to - 1 <= DISORDER_MAX,
            _ => true,
        }
    }

    fn holes(&self, hole_max: u64) -> Vec<NumberHole> {
        let mut found = Vec::new();
        let mut reached: Option<&NumberRun> = None;
        for run in self.by_number.values().copied() {
            if let Some(last) = reached
                && run.from > last.to.saturating_add(1)
            {
                let missing = run.from - last.to - 1;
                found.push(NumberHole {
                    register: run.register.clone(),
                    kind: if missing <= hole_max { BreakKind::Hole } else { BreakKind::Jump },
                    from: last.to + 1,
                    to: run.from - 1,
                    after: last.last_at,
                    before: run.first_at,
                });
            }
            if reached.is_none_or(|last| run.to > last.to) {
                reached = Some(run);
            }
        }
        found
    }
}

/// Numbers of a register that somebody justified, and the half hours of the store's clock that they lay in.
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
    /// Whether every number of it was justified. A register that starts again has the same numbers at another time.
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

/// The holes that nothing else explains, and those that something else may: every half hour that the first ones lie in and that sales
/// are expected of is loaded, and none of them was justified. What is missing as a whole is a gap already, and its numbers with it.
pub fn unexplained(
    holes: Vec<NumberHole>,
    expected: &IntervalSet<DateTime>,
    covered: &IntervalSet<DateTime>,
    waived: &IntervalSet<DateTime>,
) -> (Vec<NumberHole>, Vec<NumberHole>) {
    let missing = expected.difference(covered);
    let is_unexplained = |hole: &NumberHole| {
        hole.half_hours()
            .is_some_and(|span| !missing.overlaps(&span) && !waived.overlaps(&span) && covered.overlaps(&span))
    };
    holes.into_iter().partition(is_unexplained)
}

#[cfg(test)]
mod tests;
