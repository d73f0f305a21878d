//! An answer that would take away a good part of what is loaded. It is not believed at once: a POS that has just been restored,
//! or that looks at another database, answers with less as quickly as with all.
//!
//! What is lost is counted by the keys of lines, so that as many other lines in their place are a loss too. A line that came
//! with another hour of the same window is not lost. A line that came with a much changed quantity or amount counts like a lost one: what
//! is loaded of it would go.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sha2::{Digest, Sha256};

use crate::sale::SaleLine;
use crate::window::local_half_hour;

/// From when on a loss is doubted, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct LossLimits {
    /// Lines that may be lost, in percent of those that are loaded.
    pub percent_max: u32,
    /// Fewer lines than these are no reason to doubt, unless they are all.
    pub lines_min: u64,
    /// How long after the first time the same answer is believed.
    pub pause: SignedDuration,
    /// A half hour without a line is doubted where it had some in each of so many weeks before; with 0 never.
    pub never_empty_weeks: u32,
    /// So many lines in each of those weeks.
    pub never_empty_lines: u64,
    /// A half hour with so many lines, in percent of the fewest of those weeks, is doubted as an empty one; with 0 only an empty one.
    pub few_lines_percent: u32,
    /// A half hour with more lines than these is not compared with the weeks before: the comparison costs a read.
    pub few_lines_max: u64,
}

impl Default for LossLimits {
    fn default() -> Self {
        Self {
            percent_max: 20,
            lines_min: 5,
            pause: SignedDuration::from_mins(10),
            never_empty_weeks: 4,
            never_empty_lines: 5,
            few_lines_percent: 10,
            few_lines_max: 20,
        }
    }
}

/// A line as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLine {
    /// Its start, on the store's clock.
    pub half_hour: DateTime,
    /// `numero_factura`.
    pub invoice: String,
    /// Its number in the invoice.
    pub line: i32,
    /// Quantity, Bs and USD, in millionths: what a loss can be seen by.
    pub worth: [i64; 3],
}

impl KnownLine {
    /// Of a line of a response.
    pub fn of(line: &SaleLine) -> Self {
        Self {
            half_hour: local_half_hour(line.local_moment()),
            invoice: line.numero_factura.to_string(),
            line: line.linea,
            worth: [line.cantidad_vendida, line.venta_total_bs, line.venta_total_usd].map(millionths),
        }
    }

    fn key(&self) -> (&str, i32) {
        (&self.invoice, self.line)
    }
}

/// An amount as it is compared; one that does not fit is as large as can be.
pub(crate) fn millionths(amount: Decimal) -> i64 {
    let largest = if amount.is_sign_negative() { i64::MIN } else { i64::MAX };
    amount.checked_mul(Decimal::from(1_000_000)).and_then(|amount| amount.to_i64()).unwrap_or(largest)
}

/// A half hour that would lose lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Its start, on the store's clock.
    pub half_hour: DateTime,
    /// Lines that are loaded.
    pub loaded: u64,
    /// Those that did not come.
    pub gone: u64,
    /// Those that came with a much changed quantity or amount.
    pub revalued: u64,
    /// What came of it, as the digest of its keys, and of its amounts where some changed: the same response has the same.
    pub digest: String,
}

/// A loss that was seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtedLoss {
    /// The half hour, on the store's clock.
    pub half_hour: DateTime,
    /// Of the answer in which it was seen.
    pub digest: String,
    /// When that answer came first.
    pub seen_at: Timestamp,
    /// When the source had made it; None where its clock says nothing.
    pub made_at: Option<Timestamp>,
    /// Whether a person confirmed it.
    pub is_confirmed: bool,
}

/// What is known of losses before a response came.
#[derive(Clone, Debug, Default)]
pub struct EarlierLosses {
    /// Lines that earlier loads of the same time removed: what loses a little each time must not be gone in the end.
    pub of_window: u64,
    /// Lines that earlier loads of the store's day removed: nor what loses a little in each of its half hours.
    pub of_day: u64,
    /// Half hours, by their local start, with a loss in doubt: it stays in doubt for every caller, and in pieces of any length.
    pub in_doubt: HashSet<DateTime>,
}

/// The half hours that would lose lines. Empty if the loss is within the limits, together with the earlier ones.
pub fn doubtful(loaded: &[KnownLine], came: &[KnownLine], earlier: &EarlierLosses, limits: LossLimits) -> Vec<Loss> {
    let worth: HashMap<(&str, i32), &[i64; 3]> = came.iter().map(|line| (line.key(), &line.worth)).collect();
    let mut tallies: HashMap<DateTime, Tally> = HashMap::new();
    let mut all = Tally::default();
    for line in loaded {
        let now = worth.get(&line.key()).copied();
        all.add(&line.worth, now, limits);
        tallies.entry(line.half_hour).or_default().add(&line.worth, now, limits);
    }
    let (loaded, lost) = (all.loaded, all.lost());
    let is_doubtful = limits.is_doubtful(loaded, loaded - lost)
        || (lost > 0 && limits.is_much(loaded + earlier.of_window, lost + earlier.of_window))
        || (limits.is_much_of(loaded, lost) && lost + earlier.of_day >= limits.lines_min)
        || tallies.values().any(|tally| limits.is_much(tally.loaded, tally.lost()))
        || tallies.iter().any(|(half_hour, tally)| tally.lost() > 0 && earlier.in_doubt.contains(half_hour));
    if !is_doubtful {
        return Vec::new();
    }
    let loss = |(half_hour, tally): (DateTime, Tally)| {
        let digest = digest_of(came, half_hour, tally.revalued > 0);
        Loss { half_hour, loaded: tally.loaded, gone: tally.gone, revalued: tally.revalued, digest }
    };
    let mut losses: Vec<Loss> = tallies.into_iter().filter(|(_, tally)| tally.lost() > 0).map(loss).collect();
    losses.sort_unstable_by_key(|loss| loss.half_hour);
    losses
}

/// What became of the loaded lines of a time.
#[derive(Default)]
struct Tally {
    loaded: u64,
    /// Those that did not come.
    gone: u64,
    /// Those that came with a much changed quantity or amount.
    revalued: u64,
}

impl Tally {
    fn add(&mut self, loaded: &[i64; 3], came: Option<&[i64; 3]>, limits: LossLimits) {
        let is_much_changed = |(loaded, came): (&i64, &i64)| {
            let change = (i128::from(*came) - i128::from(*loaded)).abs();
            change * 100 > i128::from(*loaded).abs() * i128::from(limits.percent_max)
        };
        self.loaded += 1;
        match came {
            None => self.gone += 1,
            Some(came) => self.revalued += u64::from(loaded.iter().zip(came).any(is_much_changed)),
        }
    }

    fn lost(&self) -> u64 {
        self.gone + self.revalued
    }
}

impl LossLimits {
    /// Whether so many fewer are doubted.
    pub fn is_doubtful(&self, before: u64, now: u64) -> bool {
        let gone = before.saturating_sub(now);
        (gone > 0 && now == 0) || self.is_much(before, gone)
    }

    /// Whether so many of so many lost are neither few nor a small share.
    pub(crate) fn is_much(&self, before: u64, gone: u64) -> bool {
        gone >= self.lines_min.max(1) && self.is_much_of(before, gone)
    }

    fn is_much_of(&self, before: u64, gone: u64) -> bool {
        gone * 100 > before * u64::from(self.percent_max)
    }
}

/// A response, as far as it can confirm what an earlier one said.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation {
    /// When it came.
    pub at: Timestamp,
    /// When the source made it; None where its clock says nothing.
    pub made_at: Option<Timestamp>,
}

impl Confirmation {
    /// Whether it says the same so long afterwards, and is not the earlier response once more, out of a cache. Both moments
    /// are the source's, which may leave out the fractions of a second.
    fn is_later(self, known: &DoubtedLoss, pause: SignedDuration) -> bool {
        let is_another = match (self.made_at, known.made_at) {
            (Some(made_at), Some(first)) => {
                made_at > first && made_at.duration_since(first) + SignedDuration::from_secs(1) >= pause
            }
            _ => true,
        };
        is_another && self.at.duration_since(known.seen_at) >= pause
    }
}

/// Whether all of it may be believed: somebody confirmed it, or the same came before, long enough before this response was made.
pub fn is_believed(losses: &[Loss], known: &[DoubtedLoss], confirmation: Confirmation, limits: LossLimits) -> bool {
    losses.iter().all(|loss| {
        known.iter().any(|known| {
            let is_same = known.half_hour == loss.half_hour && known.digest == loss.digest;
            is_same && (known.is_confirmed || confirmation.is_later(known, limits.pause))
        })
    })
}

/// Of the lines of a half hour.
pub(crate) fn digest_of(came: &[KnownLine], half_hour: DateTime, with_worth: bool) -> String {
    let mut lines: Vec<&KnownLine> = came.iter().filter(|line| line.half_hour == half_hour).collect();
    lines.sort_unstable_by_key(|line| line.key());
    let mut digest = Sha256::new();
    for line in lines {
        digest.update(line.invoice.as_bytes());
        digest.update([0]);
        digest.update(line.line.to_be_bytes());
        if with_worth {
            line.worth.iter().for_each(|amount| digest.update(amount.to_be_bytes()));
        }
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    /// So many lines of an invoice each, in the half hour of that number.
    fn lines(half_hour: i8, numbers: std::ops::Range<i32>) -> Vec<KnownLine> {
        worth(half_hour, numbers, [1_000_000; 3])
    }

    fn worth(half_hour: i8, numbers: std::ops::Range<i32>, worth: [i64; 3]) -> Vec<KnownLine> {
        let half_hour = date(2025, 11, 17).at(8 + half_hour / 2, half_hour % 2 * 30, 0, 0);
        numbers.map(|number| KnownLine { half_hour, invoice: format!("F-{number}"), line: 1, worth }).collect()
    }

    fn losses(loaded: &[KnownLine], came: &[KnownLine]) -> Vec<Loss> {
        doubtful(loaded, came, &EarlierLosses::default(), LossLimits::default())
    }

    fn lost(loaded: &[KnownLine], came: &[KnownLine]) -> Vec<u64> {
        losses(loaded, came).iter().map(|loss| loss.gone).collect()
    }

    #[rstest]
    #[case::nothing(lines(0, 0..100), vec![])]
    #[case::little(lines(0, 0..81), vec![])]
    #[case::a_share(lines(0, 0..79), vec![21])]
    #[case::all(lines(0, 0..0), vec![100])]
    #[case::others_in_their_place(lines(0, 100..200), vec![100])]
    #[case::another_hour_of_the_window(lines(1, 0..100), vec![])]
    fn so_many_lines_of_a_hundred_are_doubted(#[case] came: Vec<KnownLine>, #[case] expected: Vec<u64>) {
        assert_eq!(lost(&lines(0, 0..100), &came), expected);
    }

    #[test]
    fn a_little_is_doubted_once_the_losses_before_make_it_much() {
        let lost = |of_window, came| {
            let earlier = EarlierLosses { of_window, ..EarlierLosses::default() };
            doubtful(&lines(0, 0..80), &lines(0, 0..came), &earlier, LossLimits::default()).len()
        };
        assert_eq!([lost(0, 70), lost(7, 70), lost(8, 70)], [0, 0, 1]);
        assert_eq!(lost(80, 80), 0, "nothing is lost");
    }

    #[test]
    fn a_half_hour_of_few_lines_is_doubted_once_its_day_has_lost_some() {
        let lost = |of_day, came| {
            let earlier = EarlierLosses { of_day, ..EarlierLosses::default() };
            doubtful(&lines(0, 0..4), &lines(0, 0..came), &earlier, LossLimits::default()).len()
        };
        assert_eq!([lost(0, 1), lost(1, 1), lost(2, 1)], [0, 0, 1]);
        assert_eq!(lost(100, 4), 0, "nothing is lost");
    }

    #[test]
    fn a_loss_in_doubt_stays_in_doubt_in_whatever_pieces_it_comes() {
        let half_hour = |number| lines(number, 0..1)[0].half_hour;
        let lost = |in_doubt: &[DateTime]| {
            let earlier = EarlierLosses { in_doubt: in_doubt.iter().copied().collect(), ..EarlierLosses::default() };
            doubtful(&lines(0, 0..4), &lines(0, 0..3), &earlier, LossLimits::default()).len()
        };
        assert_eq!([lost(&[]), lost(&[half_hour(1)]), lost(&[half_hour(0)])], [0, 0, 1]);
    }

    #[test]
    fn a_few_lines_are_doubted_only_where_they_are_all() {
        assert!(lost(&lines(0, 0..3), &lines(0, 0..1)).is_empty());
        assert_eq!(lost(&lines(0, 0..3), &[]), [3]);
        assert!(lost(&[], &[]).is_empty());
    }

    #[test]
    fn a_half_hour_of_a_long_day_that_loses_much_is_doubted_with_all_that_lose_something() {
        let loaded = [lines(0, 0..900), lines(1, 1000..1050), lines(2, 2000..2100)].concat();
        let came = [lines(0, 0..899), lines(1, 1000..1010), lines(2, 2000..2100)].concat();
        assert_eq!(lost(&loaded, &came), [1, 40]);
    }

    #[test]
    fn the_same_answer_is_believed_after_the_pause_or_once_it_is_confirmed() {
        let limits = LossLimits::default();
        let losses = doubtful(&lines(0, 0..100), &lines(0, 0..10), &EarlierLosses::default(), limits);
        let seen_at: Timestamp = "2025-11-17T12:00:00Z".parse().unwrap();
        let known = |digest: &str, is_confirmed| {
            let (half_hour, digest) = (losses[0].half_hour, digest.to_owned());
            vec![DoubtedLoss { half_hour, digest, seen_at, made_at: Some(seen_at), is_confirmed }]
        };
        let later = |minutes: i64| {
            let at = seen_at + SignedDuration::from_mins(minutes);
            Confirmation { at, made_at: Some(at) }
        };
        let digest = losses[0].digest.as_str();
        assert!(!is_believed(&losses, &[], later(60), limits));
        assert!(!is_believed(&losses, &known(digest, false), later(9), limits));
        assert!(is_believed(&losses, &known(digest, false), later(10), limits));
        assert!(is_believed(&losses, &known(digest, true), later(0), limits));
        assert!(!is_believed(&losses, &known("another", true), later(60), limits));
        let cached = Confirmation { made_at: Some(seen_at), ..later(60) };
        assert!(!is_believed(&losses, &known(digest, false), cached, limits));
        assert!(!is_believed(
            &losses,
            &known(digest, false),
            cached,
            LossLimits { pause: SignedDuration::ZERO, ..limits }
        ));
        let unknown = Confirmation { made_at: None, ..later(60) };
        assert!(is_believed(&losses, &known(digest, false), unknown, limits));
        let other = doubtful(&lines(0, 0..100), &lines(0, 0..11), &EarlierLosses::default(), limits);
        assert_ne!(other[0].digest, losses[0].digest);
    }

    #[rstest]
    #[case::nothing([1_000_000; 3], 100, 0)]
    #[case::all_of_the_money([1_000_000, 0, 0], 100, 100)]
    #[case::the_quantity([0, 1_000_000, 1_000_000], 100, 100)]
    #[case::a_third_of_it([1_000_000, 1_000_000, 660_000], 100, 100)]
    #[case::a_little([1_000_000, 950_000, 950_000], 100, 0)]
    #[case::a_lost_decimal_point([1_000_000, 100_000_000, 100_000_000], 100, 100)]
    #[case::a_correction_of_a_few([0, 0, 0], 4, 0)]
    #[case::a_few_of_many([0, 0, 0], 20, 0)]
    #[case::many([0, 0, 0], 21, 21)]
    fn lines_that_came_much_changed_count_like_lost_ones(
        #[case] now: [i64; 3],
        #[case] lines_now: i32,
        #[case] expected: u64,
    ) {
        let came = [worth(0, 0..lines_now, now), lines(0, lines_now..100)].concat();
        let found = losses(&lines(0, 0..100), &came);
        assert_eq!(found.iter().map(|loss| loss.revalued).sum::<u64>(), expected);
        assert!(found.iter().all(|loss| loss.gone == 0));
    }

    #[test]
    fn lines_that_are_gone_and_lines_that_changed_count_together() {
        let came = [worth(0, 0..15, [0; 3]), lines(0, 15..85)].concat();
        let found = losses(&lines(0, 0..100), &came);
        assert_eq!((found[0].gone, found[0].revalued), (15, 15));
    }

    #[test]
    fn the_same_keys_at_other_amounts_are_another_response() {
        let digest = |usd| losses(&lines(0, 0..100), &worth(0, 0..100, [1_000_000, 0, usd]))[0].digest.clone();
        assert_eq!(digest(0), digest(0));
        assert_ne!(digest(0), digest(1));
    }
}
