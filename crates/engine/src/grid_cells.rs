//! The cells of a coverage grid: a store's days, each in one word or half hour by half hour.

use std::collections::HashSet;

use domain::gap::GapState;
use domain::read_model::GapView;
use domain::window::{LocalPeriod, clock_text, day_interval, half_hours};
use domain::window_state::WindowState;
use domain::{Branch, BranchId, EtlKind, Interval, IntervalSet};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::window_states::WindowStates;

/// A store.
#[derive(Clone, Debug, Serialize)]
pub struct GridRow {
    /// The store.
    pub branch: BranchId,
    /// Its name.
    pub name: String,
    /// A cell for each day of the grid.
    pub cells: Vec<GridCell>,
    /// Half hours that are missing.
    pub missing: u32,
    /// What they are worth in USD, as far as it is known.
    pub usd: Decimal,
}

impl GridRow {
    /// Whether nothing of it needs to be looked at.
    pub fn is_calm(&self) -> bool {
        self.cells.iter().all(|cell| cell.state != DayState::Mixed)
    }
}

/// A store's day.
#[derive(Clone, Debug, Serialize)]
pub struct GridCell {
    /// Its local day.
    pub date: Date,
    /// Half hours of the day: 46 to 50, or fewer where the day has no more on the store's clock.
    pub windows: u32,
    /// How many of them have passed.
    pub passed: u32,
    /// The whole of it in one word.
    pub state: DayState,
    /// The first half hour in which the store trades, and how many there are up to the last; None where it is closed.
    pub trading: Option<(u32, u32)>,
    /// Stretches of equal half hours; empty where one word says all, unless it is today, or the only day or the only
    /// store of the grid.
    pub spans: Vec<GridSpan>,
    /// Half hours that are missing.
    pub missing: u32,
    /// Those of them that can be recovered now.
    pub recoverable: u32,
    /// What is missing in USD, as far as it is known.
    pub usd: Decimal,
}

/// A store's day in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DayState {
    /// The store is closed all day.
    Closed,
    /// None of it is due yet.
    Upcoming,
    /// All that was due is there.
    Complete,
    /// Something is missing, in progress or justified.
    Mixed,
}

/// Half hours in a row that stand alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GridSpan {
    /// Where they stand.
    pub state: WindowState,
    /// The first of them, counted from the day's first half hour.
    pub first: u32,
    /// How many they are.
    pub windows: u32,
    /// Their start on the store's clock, `HH:MM`.
    pub from: String,
    /// Their end, `HH:MM`; `24:00` for the end of the day.
    pub to: String,
    /// The gap that they belong to, among the gaps of the grid.
    pub gap: Option<usize>,
}

/// What is known of a store, for its row.
pub(crate) struct StoreDays<'grid> {
    pub(crate) kind: EtlKind,
    pub(crate) branch: &'grid Branch,
    pub(crate) states: WindowStates,
    /// Of every store of the grid.
    pub(crate) gaps: &'grid [GapView],
    /// Which of the gaps are of this store.
    pub(crate) own: Vec<usize>,
    /// Half hours in which anything was sold; None where that was not read, and what is covered counts as complete.
    pub(crate) sold: Option<&'grid HashSet<DateTime>>,
    /// Whether every day is said half hour by half hour, not only today.
    pub(crate) is_close: bool,
    pub(crate) at: Timestamp,
}

impl StoreDays<'_> {
    pub(crate) fn row(&self, days: &[Date]) -> GridRow {
        let in_question = self.states.in_question();
        let cells: Vec<GridCell> = days.iter().map(|date| self.cell(*date, &in_question)).collect();
        GridRow {
            branch: self.branch.id.clone(),
            name: self.branch.name.clone(),
            missing: cells.iter().map(|cell| cell.missing).sum(),
            usd: cells.iter().map(|cell| cell.usd).sum(),
            cells,
        }
    }

    fn cell(&self, date: Date, in_question: &IntervalSet<Timestamp>) -> GridCell {
        let mut cell = GridCell {
            date,
            windows: 0,
            passed: 0,
            state: DayState::Closed,
            trading: None,
            spans: Vec::new(),
            missing: 0,
            recoverable: 0,
            usd: Decimal::ZERO,
        };
        let Some(day) = day_interval(date, &self.branch.zone) else { return cell };
        // What there is of today is said half hour by half hour, and so is a day that is looked at alone.
        let is_close = self.is_close || day.contains(self.at);
        let windows = half_hours(day, &self.branch.zone);
        cell.windows = count(windows.len());
        cell.passed = count(windows.iter().filter(|window| window.end() <= self.at).count());
        cell.state = match (self.states.expected.overlaps(&day), day.start() >= self.states.settled) {
            (false, _) => DayState::Closed,
            (true, true) => DayState::Upcoming,
            (true, false) => DayState::Complete,
        };
        cell.trading = trading(&self.states.expected, day);
        let own: Vec<usize> = self.own.iter().copied().filter(|index| self.lies_in(*index, &day)).collect();
        if !is_close && !in_question.overlaps(&day) && own.is_empty() {
            return cell;
        }
        cell.spans = self.spans(&windows, &own);
        if cell.spans.iter().all(|span| is_calm(span.state)) && own.is_empty() {
            if !is_close {
                cell.spans.clear();
            }
            return cell;
        }
        cell.state = DayState::Mixed;
        // A gap is counted on the day on which it begins.
        for gap in own.into_iter().map(|index| &self.gaps[index]).filter(|gap| gap.inicio >= day.start()) {
            cell.missing += gap.ventanas;
            cell.recoverable += if gap.estado == GapState::Pending && gap.recuperable { gap.ventanas } else { 0 };
            cell.usd += gap.valor.as_ref().map(|value| value.usd).unwrap_or_default();
        }
        cell
    }

    /// Equal half hours in a row as one, with the gap that they belong to.
    fn spans(&self, windows: &[Interval<Timestamp>], own: &[usize]) -> Vec<GridSpan> {
        let mut spans: Vec<GridSpan> = Vec::new();
        for (index, window) in windows.iter().enumerate() {
            let state = self.state(window);
            let gap = own.iter().copied().find(|index| self.lies_in(*index, window));
            let gap = gap.filter(|_| !is_calm(state));
            let to = LocalPeriod::of(*window, &self.branch.zone).to_text();
            match spans.last_mut() {
                Some(last) if last.state == state && last.gap == gap => {
                    last.windows += 1;
                    last.to = to;
                }
                _ => spans.push(GridSpan {
                    state,
                    first: count(index),
                    windows: 1,
                    from: clock_text(self.branch.zone.to_datetime(window.start()).time()),
                    to,
                    gap,
                }),
            }
        }
        spans
    }

    fn state(&self, window: &Interval<Timestamp>) -> WindowState {
        let local = self.branch.zone.to_datetime(window.start());
        let has_sold = self.sold.is_none_or(|sold| sold.contains(&local));
        match WindowState::of(self.kind, &self.states.facts(window, u64::from(has_sold))) {
            WindowState::Complete if !self.states.expected.covers(window) => WindowState::Closed,
            state => state,
        }
    }

    fn lies_in(&self, gap: usize, time: &Interval<Timestamp>) -> bool {
        self.gaps[gap].inicio < time.end() && self.gaps[gap].fin > time.start()
    }
}

/// From the first half hour that is expected of a day to the last.
fn trading(expected: &IntervalSet<Timestamp>, day: Interval<Timestamp>) -> Option<(u32, u32)> {
    let within: IntervalSet<Timestamp> = std::iter::once(day).collect();
    let expected = expected.intersection(&within);
    let (first, last) = (expected.intervals().first()?.start(), expected.intervals().last()?.end());
    let half_hour = |at: Timestamp| u32::try_from(at.duration_since(day.start()).as_secs() / 1800).ok();
    let first = half_hour(first)?;
    Some((first, half_hour(last)?.saturating_sub(first)))
}

fn is_calm(state: WindowState) -> bool {
    state.is_proven() || state == WindowState::Upcoming
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use domain::gap::{Attempt, Gap, GapCause, GapEvidence, GapWork, GapWorkStage};
    use domain::value::{Estimate, GapValue, ValueBasis};
    use domain::{ErrorClass, RunState};
    use jiff::SignedDuration;
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;
    use crate::gap_views::{Moment, of_coverage};
    use crate::testing::{branch, evidence, half_hours_from, run_id};

    /// The first day of the tests, and the one after it.
    const DAYS: [Date; 2] = [date(1970, 1, 1), date(1970, 1, 2)];

    /// Store `a` trades from 09:00 to 18:00 of the first two days, and sold in each half hour. It is so many half hours
    /// after the start of the first.
    fn states(now: i32) -> WindowStates {
        let trading: IntervalSet<Timestamp> = [half_hours_from(18, 18), half_hours_from(66, 18)].into_iter().collect();
        let settled = half_hours_from(now, 1).start();
        let past = Interval::new(Timestamp::MIN, settled).into_iter().collect();
        let known = GapEvidence {
            expected: trading.intersection(&past),
            covered: trading.intersection(&past),
            ..evidence(half_hours_from(0, 1), Vec::new())
        };
        WindowStates {
            evidence: known,
            expected: trading,
            holes: IntervalSet::empty(),
            waived_holes: IntervalSet::empty(),
            settled,
        }
    }

    fn days<'grid>(states: WindowStates, gaps: &'grid [GapView], branch: &'grid Branch) -> StoreDays<'grid> {
        let (at, own) = (states.settled, (0..gaps.len()).collect());
        StoreDays { kind: EtlKind::Sales, branch, states, gaps, own, sold: None, is_close: false, at }
    }

    /// A gap of those half hours that is worth a dollar each.
    fn gap(time: Interval<Timestamp>, work: Option<GapWorkStage>) -> GapView {
        let windows = u32::try_from(half_hours(time, &branch("a").zone).len()).unwrap();
        let cause = GapCause::Attempted {
            state: RunState::Failed,
            error: Some(ErrorClass::Timeout),
            message: None,
            run: run_id(1),
        };
        let gap = Gap {
            interval: time,
            windows,
            cause,
            attempts: 1,
            work: work.map(|stage| GapWork { run: run_id(2), stage }),
        };
        let estimate = Estimate::exactly(Decimal::from(windows), 1, ValueBasis::SourceDifference);
        let value = GapValue { estimate: Some(estimate), windows_unknown: 0 };
        let moment = Moment { now: time.end(), grace: SignedDuration::ZERO };
        let evidence = crate::gap_causes::without_evidence(domain::cause::CauseKind::Timeout);
        of_coverage(EtlKind::Sales, &branch("a"), gap, evidence, value, moment)
    }

    fn spans(cell: &GridCell) -> Vec<(WindowState, &str, &str, Option<usize>)> {
        cell.spans.iter().map(|span| (span.state, span.from.as_str(), span.to.as_str(), span.gap)).collect()
    }

    #[test]
    fn one_word_says_all_of_a_day_that_is_whole_or_has_not_begun_or_is_closed() {
        let store = branch("a");
        let row = days(states(48), &[], &store).row(&[DAYS[0], date(1970, 1, 3)]);
        let words: Vec<_> = row.cells.iter().map(|cell| (cell.state, cell.spans.len())).collect();
        assert_eq!(words, [(DayState::Complete, 0), (DayState::Closed, 0)]);
        let first = &row.cells[0];
        assert_eq!((first.windows, first.passed, first.trading), (48, 48, Some((18, 18))));
        let next = days(states(47), &[], &store).row(&DAYS[1..]);
        assert_eq!((next.cells[0].state, next.cells[0].passed, next.is_calm()), (DayState::Upcoming, 0, true));
    }

    #[test]
    fn today_is_said_half_hour_by_half_hour_also_where_all_is_well() {
        let store = branch("a");
        let row = days(states(20), &[], &store).row(&DAYS[..1]);
        let (closed, open) = (WindowState::Closed, WindowState::Upcoming);
        assert_eq!(row.cells[0].state, DayState::Complete);
        assert_eq!(
            spans(&row.cells[0]),
            [
                (closed, "00:00", "09:00", None),
                (WindowState::Complete, "09:00", "10:00", None),
                (open, "10:00", "18:00", None),
                (closed, "18:00", "24:00", None),
            ]
        );
    }

    #[test]
    fn what_is_missing_names_its_gap_and_is_worth_what_that_is() {
        let (store, lost) = (branch("a"), half_hours_from(20, 2));
        let mut states = states(90);
        states.evidence.covered = states.evidence.covered.difference(&[lost].into_iter().collect());
        let gaps = [gap(lost, None)];
        let row = days(states, &gaps, &store).row(&DAYS);
        let broken = &row.cells[0];
        assert_eq!((broken.state, broken.missing, broken.recoverable), (DayState::Mixed, 2, 2));
        assert_eq!(spans(broken)[2], (WindowState::Missing, "10:00", "11:00", Some(0)));
        assert_eq!((row.missing, row.usd, row.is_calm()), (2, Decimal::TWO, false));
        assert_eq!(row.cells[1].missing, 0);
    }

    #[rstest]
    #[case::in_progress(RunState::Running, false, GapWorkStage::Running, WindowState::InProgress)]
    #[case::of_a_plan_that_is_held(RunState::Queued, true, GapWorkStage::Held, WindowState::Missing)]
    fn what_a_run_is_queued_for_is_missing_and_cannot_be_queued_again(
        #[case] state: RunState,
        #[case] is_held: bool,
        #[case] stage: GapWorkStage,
        #[case] shown: WindowState,
    ) {
        let (store, lost) = (branch("a"), half_hours_from(20, 1));
        let mut states = states(48);
        states.evidence.covered = states.evidence.covered.difference(&[lost].into_iter().collect());
        let attempt = Attempt { run: run_id(2), interval: lost, state, is_held, error: None, message: None };
        states.evidence.attempts = vec![attempt];
        let gaps = [gap(lost, Some(stage))];
        let row = days(states, &gaps, &store).row(&DAYS[..1]);
        assert_eq!((row.cells[0].missing, row.cells[0].recoverable), (1, 0));
        assert_eq!(spans(&row.cells[0])[2].0, shown);
    }

    #[test]
    fn a_gap_over_midnight_is_counted_once_on_the_day_on_which_it_begins() {
        let (store, lost) = (branch("a"), half_hours_from(47, 2));
        let mut states = states(96);
        states.expected = states.expected.union(&[lost].into_iter().collect());
        let gaps = [gap(lost, None)];
        let row = days(states, &gaps, &store).row(&DAYS);
        let counted: Vec<_> = row.cells.iter().map(|cell| (cell.state, cell.missing)).collect();
        assert_eq!(counted, [(DayState::Mixed, 2), (DayState::Mixed, 0)]);
        assert_eq!((row.missing, spans(&row.cells[1])[0].3), (2, Some(0)));
    }

    #[test]
    fn a_half_hour_in_which_nothing_was_sold_is_told_from_one_that_sold() {
        let (store, sold) = (branch("a"), HashSet::from([date(1970, 1, 1).at(9, 0, 0, 0)]));
        let known = StoreDays { sold: Some(&sold), is_close: true, ..days(states(48), &[], &store) };
        let row = known.row(&DAYS[..1]);
        let within: Vec<_> = spans(&row.cells[0]).into_iter().map(|(state, ..)| state).collect();
        assert_eq!(within, [WindowState::Closed, WindowState::Complete, WindowState::NoSales, WindowState::Closed]);
        assert_eq!(row.cells[0].state, DayState::Complete);
    }
}
