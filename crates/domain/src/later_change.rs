//! What the source has otherwise now than it is loaded: half hours that were complete, and are a gap until they are loaded
//! again.
//!
//! An answer is compared with what is loaded before it is loaded itself, so that a load that fails, or a process that is
//! killed, does not take with it what was seen.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::sale::SaleLine;
use crate::value::{HalfHourSales, SalesHistory};
use crate::window::{half_hours, local_half_hour};
use crate::{Interval, RunId};

/// A half hour whose source says something else than what is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The half hour.
    pub half_hour: Interval<Timestamp>,
    /// What the numbers are of: the half hour itself, or all of a window that only tells that it differs somewhere.
    pub measured: Interval<Timestamp>,
    /// Lines that are loaded of it.
    pub loaded: u64,
    /// Lines that the source has of it now.
    pub announced: u64,
    /// What the lines that are loaded are worth, and those of now, in USD, where all of them came.
    pub usd: Option<(Decimal, Decimal)>,
}

/// A difference that was seen and whose half hour was not loaded again since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterChange {
    /// What differs.
    pub difference: Difference,
    /// The run that saw it last.
    pub run: RunId,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// Whether it was given up since. What was given up before it was seen was something else.
    pub is_waived: bool,
}

/// What the source answered for a window.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'answer> {
    /// The window that it was asked for.
    pub window: Interval<Timestamp>,
    /// Lines that it announced.
    pub announced: u64,
    /// Distinct lines that came.
    pub received: u64,
    /// Whether it announced lines of the window only, and none that lies at its very end.
    pub is_of_window_only: bool,
    /// What came, by the local start of the half hour.
    pub half_hours: &'answer HashMap<DateTime, HalfHourSales>,
}

/// Lines by the local start of their half hour, as they are summed where they are loaded: to the sixth decimal.
pub fn by_half_hour(lines: &[SaleLine]) -> HashMap<DateTime, HalfHourSales> {
    let mut sums: HashMap<DateTime, HalfHourSales> = HashMap::new();
    let mut invoices: HashSet<(DateTime, &str)> = HashSet::new();
    for line in lines {
        let half_hour = local_half_hour(line.local_moment());
        let sum = sums.entry(half_hour).or_default();
        sum.lines += 1;
        sum.invoices += u64::from(invoices.insert((half_hour, &line.numero_factura)));
        sum.total_bs += six_decimals(line.venta_total_bs);
        sum.total_usd += six_decimals(line.venta_total_usd);
    }
    sums
}

fn six_decimals(mut number: Decimal) -> Decimal {
    number.rescale(6);
    number
}

impl Answered<'_> {
    /// The half hours of the window that were complete and that the source has otherwise now. Of an answer that is short,
    /// only what is certain: a half hour of which more came than is loaded; or all of them, where the source announces a
    /// number that what is loaded cannot be.
    pub fn differences(&self, known: &SalesHistory, zone: &TimeZone) -> Vec<Difference> {
        let complete: Vec<(Interval<Timestamp>, HalfHourSales, HalfHourSales)> = half_hours(self.window, zone)
            .into_iter()
            .filter(|half_hour| known.covered.covers(half_hour))
            .map(|half_hour| {
                let local = zone.to_datetime(half_hour.start());
                let of = |sums: &HashMap<DateTime, HalfHourSales>| sums.get(&local).copied().unwrap_or_default();
                (half_hour, of(&known.half_hours), of(self.half_hours))
            })
            .collect();
        let is_short = self.announced != self.received;
        let placed: Vec<Difference> = complete
            .iter()
            .filter(|(_, loaded, came)| if is_short { came.lines > loaded.lines } else { !are_alike(loaded, came) })
            .map(|(half_hour, loaded, came)| Difference {
                half_hour: *half_hour,
                measured: *half_hour,
                loaded: loaded.lines,
                announced: came.lines,
                usd: (!is_short).then_some((loaded.total_usd, came.total_usd)),
            })
            .collect();
        if !is_short {
            return placed;
        }
        let loaded: u64 = complete.iter().map(|(_, loaded, _)| loaded.lines).sum();
        let came: u64 = complete.iter().map(|(.., came)| came.lines).sum();
        let most = came + self.announced.saturating_sub(self.received);
        let least = if self.is_of_window_only && known.covered.covers(&self.window) { most } else { came };
        let with_what_came = loaded + placed.iter().map(|placed| placed.announced - placed.loaded).sum::<u64>();
        // What did not come may be of the half hours that are known to differ, which will be loaded again anyway.
        let is_explained = with_what_came <= most && (with_what_came >= least || !placed.is_empty());
        if is_explained {
            return placed;
        }
        let somewhere = |(half_hour, ..): &(Interval<Timestamp>, HalfHourSales, HalfHourSales)| Difference {
            half_hour: *half_hour,
            measured: self.window,
            loaded,
            announced: most,
            usd: None,
        };
        complete.iter().map(somewhere).collect()
    }
}

fn are_alike(left: &HalfHourSales, right: &HalfHourSales) -> bool {
    (left.lines, left.invoices, left.total_bs, left.total_usd)
        == (right.lines, right.invoices, right.total_bs, right.total_usd)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;
    use crate::window::day_interval;

    fn caracas() -> TimeZone {
        TimeZone::get("America/Caracas").unwrap()
    }

    fn day() -> Interval<Timestamp> {
        day_interval(date(2025, 11, 17), &caracas()).unwrap()
    }

    /// Lines by half hour of the day, each worth a dollar.
    fn sums(lines: &[(i8, u64)]) -> HashMap<DateTime, HalfHourSales> {
        let of = |(half_hour, lines): &(i8, u64)| {
            let start = date(2025, 11, 17).at(half_hour / 2, half_hour % 2 * 30, 0, 0);
            let usd = Decimal::from(*lines);
            (start, HalfHourSales { lines: *lines, invoices: *lines, total_usd: usd, ..HalfHourSales::default() })
        };
        lines.iter().map(of).collect()
    }

    fn history(lines: &[(i8, u64)]) -> SalesHistory {
        SalesHistory { covered: [day()].into_iter().collect(), half_hours: sums(lines) }
    }

    /// Which half hours of the day differ, and the numbers of the first.
    fn found(known: &SalesHistory, came: &[(i8, u64)], lacking: u64) -> (Vec<i64>, Option<(u64, u64)>) {
        let half_hours = sums(came);
        let received = came.iter().map(|(_, lines)| lines).sum();
        let answered = Answered {
            window: day(),
            announced: received + lacking,
            received,
            is_of_window_only: true,
            half_hours: &half_hours,
        };
        let differences = answered.differences(known, &caracas());
        let place = |one: &Difference| one.half_hour.start().duration_since(day().start()).as_mins() / 30;
        (differences.iter().map(place).collect(), differences.first().map(|one| (one.loaded, one.announced)))
    }

    #[rstest]
    #[case::the_same(&[(16, 10), (17, 5)], &[], None)]
    #[case::more(&[(16, 10), (17, 7)], &[17], Some((5, 7)))]
    #[case::fewer(&[(16, 9), (17, 5)], &[16], Some((10, 9)))]
    #[case::where_nothing_was(&[(16, 10), (17, 5), (20, 1)], &[20], Some((0, 1)))]
    fn a_whole_answer_tells_which_half_hours_changed(
        #[case] came: &[(i8, u64)],
        #[case] places: &[i64],
        #[case] numbers: Option<(u64, u64)>,
    ) {
        assert_eq!(found(&history(&[(16, 10), (17, 5)]), came, 0), (places.to_vec(), numbers));
    }

    #[test]
    fn money_that_changes_is_a_change_too() {
        let mut known = history(&[(16, 10)]);
        known.half_hours.values_mut().for_each(|sum| sum.total_usd += Decimal::ONE);
        assert_eq!(found(&known, &[(16, 10)], 0), (vec![16], Some((10, 10))));
    }

    #[rstest]
    #[case::what_is_loaded_is_what_is_announced(&[(16, 8), (17, 5)], 2, &[])]
    #[case::one_more_came_and_one_did_not(&[(16, 10), (17, 6)], 1, &[17])]
    #[case::what_is_new_came_and_something_else_did_not(&[(16, 9), (17, 7)], 1, &[17])]
    fn a_short_answer_tells_what_is_certain(#[case] came: &[(i8, u64)], #[case] lacking: u64, #[case] places: &[i64]) {
        assert_eq!(found(&history(&[(16, 10), (17, 5)]), came, lacking).0, places);
    }

    #[test]
    fn a_short_answer_that_announces_another_number_says_it_of_the_whole_window() {
        let (places, numbers) = found(&history(&[(16, 10), (17, 5)]), &[(16, 10), (17, 4)], 3);
        assert_eq!((places.len(), numbers), (48, Some((15, 17))));
    }

    #[test]
    fn what_was_never_complete_cannot_have_changed() {
        let mut known = history(&[(16, 10)]);
        known.covered = crate::IntervalSet::empty();
        assert_eq!(found(&known, &[(16, 12)], 0), (vec![], None));
    }
}
