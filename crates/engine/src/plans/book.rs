//! Plans that were started and have not ended, in memory: what is left of each, and how its windows do.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::plan::{Breaker, BreakerLimits, Trip};
use domain::{BatchId, BranchId};

/// The plans that are followed.
#[derive(Default)]
pub(crate) struct PlanBook {
    plans: Mutex<HashMap<BatchId, Followed>>,
}

struct Followed {
    /// Runs that have not ended.
    left: usize,
    outside_hours: bool,
    breaker: Breaker,
}

/// What the end of a run means for its plan.
pub(super) struct Verdict {
    pub(super) trip: Option<Trip>,
    pub(super) is_over: bool,
}

impl PlanBook {
    pub(crate) fn insert(&self, plan: BatchId, left: usize, outside_hours: bool, breaker: Breaker) {
        self.plans().insert(plan, Followed { left, outside_hours, breaker });
    }

    /// A plan that goes on after it was held starts with a clean slate.
    pub(crate) fn forgive(&self, plan: BatchId, limits: BreakerLimits) {
        if let Some(followed) = self.plans().get_mut(&plan) {
            followed.breaker = Breaker::new(limits);
        }
    }

    pub(crate) fn remove(&self, plan: BatchId) {
        self.plans().remove(&plan);
    }

    /// The plans whose windows run only while their branch is closed.
    pub(crate) fn outside_hours(&self) -> Vec<BatchId> {
        let plans = self.plans();
        plans.iter().filter(|(_, followed)| followed.outside_hours).map(|(plan, _)| *plan).collect()
    }

    /// What is left of a plan, as the database has it; false where the plan is not followed.
    pub(crate) fn set_left(&self, plan: BatchId, left: usize) -> bool {
        let mut plans = self.plans();
        let Some(followed) = plans.get_mut(&plan) else { return false };
        followed.left = left;
        true
    }

    /// So many runs of a plan were taken back.
    pub(super) fn take_off(&self, plan: BatchId, runs: usize) {
        if let Some(followed) = self.plans().get_mut(&plan) {
            followed.left = followed.left.saturating_sub(runs);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.plans().is_empty()
    }

    pub(super) fn contains(&self, plan: BatchId) -> bool {
        self.plans().contains_key(&plan)
    }

    pub(super) fn record(&self, plan: BatchId, branch: &BranchId, has_failed: bool) -> Option<Verdict> {
        let mut plans = self.plans();
        let followed = plans.get_mut(&plan)?;
        followed.left = followed.left.saturating_sub(1);
        Some(Verdict { trip: followed.breaker.record(branch, has_failed), is_over: followed.left == 0 })
    }

    fn plans(&self) -> MutexGuard<'_, HashMap<BatchId, Followed>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const PLAN: BatchId = BatchId(Uuid::from_u128(7));
    const OTHER: BatchId = BatchId(Uuid::from_u128(8));

    fn never() -> Breaker {
        Breaker::new(BreakerLimits { per_branch: 0, overall: 0 })
    }

    fn is_over(book: &PlanBook) -> Option<bool> {
        book.record(PLAN, &BranchId::new("a"), true).map(|verdict| verdict.is_over)
    }

    #[test]
    fn a_plan_is_over_with_the_last_of_its_runs() {
        let book = PlanBook::default();
        book.insert(PLAN, 2, false, never());
        assert_eq!((is_over(&book), is_over(&book)), (Some(false), Some(true)));
        book.remove(PLAN);
        assert_eq!((is_over(&book), book.is_empty()), (None, true));
    }

    #[test]
    fn what_the_database_counts_is_what_is_left() {
        let book = PlanBook::default();
        assert!(!book.set_left(PLAN, 3), "nobody follows it");
        book.insert(PLAN, 1, false, never());
        assert!(book.set_left(PLAN, 2));
        assert_eq!((is_over(&book), is_over(&book)), (Some(false), Some(true)));
    }

    #[test]
    fn more_ends_than_runs_end_it_once_more_and_do_no_harm() {
        let book = PlanBook::default();
        book.insert(PLAN, 0, false, never());
        assert_eq!((is_over(&book), is_over(&book)), (Some(true), Some(true)));
    }

    #[test]
    fn only_plans_outside_of_trading_hours_wait_for_a_store_to_close() {
        let book = PlanBook::default();
        book.insert(PLAN, 1, true, never());
        book.insert(OTHER, 1, false, never());
        assert_eq!(book.outside_hours(), [PLAN]);
    }

    #[test]
    fn a_forgiven_plan_has_not_failed_yet() {
        let limits = BreakerLimits { per_branch: 2, overall: 0 };
        let (book, branch) = (PlanBook::default(), BranchId::new("a"));
        book.insert(PLAN, 9, false, Breaker::new(limits));
        let trips = || book.record(PLAN, &branch, true).unwrap().trip.is_some();
        assert_eq!((trips(), trips()), (false, true));
        book.forgive(PLAN, limits);
        assert_eq!((trips(), trips()), (false, true));
    }
}
