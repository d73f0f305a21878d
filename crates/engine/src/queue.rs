//! Which waiting run goes next. The database has the queue; this is its mirror in memory, in order.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{BatchId, BranchId, EtlKind, RunId, RunMode};
use monitoring::CheckIn;
use tokio::sync::Notify;
use warehouse::RunRecord;

/// What goes before what (DESIGN, rule 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    /// What is only worth something soon: the half hour that has just ended, and snapshots, which nobody can take later.
    Live,
    /// Everything else; what people clicked before what is loaded in bulk.
    Later { rank: u8 },
}

impl Lane {
    fn of(run: &RunRecord) -> Self {
        match (run.kind, run.mode) {
            (EtlKind::Inventory, _) | (_, RunMode::Incremental) => Self::Live,
            (EtlKind::Sales, RunMode::Recovery) => Self::Later { rank: 0 },
            (EtlKind::Sales, RunMode::Full) => Self::Later { rank: 1 },
        }
    }
}

/// A run that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) record: RunRecord,
    pub(crate) check_in: Option<CheckIn>,
}

/// The mirror of the queue.
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
    per_branch_max: usize,
    live_streak_max: u32,
}

#[derive(Default)]
struct State {
    waiting: HashMap<RunId, Waiting>,
    /// Live runs; first queued, first served.
    live: BTreeSet<RunId>,
    /// All others, by rank; within one, first queued, first served.
    later: BTreeSet<(u8, RunId)>,
    in_work: HashMap<BranchId, usize>,
    live_streak: u32,
}

impl Queue {
    pub(crate) fn new(per_branch_max: usize, live_streak_max: u32) -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            per_branch_max: per_branch_max.max(1),
            live_streak_max: live_streak_max.max(1),
        }
    }

    pub(crate) fn push(&self, runs: impl IntoIterator<Item = Waiting>) {
        let mut state = self.state();
        for run in runs {
            let id = run.record.id;
            match Lane::of(&run.record) {
                Lane::Live => drop(state.live.insert(id)),
                Lane::Later { rank } => drop(state.later.insert((rank, id))),
            }
            state.waiting.insert(id, run);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    pub(crate) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// Whether a run of a batch still waits for one branch.
    pub(crate) fn has_waiting(&self, batch: BatchId, branch: &BranchId) -> bool {
        let state = self.state();
        state.waiting.values().any(|run| run.record.batch == Some(batch) && run.record.branch == *branch)
    }

    /// Lets go of what waits: the process ends. It goes on waiting in the database, and its part in the check-in of its
    /// schedule has not gone well.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        state.live.clear();
        state.later.clear();
        drop(state);
        drop(waiting);
    }

    /// Takes the next run whose branch has room, and counts it as in work until [`Queue::done`].
    pub(crate) fn take(&self) -> Option<Waiting> {
        let mut state = self.state();
        let live = state.live.iter().copied().find(|id| self.has_room(&state, *id));
        let later = state.later.iter().copied().find(|(_, id)| self.has_room(&state, *id));
        let live_goes = match (live, later) {
            (Some(_), Some(_)) => state.live_streak < self.live_streak_max,
            (live, _) => live.is_some(),
        };
        let id = if live_goes {
            let id = live?;
            state.live.remove(&id);
            // A streak only counts where somebody was made to wait.
            state.live_streak = if later.is_some() { state.live_streak + 1 } else { 0 };
            id
        } else {
            let key = later?;
            state.later.remove(&key);
            state.live_streak = 0;
            key.1
        };
        let run = state.waiting.remove(&id)?;
        *state.in_work.entry(run.record.branch.clone()).or_default() += 1;
        Some(run)
    }

    /// A run that was taken has ended, however.
    pub(crate) fn done(&self, branch: &BranchId) {
        let mut state = self.state();
        if let Some(count) = state.in_work.get_mut(branch) {
            *count = count.saturating_sub(1);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits until something was pushed or has ended. Made before [`Queue::take`] is tried, it misses nothing.
    pub(crate) fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    fn has_room(&self, state: &State, id: RunId) -> bool {
        state
            .waiting
            .get(&id)
            .is_some_and(|run| state.in_work.get(&run.record.branch).copied().unwrap_or_default() < self.per_branch_max)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::{Interval, RunState};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn run(number: u128, branch: &str, mode: RunMode) -> Waiting {
        let interval = Interval::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap();
        Waiting {
            record: RunRecord {
                id: RunId(Uuid::from_u128(number)),
                kind: EtlKind::Sales,
                branch: BranchId::new(branch),
                interval,
                mode,
                state: RunState::Queued,
                attempt: 1,
                batch: None,
                requested_by: None,
                sentry_trace: None,
                baggage: None,
            },
            check_in: None,
        }
    }

    fn number(run: &Waiting) -> u128 {
        run.record.id.0.as_u128()
    }

    /// Takes and ends everything; gives the order.
    fn order(queue: &Queue) -> Vec<u128> {
        std::iter::from_fn(|| {
            let run = queue.take()?;
            queue.done(&run.record.branch);
            Some(number(&run))
        })
        .collect()
    }

    #[test]
    fn live_windows_go_before_recoveries_and_recoveries_before_first_loads() {
        let queue = Queue::new(1, 4);
        queue.push([run(1, "a", RunMode::Full), run(2, "a", RunMode::Recovery), run(3, "a", RunMode::Incremental)]);
        assert_eq!(order(&queue), [3, 2, 1]);
    }

    #[test]
    fn a_snapshot_goes_before_everything_that_can_be_had_later() {
        let queue = Queue::new(1, 4);
        let mut snapshot = run(3, "a", RunMode::Full);
        snapshot.record.kind = EtlKind::Inventory;
        queue.push([run(1, "a", RunMode::Full), run(2, "a", RunMode::Recovery), snapshot]);
        assert_eq!(order(&queue), [3, 2, 1]);
    }

    #[test]
    fn recoveries_are_not_starved_by_live_windows() {
        let queue = Queue::new(1, 2);
        queue.push((1..=6).map(|number| run(number, "a", RunMode::Incremental)));
        queue.push([run(100, "a", RunMode::Recovery), run(101, "a", RunMode::Recovery)]);
        assert_eq!(order(&queue), [1, 2, 100, 3, 4, 101, 5, 6]);
    }

    #[test]
    fn a_branch_has_no_more_in_work_than_it_may() {
        let queue = Queue::new(1, 4);
        queue.push([run(1, "a", RunMode::Recovery), run(2, "a", RunMode::Recovery), run(3, "b", RunMode::Recovery)]);
        assert_eq!(queue.take().map(|run| number(&run)), Some(1));
        assert_eq!(queue.take().map(|run| number(&run)), Some(3));
        assert!(queue.take().is_none());
        queue.done(&BranchId::new("a"));
        assert_eq!(queue.take().map(|run| number(&run)), Some(2));
    }
}
