//! Extracting a period that somebody names, covered or not.

use domain::filter::InvalidParameter;
use domain::window::half_hour_floor;
use domain::{BatchId, Branch, BranchId, EtlKind, Interval, RunMode};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use warehouse::{NewRun, RunRecord};

use crate::branches::Branches;
use crate::engine::EnqueueReason;
use crate::period::{DayLimits, check_days, period};
use crate::planning::Planning;
use crate::schedule::half_hour_of;
use crate::{Actor, Engine, UseCaseError};

/// What to extract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractRequest {
    /// Sales or stock; of stock only the present can be had, so days and hours are not looked at.
    pub kind: EtlKind,
    /// Of whom; empty means of all.
    pub branches: Vec<BranchId>,
    /// The first local day.
    pub date_from: Date,
    /// The last local day.
    pub date_to: Date,
    /// From this time of each day on; a half hour's start. None means from its start.
    pub time_from: Option<Time>,
    /// Up to this time of each day; a half hour's end. `Some(None)` means 24:00, None means up to the day's end.
    pub time_to: Option<Option<Time>>,
}

/// What was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractAnswer {
    /// None where nothing had to be queued.
    pub batch: Option<BatchId>,
    /// The runs that wait now.
    pub queued: Vec<RunRecord>,
    /// Runs that have the same windows in progress already.
    pub in_progress: Vec<RunRecord>,
}

impl Engine {
    /// Queues one run a branch and day, over its whole day or the given hours of it. Of a day that is not over, only
    /// the half hours that have ended are asked for: a window that still grows must not count as covered.
    pub async fn extract(&self, actor: &Actor, request: ExtractRequest) -> Result<ExtractAnswer, UseCaseError> {
        actor.may_operate()?;
        let now = self.clock.now();
        let branches = self.named(&request.branches)?;
        branches.iter().try_for_each(|branch| actor.may_operate_in(branch))?;
        let mut windows: Vec<(&Branch, Interval<Timestamp>)> = Vec::new();
        match request.kind {
            EtlKind::Inventory => {
                let with_stock = branches.iter().filter(|branch| !branch.warehouses.is_empty());
                windows.extend(with_stock.filter_map(|branch| Some((&**branch, half_hour_of(now, &branch.zone)?))));
            }
            EtlKind::Sales => {
                for date in self.days(&request)? {
                    for branch in branches.iter() {
                        windows.extend(window_of_day(branch, date, &request, now)?.map(|window| (&**branch, window)));
                    }
                }
            }
        }
        if windows.is_empty() {
            return Err(UseCaseError::NothingToExtract);
        }
        let runs = windows
            .into_iter()
            .map(|(branch, interval)| self.new_run(request.kind, branch, interval, RunMode::Full))
            .collect();
        self.queue_batch(self.lock_planning().await, "manual", actor, runs).await
    }

    /// Queues runs that somebody asks for as a batch.
    pub(crate) async fn queue_batch(
        &self,
        planning: Planning,
        reason: &'static str,
        actor: &Actor,
        runs: Vec<NewRun>,
    ) -> Result<ExtractAnswer, UseCaseError> {
        let batch = self.new_batch(reason, actor);
        let id = batch.id;
        let outcome = self.enqueue(planning, batch, runs, EnqueueReason::Requested).await?;
        let batch = (!outcome.queued.is_empty()).then_some(id);
        Ok(ExtractAnswer { batch, queued: outcome.queued, in_progress: outcome.in_progress })
    }

    fn named(&self, ids: &[BranchId]) -> Result<Branches, UseCaseError> {
        if ids.is_empty() {
            return Ok(self.branches.all());
        }
        ids.iter().map(|id| self.branches.require(id)).collect()
    }

    fn days(&self, request: &ExtractRequest) -> Result<Vec<Date>, UseCaseError> {
        let (from, to) = (request.date_from, request.date_to);
        check_days(from, to, DayLimits::of(&self.settings, self.clock.now(), self.settings.extract_days_max))?;
        Ok(from.series(1.day()).take_while(|date| *date <= to).collect())
    }
}

/// The part of a day's asked hours that has ended, if any has.
fn window_of_day(
    branch: &Branch,
    date: Date,
    request: &ExtractRequest,
    now: Timestamp,
) -> Result<Option<Interval<Timestamp>>, InvalidParameter> {
    let asked = period(branch, (date, request.time_from), (date, request.time_to.flatten()))?;
    Ok(Interval::new(asked.start(), asked.end().min(half_hour_floor(now, &branch.zone))))
}
