//! What the stores sold in the last week against the week before, and how late their sales arrived.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;
use std::sync::Arc;

use domain::window::{day_interval, half_hours};
use domain::{Branch, BranchId, Interval, IntervalSet};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde::Serialize;
use warehouse::{HourOfSales, RecoveredHalfHours, SalesCommit, Subject};

use crate::answer_cache::Question;
use crate::calendars::Calendars;
use crate::schedule::ScheduleKind;
use crate::{Actor, Engine, UseCaseError};

/// Days that are compared with as many before them.
const DAYS: i64 = 7;

/// The last days that are over, each with the same day of the week before.
#[derive(Clone, Debug, Serialize)]
pub struct Trading {
    /// By day, the oldest first.
    pub days: Vec<Compared<Date>>,
    /// By hour of the day, over all of the days.
    pub hours: Vec<Compared<u32>>,
    /// How late sales arrived, of all stores.
    pub punctuality: Punctuality,
    /// The same of the week before.
    pub punctuality_before: Punctuality,
    /// How long half hours were missing that were recovered on these days, of all stores.
    pub recovered: TimeToRecover,
    /// The same of the week before.
    pub recovered_before: TimeToRecover,
    /// By store, the least punctual first.
    pub stores: Vec<StorePunctuality>,
    /// Minutes after the end of a half hour within which its sales are to be there.
    pub sla_minutes: i64,
}

/// What was sold, and a week earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared<Place> {
    /// Which day, or which hour.
    pub place: Place,
    /// Then.
    pub sales: SalesFigures,
    /// A week earlier; None where nothing is known of it.
    pub before: Option<SalesFigures>,
}

/// What was sold in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SalesFigures {
    /// In USD.
    pub usd: Decimal,
    /// Distinct invoices.
    pub invoices: u64,
    /// Their lines.
    pub lines: u64,
}

impl AddAssign for SalesFigures {
    fn add_assign(&mut self, other: Self) {
        self.usd += other.usd;
        self.invoices += other.invoices;
        self.lines += other.lines;
    }
}

/// How late sales arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Punctuality {
    /// Half hours of trading that were watched and are there.
    pub windows: u64,
    /// Those that were there in time.
    pub in_time: u64,
    /// Seconds from the end of a half hour to its commit, on the average of those that were late; None where none was.
    pub delay_seconds: Option<f64>,
}

/// How long half hours were missing that a recovery has loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TimeToRecover {
    /// How many were recovered.
    pub windows: u64,
    /// Seconds from the moment from which each counted as missing to the end of its recovery, all together.
    pub seconds: f64,
}

impl TimeToRecover {
    /// Seconds on the average; None where nothing was recovered.
    pub fn mean_seconds(&self) -> Option<f64> {
        (self.windows > 0).then(|| self.seconds / self.windows as f64)
    }

    fn of<'half_hours>(recovered: impl IntoIterator<Item = &'half_hours RecoveredHalfHours>) -> Self {
        recovered.into_iter().fold(Self::default(), |sum, one| Self {
            windows: sum.windows + one.windows,
            seconds: sum.seconds + one.seconds,
        })
    }
}

/// How late the sales of a store arrived.
#[derive(Clone, Debug, Serialize)]
pub struct StorePunctuality {
    /// The store.
    pub branch: BranchId,
    /// Its name.
    pub name: String,
    /// How late.
    pub punctuality: Punctuality,
    /// How long its half hours were missing that were recovered.
    pub recovered: TimeToRecover,
    /// The same of the week before.
    pub recovered_before: TimeToRecover,
}

impl Punctuality {
    /// In percent; None where nothing was watched.
    pub fn percent(&self) -> Option<f64> {
        (self.windows > 0).then(|| self.in_time as f64 / self.windows as f64 * 100.0)
    }
}

/// Sums up lateness.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    windows: u64,
    in_time: u64,
    late_seconds: f64,
}

impl Tally {
    fn add(&mut self, late: SignedDuration, sla: SignedDuration) {
        self.windows += 1;
        if late <= sla {
            self.in_time += 1;
        } else {
            self.late_seconds += late.as_secs_f64();
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            windows: self.windows + other.windows,
            in_time: self.in_time + other.in_time,
            late_seconds: self.late_seconds + other.late_seconds,
        }
    }

    fn punctuality(self) -> Punctuality {
        let Self { windows, in_time, late_seconds } = self;
        let late = windows - in_time;
        Punctuality { windows, in_time, delay_seconds: (late > 0).then(|| late_seconds / late as f64) }
    }
}

impl Engine {
    /// Sales by day and hour, and how late they arrived.
    pub async fn trading(&self, actor: &Actor) -> Result<Trading, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("trading", &DAYS, &[Subject::Sales, Subject::Decisions]);
        self.cached(question, self.trading_now()).await
    }

    async fn trading_now(&self) -> Result<Trading, UseCaseError> {
        let zone = &self.settings.schedules.zone;
        let today = zone.to_datetime(self.clock.now()).date();
        let back = |days: i64| today.checked_sub(days.days()).unwrap_or(today);
        let (first, before) = (back(DAYS), back(2 * DAYS));
        let (days, hours) = compared(self.warehouse.sales_by_hour(before, today).await?, first, today);
        let (own, earlier) = (self.tallies(first, today).await?, self.tallies(before, first).await?);
        let recovered = (self.recovered(first, today).await?, self.recovered(before, first).await?);
        let all = |tallies: &HashMap<BranchId, Tally>| {
            tallies.values().fold(Tally::default(), |sum, tally| sum.and(*tally)).punctuality()
        };
        let mut stores: Vec<StorePunctuality> =
            self.branches.all().iter().filter_map(|branch| store(branch, &own, &recovered)).collect();
        stores.sort_by(|one, other| {
            let share = |store: &StorePunctuality| store.punctuality.percent().unwrap_or(100.0);
            share(one).total_cmp(&share(other))
        });
        Ok(Trading {
            days,
            hours,
            punctuality: all(&own),
            punctuality_before: all(&earlier),
            recovered: TimeToRecover::of(&recovered.0),
            recovered_before: TimeToRecover::of(&recovered.1),
            stores,
            sla_minutes: self.settings.sla.as_mins(),
        })
    }

    /// What was watched of the days from one up to another, and since when anybody watches.
    async fn watched(&self, from: Date, until: Date) -> Result<Option<(Interval<Timestamp>, Timestamp)>, UseCaseError> {
        let zone = &self.settings.schedules.zone;
        let days = day_interval(from, zone).zip(until.yesterday().ok().and_then(|last| day_interval(last, zone)));
        let watched = self.warehouse.first_firing(ScheduleKind::Sales.slug().to_owned()).await?;
        Ok(days.zip(watched).and_then(|((first, last), watched)| {
            Some((Interval::new(first.start().max(watched), last.end())?, watched))
        }))
    }

    /// Of the half hours that were recovered from a day up to another one. What was before anybody watched was not missed.
    async fn recovered(&self, from: Date, until: Date) -> Result<Vec<RecoveredHalfHours>, UseCaseError> {
        let Some((range, watched)) = self.watched(from, until).await? else { return Ok(Vec::new()) };
        Ok(self.warehouse.recovered_half_hours(range, watched, self.settings.gap_grace).await?)
    }

    /// Of the half hours in which stores trade, from a day up to another one. What was before anybody watched is not late.
    async fn tallies(&self, from: Date, until: Date) -> Result<HashMap<BranchId, Tally>, UseCaseError> {
        let Some((range, _)) = self.watched(from, until).await? else { return Ok(HashMap::new()) };
        let calendars = Calendars::known(self, None).await?;
        let mut commits: HashMap<BranchId, Vec<SalesCommit>> = HashMap::new();
        for commit in self.warehouse.sales_commits(range).await? {
            commits.entry(commit.branch.clone()).or_default().push(commit);
        }
        let tally = |branch: &Arc<Branch>| {
            let expected = calendars.of(branch).expected(range, &branch.zone);
            let tally = tally(branch, &expected, commits.get(&branch.id)?, range, self.settings.sla);
            Some((branch.id.clone(), tally))
        };
        Ok(self.branches.all().iter().filter_map(tally).collect())
    }
}

/// Sales of two weeks by day and by hour, those from `first` on against those before it.
fn compared(sales: Vec<HourOfSales>, first: Date, today: Date) -> (Vec<Compared<Date>>, Vec<Compared<u32>>) {
    let mut by_day: BTreeMap<Date, SalesFigures> = BTreeMap::new();
    let mut by_hour: BTreeMap<u32, (SalesFigures, Option<SalesFigures>)> = BTreeMap::new();
    for hour in sales {
        let sold = SalesFigures { usd: hour.usd, invoices: hour.invoices, lines: hour.lines };
        *by_day.entry(hour.date).or_default() += sold;
        let sums = by_hour.entry(hour.hour).or_default();
        if hour.date >= first {
            sums.0 += sold;
        } else {
            *sums.1.get_or_insert_default() += sold;
        }
    }
    let day = |date: Date| {
        let earlier = date.checked_sub(DAYS.days()).ok();
        let before = earlier.and_then(|earlier| by_day.get(&earlier).copied());
        Compared { place: date, sales: by_day.get(&date).copied().unwrap_or_default(), before }
    };
    let days = first.series(1.day()).take_while(|date| *date < today).map(day).collect();
    let hours = by_hour.into_iter().map(|(place, (sales, before))| Compared { place, sales, before }).collect();
    (days, hours)
}

/// None where there is nothing to say of a store. What was recovered is that of the week, and of the week before.
fn store(
    branch: &Branch,
    tallies: &HashMap<BranchId, Tally>,
    (recovered, recovered_before): &(Vec<RecoveredHalfHours>, Vec<RecoveredHalfHours>),
) -> Option<StorePunctuality> {
    let punctuality = tallies.get(&branch.id).copied().unwrap_or_default().punctuality();
    let of = |all: &[RecoveredHalfHours]| TimeToRecover::of(all.iter().filter(|one| one.branch == branch.id));
    let (recovered, recovered_before) = (of(recovered), of(recovered_before));
    (punctuality.windows > 0 || recovered.windows > 0).then(|| StorePunctuality {
        branch: branch.id.clone(),
        name: branch.name.clone(),
        punctuality,
        recovered,
        recovered_before,
    })
}

/// The first commit of each half hour counts.
fn tally(
    branch: &Branch,
    expected: &IntervalSet<Timestamp>,
    commits: &[SalesCommit],
    range: Interval<Timestamp>,
    sla: SignedDuration,
) -> Tally {
    let mut first: BTreeMap<Timestamp, (Timestamp, Timestamp)> = BTreeMap::new();
    for commit in commits {
        let within = commit.interval.intersection(&range);
        for window in within.map(|within| half_hours(within, &branch.zone)).unwrap_or_default() {
            if expected.covers(&window) {
                first.entry(window.start()).or_insert((window.end(), commit.at));
            }
        }
    }
    let mut tally = Tally::default();
    first.into_values().for_each(|(end, at)| tally.add(at.duration_since(end), sla));
    tally
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::testing::{branch, half_hours_from};

    #[test]
    fn a_day_is_compared_with_the_same_day_of_the_week_before_and_an_hour_with_that_of_all_days() {
        // Each invoice is of a dollar and has two lines.
        let hour = |date, hour, invoices: u64| HourOfSales {
            date,
            hour,
            usd: Decimal::from(invoices),
            invoices,
            lines: 2 * invoices,
        };
        let (first, today) = (date(2025, 6, 3), date(2025, 6, 10));
        let sales = vec![
            hour(date(2025, 5, 27), 9, 10),
            hour(date(2025, 5, 28), 9, 5),
            hour(date(2025, 6, 3), 9, 20),
            hour(date(2025, 6, 3), 10, 7),
            hour(date(2025, 6, 5), 9, 1),
        ];
        let (days, hours) = compared(sales, first, today);
        let sold = |invoices: u64| SalesFigures { usd: Decimal::from(invoices), invoices, lines: 2 * invoices };
        assert_eq!(days.len(), 7);
        assert_eq!(days[0], Compared { place: first, sales: sold(27), before: Some(sold(10)) });
        assert_eq!(days[1], Compared { place: date(2025, 6, 4), sales: sold(0), before: Some(sold(5)) });
        assert_eq!(days[2], Compared { place: date(2025, 6, 5), sales: sold(1), before: None });
        let nine = Compared { place: 9, sales: sold(21), before: Some(sold(15)) };
        assert_eq!(hours, [nine, Compared { place: 10, sales: sold(7), before: None }]);
    }

    #[test]
    fn the_first_commit_of_each_half_hour_in_which_the_store_trades_counts() {
        let store = branch("a");
        let commit = |from, count, minutes_later| {
            let interval = half_hours_from(from, count);
            let at = interval.end() + SignedDuration::from_mins(minutes_later);
            SalesCommit { branch: store.id.clone(), interval, at }
        };
        // The second half hour came in time, and again; the third late; the fourth is none of trading.
        let commits = [commit(1, 1, 5), commit(1, 1, 300), commit(2, 2, 60)];
        let expected = [half_hours_from(0, 3)].into_iter().collect();
        let of = |range| {
            let tally = tally(&store, &expected, &commits, range, SignedDuration::from_mins(30));
            (tally.windows, tally.in_time, tally.late_seconds)
        };
        assert_eq!(of(half_hours_from(0, 4)), (2, 1, 90.0 * 60.0));
        assert_eq!(of(half_hours_from(2, 2)), (1, 0, 90.0 * 60.0));
    }

    #[test]
    fn late_half_hours_have_a_mean_delay_and_others_are_in_time() {
        let mut tally = Tally::default();
        for minutes in [5, 30, 60, 120] {
            tally.add(SignedDuration::from_mins(minutes), SignedDuration::from_mins(30));
        }
        let punctuality = tally.punctuality();
        assert_eq!((punctuality.windows, punctuality.in_time), (4, 2));
        assert_eq!(punctuality.delay_seconds, Some(5400.0));
        assert_eq!(punctuality.percent(), Some(50.0));
        assert_eq!(Punctuality::default().percent(), None);
    }

    #[test]
    fn the_time_to_recover_is_the_mean_of_half_hours_and_not_of_stores() {
        let of = |name: &str, windows, seconds| RecoveredHalfHours { branch: branch(name).id, windows, seconds };
        let week = vec![of("a", 3, 300.0), of("b", 1, 900.0)];
        assert_eq!(TimeToRecover::of(&week).mean_seconds(), Some(300.0));
        assert_eq!(TimeToRecover::default().mean_seconds(), None);

        let store = store(&branch("b"), &HashMap::new(), &(week, vec![of("a", 1, 5.0)])).unwrap();
        assert_eq!(store.recovered, TimeToRecover { windows: 1, seconds: 900.0 });
        assert_eq!(store.recovered_before, TimeToRecover::default());
    }
}
