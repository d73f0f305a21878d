//! What stops a plan whose windows fail one after the other.

use std::collections::HashMap;

use crate::BranchId;

/// Failures in a row after which a plan is stopped; 0 never stops one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerLimits {
    /// Of one branch.
    pub per_branch: u32,
    /// Of all branches.
    pub overall: u32,
}

/// Why a plan was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trip {
    /// The windows of a branch failed one after the other.
    Branch {
        /// Which.
        branch: BranchId,
        /// How many in a row.
        failures: u32,
    },
    /// Windows failed one after the other, of whatever branch.
    Overall {
        /// How many in a row.
        failures: u32,
    },
}

/// Counts failures in a row.
#[derive(Clone, Debug)]
pub struct Breaker {
    limits: BreakerLimits,
    in_a_row: u32,
    by_branch: HashMap<BranchId, u32>,
}

impl Breaker {
    /// Nothing has failed yet.
    pub fn new(limits: BreakerLimits) -> Self {
        Self { limits, in_a_row: 0, by_branch: HashMap::new() }
    }

    /// Counts the end of a window. Says why the plan is to be stopped, where it is.
    pub fn record(&mut self, branch: &BranchId, has_failed: bool) -> Option<Trip> {
        let of_branch = self.by_branch.entry(branch.clone()).or_default();
        if !has_failed {
            *of_branch = 0;
            self.in_a_row = 0;
            return None;
        }
        *of_branch += 1;
        self.in_a_row += 1;
        if reached(*of_branch, self.limits.per_branch) {
            return Some(Trip::Branch { branch: branch.clone(), failures: *of_branch });
        }
        reached(self.in_a_row, self.limits.overall).then_some(Trip::Overall { failures: self.in_a_row })
    }

    /// Why the plan is to be stopped by what was counted so far, where it is.
    pub fn tripped(&self) -> Option<Trip> {
        let worst = self.by_branch.iter().max_by_key(|(branch, failures)| (**failures, *branch));
        let of_branch = worst.filter(|(_, failures)| reached(**failures, self.limits.per_branch));
        match of_branch {
            Some((branch, failures)) => Some(Trip::Branch { branch: branch.clone(), failures: *failures }),
            None => reached(self.in_a_row, self.limits.overall).then_some(Trip::Overall { failures: self.in_a_row }),
        }
    }
}

const fn reached(count: u32, limit: u32) -> bool {
    limit > 0 && count >= limit
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Which end of a row of ends (branch, failed) trips it.
    fn trips_at(limits: (u32, u32), ends: &[(&str, bool)]) -> Option<(usize, Trip)> {
        let mut breaker = Breaker::new(BreakerLimits { per_branch: limits.0, overall: limits.1 });
        ends.iter()
            .enumerate()
            .find_map(|(at, (branch, failed))| Some((at, breaker.record(&BranchId::new(*branch), *failed)?)))
    }

    #[rstest]
    #[case::a_branch((2, 9), &[("a", true), ("b", false), ("a", true)], Some(2))]
    #[case::a_success_starts_anew((2, 9), &[("a", true), ("a", false), ("a", true)], None)]
    #[case::all((9, 3), &[("a", true), ("b", true), ("c", true)], Some(2))]
    #[case::another_branch_that_succeeds((9, 3), &[("a", true), ("b", true), ("c", false), ("a", true)], None)]
    #[case::switched_off((0, 0), &[("a", true), ("a", true), ("a", true)], None)]
    fn failures_in_a_row_trip_it(
        #[case] limits: (u32, u32),
        #[case] ends: &[(&str, bool)],
        #[case] trips: Option<usize>,
    ) {
        assert_eq!(trips_at(limits, ends).map(|(at, _)| at), trips);
    }

    #[rstest]
    #[case(&[("a", true), ("b", true), ("a", true)], Some(Trip::Branch { branch: BranchId::new("a"), failures: 2 }))]
    #[case(&[("a", true), ("b", true), ("c", true)], Some(Trip::Overall { failures: 3 }))]
    #[case(&[("a", true), ("a", true), ("a", false)], None)]
    fn what_was_counted_tells_whether_it_has_tripped(#[case] ends: &[(&str, bool)], #[case] trip: Option<Trip>) {
        let mut breaker = Breaker::new(BreakerLimits { per_branch: 2, overall: 3 });
        for (branch, has_failed) in ends {
            breaker.record(&BranchId::new(*branch), *has_failed);
        }
        assert_eq!(breaker.tripped(), trip);
    }
}
