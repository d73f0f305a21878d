//! What changing and following plans needs of the database.

use std::future::Future;

use domain::{BatchId, BranchId, RunId, RunState};
use warehouse::{CalendarRow, Decision, NewBatch, NewRun, PlanChange, StartOutcome, Warehouse, WarehouseError};

/// Where plans and their runs are kept; memory in tests.
pub(crate) trait PlanStore: Clone + Send + Sync + 'static {
    /// Where a run stands; None where there is no such run.
    fn state_of(&self, run: RunId) -> impl Future<Output = Result<Option<RunState>, WarehouseError>> + Send;

    /// The branch of each window of a plan that ended, and whether it failed, in the order in which they ended.
    fn outcomes(&self, plan: BatchId) -> impl Future<Output = Result<Vec<(BranchId, bool)>, WarehouseError>> + Send;

    /// What people and klk.toml changed in the calendars, in the order in which it was registered.
    fn calendar_changes(&self) -> impl Future<Output = Result<Vec<CalendarRow>, WarehouseError>> + Send;

    /// Starts a plan that was shown: all of its runs are queued, or none.
    fn start(
        &self,
        batch: NewBatch,
        runs: Vec<NewRun>,
        decision: Decision,
    ) -> impl Future<Output = Result<StartOutcome, WarehouseError>> + Send;

    /// Does something to a plan; None where its state does not allow it.
    fn change(
        &self,
        plan: BatchId,
        decision: Decision,
    ) -> impl Future<Output = Result<Option<PlanChange>, WarehouseError>> + Send;

    /// Takes back what waits of one store of a plan, and gives those runs; None where the plan has no others to go on with.
    fn skip_store(
        &self,
        plan: BatchId,
        branch: BranchId,
        decision: Decision,
    ) -> impl Future<Output = Result<Option<Vec<RunId>>, WarehouseError>> + Send;

    /// Ends a plan none of whose runs is queued or in progress; says whether it ended now.
    fn finish(&self, plan: BatchId, decision: Decision) -> impl Future<Output = Result<bool, WarehouseError>> + Send;
}

impl PlanStore for Warehouse {
    async fn state_of(&self, run: RunId) -> Result<Option<RunState>, WarehouseError> {
        Ok(self.run(run).await?.map(|run| run.state))
    }

    async fn outcomes(&self, plan: BatchId) -> Result<Vec<(BranchId, bool)>, WarehouseError> {
        self.plan_outcomes(plan).await
    }

    async fn calendar_changes(&self) -> Result<Vec<CalendarRow>, WarehouseError> {
        self.calendar_changes(None).await
    }

    async fn start(
        &self,
        batch: NewBatch,
        runs: Vec<NewRun>,
        decision: Decision,
    ) -> Result<StartOutcome, WarehouseError> {
        self.start_plan(batch, runs, decision).await
    }

    async fn change(&self, plan: BatchId, decision: Decision) -> Result<Option<PlanChange>, WarehouseError> {
        self.change_plan(plan, decision).await
    }

    async fn skip_store(
        &self,
        plan: BatchId,
        branch: BranchId,
        decision: Decision,
    ) -> Result<Option<Vec<RunId>>, WarehouseError> {
        self.skip_store(plan, branch, decision).await
    }

    async fn finish(&self, plan: BatchId, decision: Decision) -> Result<bool, WarehouseError> {
        self.finish_plan(plan, decision).await
    }
}
