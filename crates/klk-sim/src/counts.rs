//! How many invoices each register makes in each half hour, known without making them.
//!
//! That is what lets sequence numbers rise by one over days while any half hour is made alone: the number an invoice
//! gets is the sum of all counts before it, and a count is one hash.

use std::sync::{Mutex, PoisonError};

use jiff::civil::{Date, Time};

use crate::branch::SimBranch;
use crate::dice::hash;
use crate::local_time::{HALF_HOUR_TICKS, days_between, ticks_of};

/// Half hours of a day.
pub(crate) const SLOTS: u64 = 48;

/// A register: its group and its number in it.
pub(crate) struct Register {
    pub(crate) name: &'static str,
    /// Whether it makes as many invoices in every store, and so the same numbers on the same day: numbers are a
    /// store's own, and whoever takes them for the chain's must be found out.
    same_everywhere: bool,
}

const fn register(name: &'static str) -> Register {
    Register { name, same_everywhere: false }
}

/// The registers of every store.
pub(crate) const REGISTERS: [Register; 9] = [
    register("C10-01"),
    register("C10-02"),
    register("C10-03"),
    register("C10-04"),
    register("C10-05"),
    register("C20-01"),
    register("C20-02"),
    register("C20-03"),
    Register { name: "C30-01", same_everywhere: true },
];

/// The slots in which every store is open: 08:00 to 21:00.
const COMMON_SLOTS: std::ops::Range<u64> = 16..42;
/// Lines of an ordinary half hour where it is the same in every store.
const COMMON_HALF_HOUR_LINES: u64 = 430;
/// Lines of an invoice on average, in tenths.
const INVOICE_LINES_TENTHS: u64 = 88;

/// How busy each half hour is, in thousandths: quiet at opening, a peak at noon and a higher one after work.
const CURVE: [u64; SLOTS as usize] = [
    300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 400, 500, // up to 07:00
    480, 620, 740, 820, 900, 960, 1_010, 1_060, 1_120, 1_210, // up to 12:00
    1_260, 1_220, 1_130, 1_010, 930, 900, 890, 910, 960, 1_020, // up to 17:00
    1_120, 1_230, 1_300, 1_270, 1_140, 960, 790, 610, // up to 21:00
    520, 460, 410, 360, 320, 290,
];

/// How busy each day of the week is, Monday first, in thousandths.
const WEEK: [u64; 7] = [900, 850, 880, 930, 1_080, 1_300, 1_200];

/// Invoices of each register.
pub(crate) type Counts = [u32; REGISTERS.len()];

/// The invoices of one store, counted.
pub(crate) struct Ledger {
    seed: u64,
    branch_key: u64,
    half_hour_lines: u64,
    /// In thousandths.
    volume: u64,
    first_day: Date,
    closed_on: Vec<Date>,
    open_slots: std::ops::Range<u64>,
    /// At place `d`, the invoices before the day `d` of the simulation; as far as was asked for yet.
    before_day: Mutex<Vec<Counts>>,
}

impl Ledger {
    pub(crate) fn new(seed: u64, branch_key: u64, volume: f64, first_day: Date, branch: &SimBranch) -> Self {
        let slot_of = |time: Time| ticks_of(time) / HALF_HOUR_TICKS;
        let closes = branch.closes.map_or(SLOTS, |closes| ticks_of(closes).div_ceil(HALF_HOUR_TICKS));
        Self {
            seed,
            branch_key,
            half_hour_lines: u64::from(branch.half_hour_lines),
            volume: (volume * 1_000.0).round().clamp(0.0, 100_000.0) as u64,
            first_day,
            closed_on: branch.closed_on.clone(),
            open_slots: slot_of(branch.opens)..closes,
            before_day: Mutex::new(vec![Counts::default()]),
        }
    }

    /// The first half hour of the day with sales.
    pub(crate) fn opening_slot(&self) -> u64 {
        self.open_slots.start
    }

    /// What each register makes in one half hour.
    pub(crate) fn counts(&self, date: Date, slot: u64) -> Counts {
        let day = days_between(self.first_day, date);
        if day < 0 || !self.open_slots.contains(&slot) || self.closed_on.contains(&date) {
            return Counts::default();
        }
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        let busy = CURVE[slot as usize] * WEEK[weekday];
        std::array::from_fn(|index| {
            let (key, lines) = match REGISTERS[index].same_everywhere {
                true if !COMMON_SLOTS.contains(&slot) => return 0,
                true => (0, COMMON_HALF_HOUR_LINES),
                false => (self.branch_key, self.half_hour_lines),
            };
            let expected_thousandths =
                lines * self.volume * busy / 1_000_000 * 10 / (INVOICE_LINES_TENTHS * REGISTERS.len() as u64);
            let chance = hash(&[self.seed, key, day.unsigned_abs(), slot, index as u64]);
            // Thirty percent more or less, and a fraction of an invoice is one as often as it is large.
            ((expected_thousandths * (700 + chance % 601) / 1_000 + (chance >> 32) % 1_000) / 1_000) as u32
        })
    }

    /// What each register made before this half hour, from the first day on.
    pub(crate) fn before(&self, date: Date, slot: u64) -> Counts {
        let mut sum = self.before_date(date);
        for earlier in 0..slot {
            add(&mut sum, self.counts(date, earlier));
        }
        sum
    }

    fn before_date(&self, date: Date) -> Counts {
        let day = usize::try_from(days_between(self.first_day, date)).unwrap_or(0);
        let mut known = self.before_day.lock().unwrap_or_else(PoisonError::into_inner);
        while known.len() <= day {
            let mut sum = known.last().copied().unwrap_or_default();
            let Ok(last) = self.first_day.checked_add(jiff::Span::new().days(known.len() as i64 - 1)) else { break };
            for slot in self.open_slots.clone() {
                add(&mut sum, self.counts(last, slot));
            }
            known.push(sum);
        }
        known.get(day).copied().unwrap_or_default()
    }
}

/// The number of a register's first invoice: the same in every store, as their numbers are.
pub(crate) fn first_sequence(seed: u64, register: usize) -> u64 {
    1 + hash(&[seed, register as u64]) % 5_000
}

fn add(sum: &mut Counts, counts: Counts) {
    for (total, count) in sum.iter_mut().zip(counts) {
        *total += count;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::stores;

    fn ledger(store: usize, volume: f64) -> Ledger {
        let branch = &stores::first(5)[store];
        Ledger::new(7, crate::dice::text_key(&branch.code), volume, date(2025, 1, 1), branch)
    }

    #[test]
    fn what_came_before_a_day_is_what_came_before_the_day_before_and_its_half_hours() {
        let ledger = ledger(0, 1.0);
        let mut sum = ledger.before(date(2025, 11, 16), 0);
        for slot in 0..SLOTS {
            add(&mut sum, ledger.counts(date(2025, 11, 16), slot));
        }
        assert_eq!(ledger.before(date(2025, 11, 17), 0), sum);
    }

    #[test]
    fn nothing_is_counted_at_night_or_before_the_first_day_or_on_closed_days() {
        let mut branch = stores::first(1).remove(0);
        branch.closed_on = vec![date(2025, 12, 25)];
        let ledger = Ledger::new(7, 1, 1.0, date(2025, 1, 1), &branch);
        for (day, slot) in
            [(date(2025, 11, 17), 13), (date(2025, 11, 17), 42), (date(2024, 12, 31), 24), (date(2025, 12, 25), 24)]
        {
            assert_eq!(ledger.counts(day, slot), Counts::default());
        }
        assert!(ledger.counts(date(2025, 11, 17), 24).iter().sum::<u32>() > 0);
    }

    #[test]
    fn one_register_counts_the_same_in_every_store() {
        let shared = REGISTERS.iter().position(|register| register.same_everywhere).unwrap();
        let day = date(2025, 11, 17);
        let numbers: Vec<u32> = (0..5).map(|store| ledger(store, 1.0).before(day, 30)[shared]).collect();
        assert!(numbers[0] > 0);
        assert!(numbers.iter().all(|number| *number == numbers[0]));
    }

    #[test]
    fn volume_scales_the_number_of_invoices() {
        let day = |volume| ledger(0, volume).before(date(2025, 1, 2), 0).iter().sum::<u32>();
        assert_eq!(day(0.0), 0);
        let (tenth, whole) = (day(0.1), day(1.0));
        assert!((whole / 13..whole / 8).contains(&tenth), "{tenth} of {whole}");
    }
}
