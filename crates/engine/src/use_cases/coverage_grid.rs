//! Many stores and days at a glance: where each half hour stands, as stretches of equal ones.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::filter::{InvalidParameter, Requirement};
use domain::read_model::GapView;
use domain::window::day_interval;
use domain::{Branch, BranchId, EtlKind, Interval, IntervalSet};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::gaps::{Evidence, EvidenceRequest, EvidenceScope};
use crate::grid_cells::{GridRow, StoreDays};
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
    /// What the chain's clock says now, also where the grid is of the past.
    pub now_local: DateTime,
    /// Whether it is of a moment of the past, of which nothing can be recovered.
    pub is_past: bool,
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
        let now = self.clock.now();
        let at = moment.unwrap_or(now);
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
                EtlKind::Inventory => snapshots_expected(&evidence.expected, &evidence.covered, range),
            };
            let states = WindowStates {
                evidence,
                expected,
                holes: number_holes::spans_of(&holes, &branch.zone),
                waived_holes: number_holes::spans_of(&waived_holes, &branch.zone),
                settled,
            };
            let own = of_branch.remove(&branch.id).unwrap_or_default();
            let store = StoreDays {
                kind: filter.kind,
                branch: &branch,
                states,
                gaps: &gaps,
                own,
                sold: sold.as_ref().map(|sold| sold.get(&branch.id).unwrap_or(&nothing)),
                is_close: days.len() == 1 || filter.branch.is_some(),
                at,
            };
            rows.push(store.row(&days));
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
            now_local: zone.to_datetime(now),
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

/// Snapshots are expected from the first one on, also those that are still to come. The first one is `taken` before
/// anything is `due`: its half hour has not passed then.
fn snapshots_expected(
    due: &IntervalSet<Timestamp>,
    taken: &IntervalSet<Timestamp>,
    range: Interval<Timestamp>,
) -> IntervalSet<Timestamp> {
    let first = due.union(taken).intervals().first().map(Interval::start);
    first.and_then(|first| Interval::new(first.max(range.start()), range.end())).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use domain::BranchClock;
    use jiff::civil::date;
    use jiff::tz::{self, TimeZone};
    use rstest::rstest;

    use super::*;
    use crate::testing::branch;

    fn filter(last: Option<Date>, days: u32) -> GridFilter {
        GridFilter { kind: EtlKind::Sales, branch: None, last, days, at: None }
    }

    #[rstest]
    #[case::up_to_today(None, 2, (date(2025, 6, 9), date(2025, 6, 10)))]
    #[case::of_the_past(Some(date(2025, 3, 1)), 3, (date(2025, 2, 27), date(2025, 3, 1)))]
    #[case::at_least_one(None, 0, (date(2025, 6, 10), date(2025, 6, 10)))]
    #[case::no_more_than_a_year(None, 5000, (date(2024, 6, 10), date(2025, 6, 10)))]
    fn days_end_with_the_last_one(#[case] last: Option<Date>, #[case] days: u32, #[case] expected: (Date, Date)) {
        let days = days_of(&filter(last, days), date(2025, 6, 10)).unwrap();
        assert_eq!((days[0], days[days.len() - 1]), expected);
    }

    #[test]
    fn a_day_that_has_not_come_is_refused() {
        let (today, given) = (date(2025, 6, 10), date(2025, 6, 11));
        let refusal = days_of(&filter(Some(given), 1), today).unwrap_err();
        assert_eq!(refusal.requirement, Requirement::NotAfterToday { today, given });
    }

    #[test]
    fn a_range_has_the_days_of_every_store_whole() {
        let on_clock = |id, hours| {
            let zone = BranchClock::from(TimeZone::fixed(tz::offset(hours)));
            Arc::new(Branch { zone, ..branch(id) })
        };
        let branches = [on_clock("a", -4), on_clock("b", 2)];
        let range = range_of(&branches, &[date(2025, 6, 9), date(2025, 6, 10)]).unwrap();
        let expected = ("2025-06-08T22:00:00Z".to_owned(), "2025-06-11T04:00:00Z".to_owned());
        assert_eq!((range.start().to_string(), range.end().to_string()), expected);
        assert!(range_of(&branches, &[]).is_none());
    }

    #[test]
    fn snapshots_are_expected_from_the_first_one_on() {
        let instant = |hours| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hours);
        let range = Interval::new(instant(0), instant(9)).unwrap();
        let due = Interval::new(instant(2), instant(4)).into_iter().collect();
        let expected = Interval::new(instant(2), instant(9)).unwrap();
        let nothing = IntervalSet::empty();
        assert_eq!(snapshots_expected(&due, &nothing, range).intervals(), [expected]);
        assert!(snapshots_expected(&nothing, &nothing, range).is_empty());
    }

    #[test]
    fn the_first_snapshot_is_one_before_its_half_hour_has_passed() {
        let instant = |hours| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hours);
        let range = Interval::new(instant(0), instant(9)).unwrap();
        let taken =
            |from, to| -> IntervalSet<Timestamp> { Interval::new(instant(from), instant(to)).into_iter().collect() };
        let expected = |from| Interval::new(instant(from), instant(9)).unwrap();
        let nothing = IntervalSet::empty();
        assert_eq!(snapshots_expected(&nothing, &taken(3, 4), range).intervals(), [expected(3)]);
        // What was taken before the first day of the grid is no reason to show time before it.
        assert_eq!(snapshots_expected(&nothing, &taken(-2, -1), range).intervals(), [expected(0)]);
    }
}
