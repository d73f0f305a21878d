//! A plan in memory, for the tests of what changes and follows it: no database, no POS, no waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::calendar::CalendarRules;
use domain::gap::{Attempt, GapEvidence};
use domain::plan::{Breaker, BreakerLimits, PlanState};
use domain::{
    BatchId, Branch, BranchClock, BranchCode, BranchId, Calendar, EtlKind, HALF_HOUR, Interval, IntervalSet, RunId,
    RunMode, RunState,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;
use warehouse::{Decision, PlanChange, RunRecord, WarehouseError};

use super::book::PlanBook;
use super::control::{PlanControl, PlanParts};
use super::store::PlanStore;
use crate::clock::Clock;
use crate::events::Events;
use crate::queue::{Queue, Waiting};

/// The plan of every scene.
pub(super) const PLAN: BatchId = BatchId(Uuid::from_u128(7));

/// Time stands still.
pub(super) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
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

    async fn change(&self, _plan: BatchId, decision: Decision) -> Result<Option<PlanChange>, WarehouseError> {
        let mut stored = self.open()?;
        let before = stored.state;
        let Some(after) = before.after(decision.action) else { return Ok(None) };
        stored.state = after;
        stored.decisions.push(decision);
        Ok(Some(PlanChange { before, after, cancelled: 0 }))
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

    /// Two failures in a row of a store, or three of any, stop the plan.
    pub(super) fn with_waiting_runs(count: u128) -> Self {
        let breaker = BreakerLimits { per_branch: 2, overall: 3 };
        let stored = Stored {
            state: PlanState::Running,
            decisions: Vec::new(),
            runs: HashMap::new(),
            outcomes: Vec::new(),
            is_closed: false,
        };
        let store = Memory(Arc::new(Mutex::new(stored)));
        let (queue, plans) = (Arc::new(Queue::new(4, 1, 4)), Arc::new(PlanBook::default()));
        let waiting = |number| Waiting { record: run(number, "a", Some(PLAN)), check_in: None };
        queue.push((1..=count).map(waiting));
        plans.insert(PLAN, usize::try_from(count).unwrap(), false, Breaker::new(breaker));
        let name_of = |id: &BranchId| (id.as_str() == "a").then(|| "ARTIGAS".to_owned());
        let control = PlanControl::new(PlanParts {
            store: store.clone(),
            clock: Arc::new(Still),
            queue,
            plans,
            events: Events::new(),
            breaker,
            name_of: Box::new(name_of),
        });
        Self { control, store }
    }
}

/// A recovery of a store.
pub(super) fn run(number: u128, branch: &str, batch: Option<BatchId>) -> RunRecord {
    RunRecord {
        id: RunId(Uuid::from_u128(number)),
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

/// A store that is open day and night.
pub(crate) fn branch(id: &str) -> Branch {
    Branch {
        id: BranchId::new(id),
        code: BranchCode::new(id),
        name: id.to_owned(),
        zone: BranchClock::from(TimeZone::UTC),
        calendar: Calendar::of(CalendarRules::every_day("00:00-24:00".parse().unwrap())),
        calendar_counts_from: None,
        warehouses: Vec::new(),
    }
}

/// So many half hours, from that one of the first day on.
pub(crate) fn half_hours_from(first: i32, count: i32) -> Interval<Timestamp> {
    let start = Timestamp::UNIX_EPOCH + HALF_HOUR * first;
    Interval::new(start, start + HALF_HOUR * count).unwrap()
}

/// All of a time is expected and nothing of it covered.
pub(super) fn evidence(expected: Interval<Timestamp>, attempts: Vec<Attempt>) -> GapEvidence {
    GapEvidence {
        expected: [expected].into_iter().collect(),
        covered: IntervalSet::empty(),
        changes: Vec::new(),
        waived: IntervalSet::empty(),
        unproven: IntervalSet::empty(),
        attempts,
    }
}
