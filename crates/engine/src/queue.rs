//! Which waiting run goes next. The database has the queue; this is its mirror in memory, in order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use domain::plan::Pace;
use domain::{BatchId, BranchId, EtlKind, RunId, RunMode};
use monitoring::CheckIn;
use tokio::sync::{Notify, watch};
use warehouse::RunRecord;

use crate::share::Share;

/// Recoveries among what can wait.
const RECOVERY_RANK: u8 = 0;

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
            (EtlKind::Sales, RunMode::Recovery) => Self::Later { rank: RECOVERY_RANK },
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
    failing_max: usize,
    share: RwLock<Share>,
}

/// A run that a worker has.
struct Taken {
    branch: BranchId,
    batch: Option<BatchId>,
    is_cancelled: bool,
    /// True once the run must send no further request.
    stop: watch::Sender<bool>,
}

/// Runs that are eligible together. Within a rank the first queued goes first, of whatever group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    rank: u8,
    batch: Option<BatchId>,
    branch: BranchId,
}

#[derive(Default)]
struct State {
    waiting: HashMap<RunId, Waiting>,
    /// Live runs; first queued, first served.
    live: BTreeSet<RunId>,
    /// All others, by what lets them go; no group is empty.
    later: BTreeMap<Group, BTreeSet<RunId>>,
    in_progress: HashMap<BranchId, usize>,
    /// The runs that workers have.
    taken: HashMap<RunId, Taken>,
    /// Branches whose last requests were not answered.
    failing: HashSet<BranchId>,
    live_streak: u32,
    /// Plans of which nothing may start.
    held: HashSet<BatchId>,
    /// Branches whose windows of a plan wait, because they are open.
    left_alone: HashMap<BatchId, HashSet<BranchId>>,
    /// Branches that rest from recoveries.
    resting: HashMap<BranchId, usize>,
    /// How long recoveries of a branch took lately.
    lately: HashMap<BranchId, Duration>,
}

impl Queue {
    /// Of so many workers at most a half is kept busy by branches that do not answer.
    pub(crate) fn new(workers: usize, per_branch_max: usize, live_streak_max: u32) -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            per_branch_max: per_branch_max.max(1),
            live_streak_max: live_streak_max.max(1),
            failing_max: (workers / 2).max(1),
            share: RwLock::default(),
        }
    }

    /// Says whose stores' runs this process takes before those of others.
    pub(crate) fn share(&self, share: Share) {
        *self.share.write().unwrap_or_else(PoisonError::into_inner) = share;
        self.changed.notify_waiters();
    }

    pub(crate) fn push(&self, runs: impl IntoIterator<Item = Waiting>) {
        self.change(|state| {
            for run in runs {
                let id = run.record.id;
                match Lane::of(&run.record) {
                    Lane::Live => drop(state.live.insert(id)),
                    Lane::Later { rank } => {
                        let group = Group { rank, batch: run.record.batch, branch: run.record.branch.clone() };
                        state.later.entry(group).or_default().insert(id);
                    }
                }
                state.waiting.insert(id, run);
            }
        });
    }

    /// Whether a run waits here, or a worker has it.
    pub(crate) fn knows(&self, run: RunId) -> bool {
        let state = self.state();
        state.waiting.contains_key(&run) || state.taken.contains_key(&run)
    }

    pub(crate) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// Whether a run of a batch still waits for one branch.
    pub(crate) fn has_waiting(&self, batch: BatchId, branch: &BranchId) -> bool {
        let state = self.state();
        state.waiting.values().any(|run| run.record.batch == Some(batch) && run.record.branch == *branch)
    }

    /// Lets go of what is queued: the process ends. It stays queued in the database, and its part in the check-in of its
    /// schedule has not gone well.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        state.live.clear();
        state.later.clear();
        drop(state);
        drop(waiting);
    }

    /// Takes the next run that may go, and counts it as in progress until [`Queue::done`].
    pub(crate) fn take(&self) -> Option<Waiting> {
        let share = *self.share.read().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.state();
        let live = state
            .live
            .iter()
            .filter_map(|id| Some((*id, &state.waiting.get(id)?.record.branch)))
            .filter(|(_, branch)| self.has_room(&state, branch));
        let live = share.first(live, |(_, branch)| branch).map(|(id, _)| id);
        let later = state
            .later
            .iter()
            .filter(|(group, _)| self.may_go(&state, group))
            .filter_map(|(group, runs)| Some((group.rank, *runs.first()?, group)))
            .min_by_key(|(rank, id, group)| (*rank, !share.has(&group.branch), *id))
            .map(|(_, id, group)| (id, group.clone()));
        let live_goes = match (live, &later) {
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
            let (id, group) = later?;
            if let Some(runs) = state.later.get_mut(&group) {
                runs.remove(&id);
                if runs.is_empty() {
                    state.later.remove(&group);
                }
            }
            state.live_streak = 0;
            id
        };
        let run = state.waiting.remove(&id)?;
        *state.in_progress.entry(run.record.branch.clone()).or_default() += 1;
        let taken = Taken {
            branch: run.record.branch.clone(),
            batch: run.record.batch,
            is_cancelled: false,
            stop: watch::Sender::new(false),
        };
        state.taken.insert(id, taken);
        Some(run)
    }

    /// Lets nothing of a plan start; says whether that was so already.
    pub(crate) fn hold(&self, plan: BatchId) -> bool {
        !self.state().held.insert(plan)
    }

    /// Lets a held plan go on.
    pub(crate) fn release(&self, plan: BatchId) {
        self.change(|state| {
            state.held.remove(&plan);
        });
    }

    /// Removes the queued runs of a plan, and stops further requests of its running ones.
    pub(crate) fn remove(&self, plan: BatchId) {
        self.change(|state| {
            state.later.retain(|group, _| group.batch != Some(plan));
            state.waiting.retain(|_, run| run.record.batch != Some(plan));
            state.held.remove(&plan);
            state.left_alone.remove(&plan);
            for taken in state.taken.values_mut().filter(|taken| taken.batch == Some(plan)) {
                taken.is_cancelled = true;
                taken.stop.send_replace(true);
            }
        });
    }

    /// Takes waiting runs out of the mirror.
    pub(crate) fn take_out(&self, is_out: impl Fn(RunId) -> bool) -> Vec<Waiting> {
        let mut state = self.state();
        let out: HashSet<RunId> = state.waiting.keys().copied().filter(|run| is_out(*run)).collect();
        state.live.retain(|run| !out.contains(run));
        for runs in state.later.values_mut() {
            runs.retain(|run| !out.contains(run));
        }
        state.later.retain(|_, runs| !runs.is_empty());
        out.iter().filter_map(|run| state.waiting.remove(run)).collect()
    }

    /// Becomes true once a running run must send no further request. None if no worker has the run.
    pub(crate) fn stop_of(&self, run: RunId) -> Option<watch::Receiver<bool>> {
        self.state().taken.get(&run).map(|taken| taken.stop.subscribe())
    }

    /// Whether a run that a worker has was cancelled.
    pub(crate) fn is_cancelled(&self, run: RunId) -> bool {
        self.state().taken.get(&run).is_some_and(|taken| taken.is_cancelled)
    }

    /// A request of a run was not answered. Where too many workers wait for branches like that, and others have work, the
    /// run asks for nothing more: it is a gap, and will be tried again.
    pub(crate) fn record_unanswered(&self, run: RunId, branch: &BranchId) {
        let mut state = self.state();
        state.failing.insert(branch.clone());
        let others_wait = state
            .waiting
            .values()
            .any(|run| !state.failing.contains(&run.record.branch) && self.has_room(&state, &run.record.branch));
        if others_wait
            && failing_in_progress(&state) > self.failing_max
            && let Some(taken) = state.taken.get(&run)
        {
            tracing::warn!(%run, %branch, "too many workers wait for stores that do not answer; one run gives up");
            taken.stop.send_replace(true);
        }
    }

    /// Whether a branch did not answer the last request.
    pub(crate) fn is_failing(&self, branch: &BranchId) -> bool {
        self.state().failing.contains(branch)
    }

    /// A branch answered.
    pub(crate) fn record_answered(&self, branch: &BranchId) {
        self.change(|state| {
            state.failing.remove(branch);
        });
    }

    /// Says, of each plan that leaves trading hours alone, which branches are open now.
    pub(crate) fn leave_alone(&self, open: HashMap<BatchId, HashSet<BranchId>>) {
        self.change(|state| state.left_alone = open);
    }

    /// Takes into account how long a recovery of a branch took; gives how long they take lately.
    pub(crate) fn measure(&self, branch: &BranchId, measured: Duration) -> Duration {
        let mut state = self.state();
        let lately = Pace::lately(state.lately.get(branch).copied(), measured);
        state.lately.insert(branch.clone(), lately);
        lately
    }

    /// Has a branch rest from recoveries until [`Queue::rested`].
    pub(crate) fn rest(&self, branch: &BranchId) {
        *self.state().resting.entry(branch.clone()).or_default() += 1;
    }

    /// A rest is over.
    pub(crate) fn rested(&self, branch: &BranchId) {
        self.change(|state| {
            if let Some(count) = state.resting.get_mut(branch) {
                *count -= 1;
                if *count == 0 {
                    state.resting.remove(branch);
                }
            }
        });
    }

    /// A run that was taken has ended, however.
    pub(crate) fn done(&self, run: RunId, branch: &BranchId) {
        self.change(|state| {
            state.taken.remove(&run);
            if let Some(count) = state.in_progress.get_mut(branch) {
                *count = count.saturating_sub(1);
            }
        });
    }

    /// Waits until something was pushed or has ended. Made before [`Queue::take`] is tried, it misses nothing.
    pub(crate) fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    fn has_room(&self, state: &State, branch: &BranchId) -> bool {
        let in_progress = state.in_progress.get(branch).copied().unwrap_or_default();
        let may_fail = !state.failing.contains(branch) || failing_in_progress(state) < self.failing_max;
        in_progress < self.per_branch_max && may_fail
    }

    fn may_go(&self, state: &State, group: &Group) -> bool {
        let is_recovery = group.rank == RECOVERY_RANK;
        let is_held = group.batch.is_some_and(|batch| {
            state.held.contains(&batch)
                || state.left_alone.get(&batch).is_some_and(|branches| branches.contains(&group.branch))
        });
        !is_held && self.has_room(state, &group.branch) && !(is_recovery && state.resting.contains_key(&group.branch))
    }

    /// Changes the state and wakes whoever waits for a change.
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs in progress of branches that do not answer.
fn failing_in_progress(state: &State) -> usize {
    state.taken.values().filter(|taken| state.failing.contains(&taken.branch)).count()
}

#[cfg(test)]
mod tests;
