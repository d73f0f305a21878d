//! Half hours that came with far fewer lines than the same ones of the weeks before. Nothing of them is loaded that
//! could be lost, so they are no loss; they are doubted like one.

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::Interval;
use crate::loss::{KnownLine, Loss, LossLimits, digest_of};
use crate::value::SalesHistory;
use crate::window::{HALF_HOUR, instant_of};

/// A half hour that came with far fewer lines than the weeks before had, or with none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FewLines {
    /// Its start, on the store's clock.
    pub half_hour: DateTime,
    /// Lines that came.
    pub lines: u64,
    /// The fewest that a week before had.
    pub least: u64,
    /// As it is doubted: nothing of it is loaded.
    pub loss: Loss,
}

/// Of half hours, given by their local start, those that sold far more in each of the weeks before. A week of which
/// nothing is known says nothing, and a half hour that is loaded already was believed.
pub fn unusually_few(
    half_hours: &[DateTime],
    came: &[KnownLine],
    history: &SalesHistory,
    zone: &TimeZone,
    limits: LossLimits,
) -> Vec<FewLines> {
    let is_covered = |local: DateTime| {
        let start = instant_of(local, zone);
        let half_hour = start.and_then(|start| Interval::new(start, start.checked_add(HALF_HOUR).ok()?));
        half_hour.is_some_and(|half_hour| history.covered.covers(&half_hour))
    };
    let sold = |local: DateTime| {
        let lines = history.half_hours.get(&local).map_or(0, |sales| sales.lines);
        is_covered(local).then_some(lines)
    };
    // None where a week is not known, and where there is none.
    let least_before = |local: DateTime| {
        let weeks = 1..=i64::from(limits.never_empty_weeks);
        let sold = weeks.map(|week| local.checked_sub((7 * week).days()).ok().and_then(sold));
        sold.collect::<Option<Vec<u64>>>()?.into_iter().min()
    };
    let few = |half_hour: &DateTime| {
        let half_hour = *half_hour;
        let lines = came.iter().filter(|line| line.half_hour == half_hour).count() as u64;
        if lines > limits.few_lines_max || is_covered(half_hour) {
            return None;
        }
        let least = least_before(half_hour)?;
        let is_few = least >= limits.never_empty_lines && lines * 100 <= least * u64::from(limits.few_lines_percent);
        let digest = digest_of(came, half_hour, false);
        let loss = Loss { half_hour, loaded: 0, gone: 0, revalued: 0, digest };
        is_few.then_some(FewLines { half_hour, lines, least, loss })
    };
    half_hours.iter().filter_map(few).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

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
        let doubted = |history: &SalesHistory, limits| unusually_few(&[noon], &[], history, &zone, limits).len();
        let limits = LossLimits::default();
        assert_eq!(doubted(&history([40, 38, 5, 41], 4), limits), 1);
        assert_eq!(doubted(&history([40, 38, 4, 41], 4), limits), 0, "it sold little once");
        assert_eq!(doubted(&history([40, 38, 5, 41], 3), limits), 0, "the fourth week is not known");
        assert_eq!(doubted(&history([40; 4], 4), LossLimits { never_empty_weeks: 0, ..limits }), 0);
        let mut loaded = history([40; 4], 4);
        let until = instant_of(noon, &zone).unwrap() + HALF_HOUR;
        loaded.covered = [Interval::new(instant_of(week(4), &zone).unwrap(), until).unwrap()].into_iter().collect();
        assert_eq!(doubted(&loaded, limits), 0, "it was believed to be empty before");
        let of_lines = |count| {
            let came = (0..count).map(|number| KnownLine {
                half_hour: noon,
                invoice: format!("F-{number}"),
                line: 1,
                worth: [1_000_000; 3],
            });
            let few = unusually_few(&[noon], &came.collect::<Vec<_>>(), &history([40; 4], 4), &zone, limits);
            few.first().map(|few| (few.lines, few.least))
        };
        assert_eq!(of_lines(4), Some((4, 40)), "a tenth of what it always sold");
        assert_eq!(of_lines(5), None);
        let only_empty = LossLimits { few_lines_percent: 0, ..limits };
        assert_eq!(doubted(&history([40; 4], 4), only_empty), 1);
    }
}
