//! Plans and evidence in memory, for the tests of this folder: no database, no POS, no waiting.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use domain::plan::{Breaker, BreakerLimits, PlanState};
use domain::{BatchId, Branch, BranchId, EtlKind, Interval, RunId, RunMode, RunState};
use jiff::Timestamp;
use uuid::Uuid;
use warehouse::{
    CalendarRow, Decision, EvidenceFilter, EvidenceRows, FailedWindow, NewBatch, NewRun, PlanChange, RunRecord,
    StartOutcome, WarehouseError,
};

use super::book::PlanBook;
use super::control::{PlanControl, PlanParts};
use super::store::PlanStore;
use crate::branches::BranchRegistry;
use crate::clock::{Clock, IdSource};
use crate::events::Events;
use crate::gaps::EvidenceStore;
use crate::queue::{Queue, Waiting};
use crate::testing::{branch, run_id};

/// The plan of every scene.
pub(super) const PLAN: BatchId = BatchId(Uuid::from_u128(7));

/// Time stands still.
pub(super) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Identifiers from 1 on.
#[derive(Default)]
pub(super) struct Counting(AtomicU64);

impl Counting {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl IdSource for Counting {
    fn run_id(&self) -> RunId {
        run_id(self.next().into())
    }

    fn batch_id(&self) -> BatchId {
        BatchId(Uuid::from_u128(self.next().into()))
    }

    fn correlation(&self) -> String {
        format!("{:08}", self.next())
    }

    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

/// The database is closed.
pub(super) struct NoRoom;

/// A database of one plan.
#[derive(Clone)]
pub(super) struct Memory(Arc<Mutex<Stored>>);

struct Stored {
    state: PlanState,
    decisions: Vec<Decision>,
    runs: HashMap<RunId, RunState>,
    outcomes: Vec<(BranchId, bool)>,
    /// Of the scene, as they were queued.
    waiting: Vec<(RunId, BranchId)>,
    is_closed: bool,
}

impl Memory {
    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap()
    }

    fn open(&self) -> Result<MutexGuard<'_, Stored>, WarehouseError> {
        let stored = self.stored();
        if stored.is_closed { Err(WarehouseError::Closed) } else { Ok(stored) }
    }

    pub(super) fn refuse(&self, _: NoRoom) {
        self.stored().is_closed = true;
    }

    pub(super) fn accept(&self) {
        self.stored().is_closed = false;
    }

    pub(super) fn end(&self, run: u128, state: RunState) {
        self.stored().runs.insert(RunId(Uuid::from_u128(run)), state);
    }

    pub(super) fn remember(&self, outcomes: &[(&str, bool)]) {
        self.stored().outcomes =
            outcomes.iter().map(|(branch, has_failed)| (BranchId::new(*branch), *has_failed)).collect();
    }

    pub(super) fn state(&self) -> PlanState {
        self.stored().state
    }

    pub(super) fn last(&self) -> Decision {
        self.stored().decisions.last().cloned().unwrap()
    }
}

impl PlanStore for Memory {
    async fn state_of(&self, run: RunId) -> Result<Option<RunState>, WarehouseError> {
        Ok(self.open()?.runs.get(&run).copied())
    }

    async fn outcomes(&self, _plan: BatchId) -> Result<Vec<(BranchId, bool)>, WarehouseError> {
        Ok(self.open()?.outcomes.clone())
    }

    async fn calendar_changes(&self) -> Result<Vec<CalendarRow>, WarehouseError> {
        self.open().map(|_| Vec::new())
    }

    async fn start(
        &self,
        batch: NewBatch,
        runs: Vec<NewRun>,
        decision: Decision,
    ) -> Result<StartOutcome, WarehouseError> {
        let mut stored = self.open()?;
        let Some(state) = stored.state.after(decision.action) else { return Ok(StartOutcome::NotProposed) };
        stored.state = state;
        stored.decisions.push(decision);
        let record = |new: NewRun| RunRecord {
            kind: new.kind,
            interval: new.interval,
            mode: new.mode,
            ..run(new.id.0.as_u128(), new.branch.id.as_str(), Some(batch.id))
        };
        Ok(StartOutcome::Started(runs.into_iter().map(record).collect()))
    }

    async fn change(&self, _plan: BatchId, decision: Decision) -> Result<Option<PlanChange>, WarehouseError> {
        let mut stored = self.open()?;
        let before = stored.state;
        let Some(after) = before.after(decision.action) else { return Ok(None) };
        stored.state = after;
        stored.decisions.push(decision);
        Ok(Some(PlanChange { before, after, cancelled: 0 }))
    }

    async fn skip_store(
        &self,
        _plan: BatchId,
        branch: BranchId,
        decision: Decision,
    ) -> Result<Option<Vec<RunId>>, WarehouseError> {
        let mut stored = self.open()?;
        let waits = |run: &RunId| !stored.runs.contains_key(run);
        let left: Vec<(RunId, BranchId)> = stored.waiting.iter().filter(|(run, _)| waits(run)).cloned().collect();
        let (own, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, of)| *of == branch);
        if others.is_empty() {
            return Ok(None);
        }
        stored.waiting = others;
        stored.decisions.push(decision);
        Ok(Some(own.into_iter().map(|(run, _)| run).collect()))
    }

    async fn finish(&self, plan: BatchId, decision: Decision) -> Result<bool, WarehouseError> {
        Ok(self.change(plan, decision).await?.is_some())
    }
}

/// A plan in progress, with its runs in the queue.
pub(super) struct Scene {
    pub(super) control: PlanControl<Memory>,
    pub(super) store: Memory,
}

impl Scene {
    pub(super) const CLOCK: Still = Still;
    pub(super) const OTHER_PLAN: BatchId = BatchId(Uuid::from_u128(8));

    /// Somebody was shown the plan and nothing of it is queued.
    pub(super) fn shown() -> Self {
        Self::in_state(PlanState::Proposed)
    }

    pub(super) fn with_waiting_runs(count: u128) -> Self {
        Self::with_runs_of(&vec!["a"; usize::try_from(count).unwrap()])
    }

    /// The runs from 1 on, each of the store.
    pub(super) fn with_runs_of(branches: &[&str]) -> Self {
        let scene = Self::in_state(PlanState::Running);
        let runs: Vec<RunRecord> =
            (1..).zip(branches).map(|(number, branch)| run(number, branch, Some(PLAN))).collect();
        scene.store.stored().waiting = runs.iter().map(|run| (run.id, run.branch.clone())).collect();
        scene.control.queue.push(runs.into_iter().map(|record| Waiting { record, check_in: None }));
        scene.control.plans.insert(PLAN, branches.len(), false, Breaker::new(scene.control.breaker));
        scene
    }

    /// Two failures in a row of a store, or three of any, stop the plan.
    fn in_state(state: PlanState) -> Self {
        let breaker = BreakerLimits { per_branch: 2, overall: 3 };
        let stored = Stored {
            state,
            decisions: Vec::new(),
            runs: HashMap::new(),
            outcomes: Vec::new(),
            waiting: Vec::new(),
            is_closed: false,
        };
        let store = Memory(Arc::new(Mutex::new(stored)));
        let (queue, plans) = (Arc::new(Queue::new(4, 1, 4)), Arc::new(PlanBook::default()));
        let branches = BranchRegistry::new(vec![Branch { name: "ARTIGAS".to_owned(), ..branch("a") }]);
        let control = PlanControl::new(PlanParts {
            store: store.clone(),
            clock: Arc::new(Still),
            queue,
            plans,
            events: Events::new(),
            breaker,
            branches: Arc::new(branches),
        });
        Self { control, store }
    }
}

/// A recovery of a store.
pub(super) fn run(number: u128, branch: &str, batch: Option<BatchId>) -> RunRecord {
    RunRecord {
        id: run_id(number),
        kind: EtlKind::Sales,
        branch: BranchId::new(branch),
        interval: Interval::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap(),
        mode: RunMode::Recovery,
        state: RunState::Queued,
        attempt: 1,
        batch,
        requested_by: None,
        sentry_trace: None,
        baggage: None,
    }
}

/// What a database knows of sales.
#[derive(Default)]
pub(super) struct KnownSales {
    rows: EvidenceRows,
    /// Windows that were tried again by themselves, and when.
    pub(super) retried: Vec<(Timestamp, u32)>,
    pub(super) failures: Vec<FailedWindow>,
    requests: Mutex<Vec<EvidenceFilter>>,
}

impl KnownSales {
    pub(super) fn of(rows: EvidenceRows) -> Self {
        Self { rows, ..Self::default() }
    }

    /// The filters that evidence was read with.
    pub(super) fn requests(&self) -> Vec<EvidenceFilter> {
        self.requests.lock().unwrap().clone()
    }
}

impl EvidenceStore for KnownSales {
    async fn evidence(&self, filter: EvidenceFilter) -> Result<EvidenceRows, WarehouseError> {
        let mut rows = self.rows.clone();
        let is_of = |branch: &BranchId| filter.branch.as_ref().is_none_or(|only| only == branch);
        rows.covered.retain(|(branch, interval)| is_of(branch) && interval.overlaps(&filter.around));
        rows.waived.retain(|(branch, interval)| is_of(branch) && interval.overlaps(&filter.around));
        rows.attempts.retain(|(branch, attempt)| is_of(branch) && attempt.interval.overlaps(&filter.range));
        self.requests.lock().unwrap().push(filter);
        Ok(rows)
    }
}
