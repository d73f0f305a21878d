//! Many stores and days at a glance: where each half hour stands, as stretches of equal ones.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::filter::{InvalidParameter, Requirement};
use domain::gap::GapState;
use domain::read_model::GapView;
use domain::window::{LocalPeriod, clock_text, day_interval, half_hours};
use domain::window_state::WindowState;
use domain::{Branch, BranchId, EtlKind, Interval, IntervalSet};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde::Serialize;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::gaps::{Evidence, EvidenceRequest, EvidenceScope};
use crate::window_states::WindowStates;
use crate::{Actor, Engine, UseCaseError, number_holes};

/// Days that one grid may have.
pub const GRID_DAYS_MAX: u32 = 366;
/// Of a grid of no more days it is read in which half hours anything was sold.
const SOLD_DAYS_MAX: usize = 7;

/// Which part of the coverage to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridFilter {
    /// Sales or stock.
    pub kind: EtlKind,
    /// Only this store.
    pub branch: Option<BranchId>,
    /// The last day; today where it is absent.
    pub last: Option<Date>,
    /// How many days, from 1 to [`GRID_DAYS_MAX`].
    pub days: u32,
    /// As it was known at this moment of the chain's clock; as it is known now where it is absent.
    pub at: Option<DateTime>,
}

/// Stores by days.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageGrid {
    /// Sales or stock.
    pub kind: EtlKind,
    /// The columns, in order.
    pub days: Vec<Date>,
    /// A row a store, the worst first: by what is missing in USD, then by half hours.
    pub rows: Vec<GridRow>,
    /// What is missing, which the spans refer to.
    pub gaps: Vec<GapView>,
    /// The day of the chain's clock.
    pub today: Date,
    /// When this was true.
    pub at: Timestamp,
    /// The same on the chain's clock.
    pub at_local: DateTime,
    /// Whether it is of a moment of the past, of which nothing can be recovered.
    pub is_past: bool,
}

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

impl Engine {
    /// Where the half hours of stores stand, day by day.
    pub async fn coverage_grid(&self, actor: &Actor, filter: GridFilter) -> Result<CoverageGrid, UseCaseError> {
        actor.may_watch()?;
        let question = Question::new(
            "coverage_grid",
            &filter,
            &[Subject::Runs, Subject::Sales, Subject::Decisions, Subject::Schedules],
        );
        self.cached(question, self.grid_now(filter)).await
    }

    async fn grid_now(&self, filter: GridFilter) -> Result<CoverageGrid, UseCaseError> {
        let zone = &self.settings.schedules.zone;
        let moment = match filter.at {
            Some(local) => Some(self.past_moment("en", local)?),
            None => None,
        };
        let at = moment.unwrap_or_else(|| self.clock.now());
        let today = zone.to_datetime(at).date();
        let days = days_of(&filter, today)?;
        let branches = self.branches.select_at(filter.branch.as_ref(), moment.unwrap_or(Timestamp::MAX))?;
        let Some(range) = range_of(&branches, &days) else {
            return Err(InvalidParameter { name: "hasta", requirement: Requirement::WithinCalendar }.into());
        };
        let settled = at.checked_sub(self.settings.gap_grace).unwrap_or(at);
        let request = match moment {
            Some(moment) => self.known_at(filter.kind, &branches, range, moment),
            None => EvidenceRequest::current(filter.kind, &branches, range, settled, EvidenceScope::MissingOnly),
        };
        let evidence = self.evidence(request).await?;
        let mut gaps = self.views(filter.kind, &evidence, at).await?;
        if moment.is_some() {
            gaps.iter_mut().for_each(|gap| gap.recuperable = false);
        }
        let mut of_branch: HashMap<BranchId, Vec<usize>> = HashMap::new();
        for (index, gap) in gaps.iter().enumerate() {
            of_branch.entry(gap.ubicacion_id.clone()).or_default().push(index);
        }
        // Of the past, and of more days than are drawn half hour by half hour, it is not read: what is covered counts as complete.
        let sold = match (filter.kind, moment) {
            (EtlKind::Sales, None) if days.len() <= SOLD_DAYS_MAX => Some(self.warehouse.half_hours_sold(&days).await?),
            _ => None,
        };
        let nothing = HashSet::new();
        let Evidence { by_branch, mut holes, mut waived_holes, calendars, .. } = evidence;
        let mut rows: Vec<GridRow> = Vec::with_capacity(by_branch.len());
        for (branch, evidence) in by_branch {
            let holes = holes.remove(&branch.id).unwrap_or_default();
            let waived_holes = waived_holes.remove(&branch.id).unwrap_or_default();
            let expected = match filter.kind {
                EtlKind::Sales => calendars.of(&branch).expected(range, &branch.zone),
                EtlKind::Inventory => snapshots_expected(&evidence.expected, range),
            };
            let states = WindowStates {
                evidence,
                expected,
                holes: number_holes::spans_of(&holes, &branch.zone),
                waived_holes: number_holes::spans_of(&waived_holes, &branch.zone),
                settled,
            };
            let own = of_branch.remove(&branch.id).unwrap_or_default();
            let is_close = days.len() == 1 || filter.branch.is_some();
            let sold = sold.as_ref().map(|sold| sold.get(&branch.id).unwrap_or(&nothing));
            rows.push(row_of(filter.kind, &branch, (&days, is_close), &states, (&gaps, &own), sold, at));
        }
        rows.sort_by_cached_key(|row| (row.is_calm(), Reverse(row.usd), Reverse(row.missing), row.name.clone()));
        Ok(CoverageGrid {
            kind: filter.kind,
            days,
            rows,
            gaps,
            today,
            at,
            at_local: zone.to_datetime(at),
            is_past: moment.is_some(),
        })
    }
}

fn days_of(filter: &GridFilter, today: Date) -> Result<Vec<Date>, InvalidParameter> {
    let last = filter.last.unwrap_or(today);
    if last > today {
        let requirement = Requirement::NotAfterToday { today, given: last };
        return Err(InvalidParameter { name: "hasta", requirement });
    }
    let back = i64::from(filter.days.clamp(1, GRID_DAYS_MAX)) - 1;
    let first = last.checked_sub(back.days()).unwrap_or(last);
    Ok(first.series(1.day()).take_while(|date| *date <= last).collect())
}

/// From the first store's first midnight to the last store's last.
fn range_of(branches: &[Arc<Branch>], days: &[Date]) -> Option<Interval<Timestamp>> {
    let (first, last) = (*days.first()?, *days.last()?);
    let start = branches.iter().filter_map(|branch| Some(day_interval(first, &branch.zone)?.start())).min();
    let end = branches.iter().filter_map(|branch| Some(day_interval(last, &branch.zone)?.end())).max();
    Interval::new(start?, end?)
}

/// Snapshots are expected from the first one on, also those that are still to come.
fn snapshots_expected(due: &IntervalSet<Timestamp>, range: Interval<Timestamp>) -> IntervalSet<Timestamp> {
    let first = due.intervals().first().map(Interval::start);
    first.and_then(|first| Interval::new(first, range.end())).into_iter().collect()
}

fn row_of(
    kind: EtlKind,
    branch: &Branch,
    (days, is_close): (&[Date], bool),
    states: &WindowStates,
    gaps: (&[GapView], &[usize]),
    sold: Option<&HashSet<DateTime>>,
    at: Timestamp,
) -> GridRow {
    let in_question = states.in_question();
    let cell = |date: &Date| cell_of(kind, branch, (*date, is_close), (states, sold), &in_question, gaps, at);
    let cells: Vec<GridCell> = days.iter().map(cell).collect();
    GridRow {
        branch: branch.id.clone(),
        name: branch.name.clone(),
        missing: cells.iter().map(|cell| cell.missing).sum(),
        usd: cells.iter().map(|cell| cell.usd).sum(),
        cells,
    }
}

fn cell_of(
    kind: EtlKind,
    branch: &Branch,
    (date, is_close): (Date, bool),
    (states, sold): (&WindowStates, Option<&HashSet<DateTime>>),
    in_question: &IntervalSet<Timestamp>,
    (gaps, own): (&[GapView], &[usize]),
    at: Timestamp,
) -> GridCell {
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
    let Some(day) = day_interval(date, &branch.zone) else { return cell };
    // What there is of today is said half hour by half hour, and so is a day that is looked at alone.
    let is_close = is_close || day.contains(at);
    let windows = half_hours(day, &branch.zone);
    cell.windows = count(windows.len());
    cell.passed = count(windows.iter().filter(|window| window.end() <= at).count());
    cell.state = match (states.expected.overlaps(&day), day.start() >= states.settled) {
        (false, _) => DayState::Closed,
        (true, true) => DayState::Upcoming,
        (true, false) => DayState::Complete,
    };
    cell.trading = trading(&states.expected, day);
    let own = own.iter().copied().filter(|index| gaps[*index].inicio < day.end() && gaps[*index].fin > day.start());
    let own: Vec<usize> = own.collect();
    if !is_close && !in_question.overlaps(&day) && own.is_empty() {
        return cell;
    }
    for (index, window) in windows.iter().enumerate() {
        // Where it was not read whether anything was sold, what is covered counts as complete.
        let has_sold = sold.is_none_or(|sold| sold.contains(&branch.zone.to_datetime(window.start())));
        let state = WindowState::of(kind, &states.facts(window, u64::from(has_sold)));
        let state = match state {
            WindowState::Complete if !states.expected.covers(window) => WindowState::Closed,
            state => state,
        };
        let gap =
            own.iter().copied().find(|index| gaps[*index].inicio < window.end() && gaps[*index].fin > window.start());
        let gap = gap.filter(|_| !is_calm(state));
        match cell.spans.last_mut() {
            Some(last) if last.state == state && last.gap == gap => {
                last.windows += 1;
                last.to = end_text(window, branch);
            }
            _ => cell.spans.push(GridSpan {
                state,
                first: count(index),
                windows: 1,
                from: clock_text(branch.zone.to_datetime(window.start()).time()),
                to: end_text(window, branch),
                gap,
            }),
        }
    }
    if cell.spans.iter().all(|span| is_calm(span.state)) && own.is_empty() {
        if !is_close {
            cell.spans.clear();
        }
        return cell;
    }
    cell.state = DayState::Mixed;
    for index in own {
        let gap = &gaps[index];
        if gap.inicio < day.start() {
            // It is counted on the day on which it begins.
            continue;
        }
        cell.missing += gap.ventanas;
        cell.recoverable += if gap.estado == GapState::Pending && gap.recuperable { gap.ventanas } else { 0 };
        cell.usd += gap.valor.as_ref().map(|value| value.usd).unwrap_or_default();
    }
    cell
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

fn end_text(window: &Interval<Timestamp>, branch: &Branch) -> String {
    LocalPeriod::of(*window, &branch.zone).to_text()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
