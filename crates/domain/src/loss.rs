//! An answer that would take away a good part of what is loaded. It is not believed at once: a POS that has just been restored,
//! or that looks at another database, answers with less as quickly as with all.
//!
//! What is lost is counted by the keys of lines, so that as many other lines in their place are a loss too. A line that came
//! with another hour of the same window is not lost.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sha2::{Digest, Sha256};

use crate::Interval;
use crate::sale::SaleLine;
use crate::value::SalesHistory;
use crate::window::{HALF_HOUR, instant_of, local_half_hour};

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
}

impl Default for LossLimits {
    fn default() -> Self {
        Self {
            percent_max: 20,
            lines_min: 5,
            pause: SignedDuration::from_mins(10),
            never_empty_weeks: 4,
            never_empty_lines: 5,
        }
    }
}

/// A line as far as it matters here: its half hour on the store's clock, its invoice and its number.
pub type LineKey = (DateTime, String, i32);

/// The keys of lines, each with its half hour.
pub fn keys_of(lines: &[SaleLine]) -> Vec<LineKey> {
    let key = |line: &SaleLine| (local_half_hour(line.local_moment()), line.numero_factura.to_string(), line.linea);
    lines.iter().map(key).collect()
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
    /// What came of it, as the digest of its keys: the same answer has the same.
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
pub fn doubtful(loaded: &[LineKey], came: &[LineKey], earlier: &EarlierLosses, limits: LossLimits) -> Vec<Loss> {
    let keys: HashSet<(&str, i32)> = came.iter().map(|(_, invoice, line)| (invoice.as_str(), *line)).collect();
    let mut counts: HashMap<DateTime, (u64, u64)> = HashMap::new();
    for (half_hour, invoice, line) in loaded {
        let (loaded, gone) = counts.entry(*half_hour).or_default();
        *loaded += 1;
        *gone += u64::from(!keys.contains(&(invoice.as_str(), *line)));
    }
    let gone: u64 = counts.values().map(|(_, gone)| gone).sum();
    let all = loaded.len() as u64;
    let is_doubtful = limits.is_doubtful(all, all - gone)
        || (gone > 0 && limits.is_much(all + earlier.of_window, gone + earlier.of_window))
        || (limits.is_much_of(all, gone) && gone + earlier.of_day >= limits.lines_min)
        || counts.values().any(|(loaded, gone)| limits.is_much(*loaded, *gone))
        || counts.iter().any(|(half_hour, (_, gone))| *gone > 0 && earlier.in_doubt.contains(half_hour));
    if !is_doubtful {
        return Vec::new();
    }
    let digests = digests(came);
    let nothing = digest_of(&mut Vec::new());
    let mut losses: Vec<Loss> = counts
        .into_iter()
        .filter(|(_, (_, gone))| *gone > 0)
        .map(|(half_hour, (loaded, gone))| {
            let digest = digests.get(&half_hour).unwrap_or(&nothing).clone();
            Loss { half_hour, loaded, gone, digest }
        })
        .collect();
    losses.sort_unstable_by_key(|loss| loss.half_hour);
    losses
}

/// Of half hours without a line, given by their local start, those that sold in each of the weeks before. A week of which
/// nothing is known says nothing, and a half hour that is loaded as empty already was believed.
pub fn never_empty(empty: &[DateTime], history: &SalesHistory, zone: &TimeZone, limits: LossLimits) -> Vec<Loss> {
    let is_covered = |local: DateTime| {
        let start = instant_of(local, zone);
        let half_hour = start.and_then(|start| Interval::new(start, start.checked_add(HALF_HOUR).ok()?));
        half_hour.is_some_and(|half_hour| history.covered.covers(&half_hour))
    };
    let sold = |local: DateTime| {
        let lines = history.half_hours.get(&local).map_or(0, |sales| sales.lines);
        lines >= limits.never_empty_lines && is_covered(local)
    };
    let always_sold = |local: &DateTime| {
        let weeks = 1..=i64::from(limits.never_empty_weeks);
        !is_covered(*local)
            && limits.never_empty_weeks > 0
            && weeks.clone().all(|week| local.checked_sub((7 * week).days()).is_ok_and(sold))
    };
    let digest = digest_of(&mut Vec::new());
    let found = empty.iter().filter(|local| always_sold(local));
    found.map(|half_hour| Loss { half_hour: *half_hour, loaded: 0, gone: 0, digest: digest.clone() }).collect()
}

impl LossLimits {
    /// Whether so many fewer are doubted.
    pub fn is_doubtful(&self, before: u64, now: u64) -> bool {
        let gone = before.saturating_sub(now);
        (gone > 0 && now == 0) || self.is_much(before, gone)
    }

    fn is_much(&self, before: u64, gone: u64) -> bool {
        gone >= self.lines_min.max(1) && self.is_much_of(before, gone)
    }

    fn is_much_of(&self, before: u64, gone: u64) -> bool {
        gone * 100 > before * u64::from(self.percent_max)
    }
}

/// Whether all of it may be believed: somebody confirmed it, or the same came before, long enough before this response was made.
pub fn is_believed(losses: &[Loss], known: &[DoubtedLoss], made_at: Timestamp, limits: LossLimits) -> bool {
    losses.iter().all(|loss| {
        known.iter().any(|known| {
            let is_same = known.half_hour == loss.half_hour && known.digest == loss.digest;
            is_same && (known.is_confirmed || made_at.duration_since(known.seen_at) >= limits.pause)
        })
    })
}

fn digests(came: &[LineKey]) -> HashMap<DateTime, String> {
    let mut keys: HashMap<DateTime, Vec<(&str, i32)>> = HashMap::new();
    for (half_hour, invoice, line) in came {
        keys.entry(*half_hour).or_default().push((invoice, *line));
    }
    keys.into_iter().map(|(half_hour, mut keys)| (half_hour, digest_of(&mut keys))).collect()
}

fn digest_of(keys: &mut Vec<(&str, i32)>) -> String {
    keys.sort_unstable();
    let mut digest = Sha256::new();
    for (invoice, line) in keys {
        digest.update(invoice.as_bytes());
        digest.update([0]);
        digest.update(line.to_be_bytes());
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    /// So many lines of an invoice each, in the half hour of that number.
    fn lines(half_hour: i8, numbers: std::ops::Range<i32>) -> Vec<LineKey> {
        let start = date(2025, 11, 17).at(8 + half_hour / 2, half_hour % 2 * 30, 0, 0);
        numbers.map(|number| (start, format!("F-{number}"), 1)).collect()
    }

    fn lost(loaded: &[LineKey], came: &[LineKey]) -> Vec<u64> {
        doubtful(loaded, came, &EarlierLosses::default(), LossLimits::default()).iter().map(|loss| loss.gone).collect()
    }

    #[rstest]
    #[case::nothing(lines(0, 0..100), vec![])]
    #[case::little(lines(0, 0..81), vec![])]
    #[case::a_share(lines(0, 0..79), vec![21])]
    #[case::all(lines(0, 0..0), vec![100])]
    #[case::others_in_their_place(lines(0, 100..200), vec![100])]
    #[case::another_hour_of_the_window(lines(1, 0..100), vec![])]
    fn so_many_lines_of_a_hundred_are_doubted(#[case] came: Vec<LineKey>, #[case] expected: Vec<u64>) {
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
        let half_hour = |number| lines(number, 0..1)[0].0;
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
    fn a_half_hour_that_always_sold_is_doubted_when_it_is_empty() {
        let zone = TimeZone::UTC;
        let noon = date(2025, 11, 24).at(12, 0, 0, 0);
        let week = |weeks: i64| noon - (7 * weeks).days();
        let history = |lines: [u64; 4], covered_weeks: i64| {
            let half_hours = lines.into_iter().zip(1..).map(|(lines, back)| {
                (week(back), crate::value::HalfHourSales { lines, ..crate::value::HalfHourSales::default() })
            });
            let start = instant_of(week(covered_weeks), &zone).unwrap();
            let covered = [Interval::new(start, instant_of(noon, &zone).unwrap()).unwrap()].into_iter().collect();
            SalesHistory { covered, half_hours: half_hours.collect() }
        };
        let doubted = |history: &SalesHistory, limits| never_empty(&[noon], history, &zone, limits).len();
        let limits = LossLimits::default();
        assert_eq!(doubted(&history([40, 38, 5, 41], 4), limits), 1);
        assert_eq!(doubted(&history([40, 38, 4, 41], 4), limits), 0, "it sold little once");
        assert_eq!(doubted(&history([40, 38, 5, 41], 3), limits), 0, "the fourth week is not known");
        assert_eq!(doubted(&history([40; 4], 4), LossLimits { never_empty_weeks: 0, ..limits }), 0);
        let mut loaded = history([40; 4], 4);
        let until = instant_of(noon, &zone).unwrap() + HALF_HOUR;
        loaded.covered = [Interval::new(instant_of(week(4), &zone).unwrap(), until).unwrap()].into_iter().collect();
        assert_eq!(doubted(&loaded, limits), 0, "it was believed to be empty before");
    }

    #[test]
    fn the_same_answer_is_believed_after_the_pause_or_once_it_is_confirmed() {
        let limits = LossLimits::default();
        let losses = doubtful(&lines(0, 0..100), &lines(0, 0..10), &EarlierLosses::default(), limits);
        let seen_at: Timestamp = "2025-11-17T12:00:00Z".parse().unwrap();
        let known = |digest: &str, is_confirmed| {
            vec![DoubtedLoss { half_hour: losses[0].half_hour, digest: digest.to_owned(), seen_at, is_confirmed }]
        };
        let later = |minutes: i64| seen_at + SignedDuration::from_mins(minutes);
        let digest = losses[0].digest.as_str();
        assert!(!is_believed(&losses, &[], later(60), limits));
        assert!(!is_believed(&losses, &known(digest, false), later(9), limits));
        assert!(is_believed(&losses, &known(digest, false), later(10), limits));
        assert!(is_believed(&losses, &known(digest, true), later(0), limits));
        assert!(!is_believed(&losses, &known("another", true), later(60), limits));
        let other = doubtful(&lines(0, 0..100), &lines(0, 0..11), &EarlierLosses::default(), limits);
        assert_ne!(other[0].digest, losses[0].digest);
    }
}
