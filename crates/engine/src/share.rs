//! Which stores are whose, where several processes do runs: each takes those of its own stores first, so that two seldom want the same
//! run, and a store is seldom asked by two at once.
//!
//! It is a preference and no right: who has nothing of their own takes what waits for others, so that nothing waits for a
//! process that is gone. What is whose need not be agreed on either: the database gives a run to one of them.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::BranchId;
use uuid::Uuid;

/// One of so many parts of the stores; all of them, where a process is alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    place: u64,
    of: u64,
}

impl Default for Share {
    fn default() -> Self {
        Self { place: 0, of: 1 }
    }
}

impl Share {
    /// That of a process among those that do runs, in their order. Who is not among them has no part, and takes what it takes in order.
    pub(crate) fn of(process: Uuid, workers: &[Uuid]) -> Self {
        let place = workers.iter().position(|worker| *worker == process);
        place.map_or_else(Self::default, |place| Self { place: place as u64, of: workers.len() as u64 })
    }

    /// Whether a store is one of its own.
    pub(crate) fn has(self, branch: &BranchId) -> bool {
        // Without a seed of this process: the others have to come to the same.
        let mut hasher = DefaultHasher::new();
        branch.as_str().hash(&mut hasher);
        hasher.finish() % self.of == self.place
    }

    /// The first of some that is of one of its own stores; else the first.
    pub(crate) fn first<Item>(
        self,
        items: impl Iterator<Item = Item>,
        branch: impl Fn(&Item) -> &BranchId,
    ) -> Option<Item> {
        let mut first = None;
        for item in items {
            if self.has(branch(&item)) {
                return Some(item);
            }
            first.get_or_insert(item);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers() -> [Uuid; 3] {
        [1, 2, 3].map(Uuid::from_u128)
    }

    #[test]
    fn every_store_is_of_one_worker() {
        let shares = workers().map(|worker| Share::of(worker, &workers()));
        for number in 0..100 {
            let branch = BranchId::new(format!("tienda_{number}"));
            assert_eq!(shares.iter().filter(|share| share.has(&branch)).count(), 1, "{branch}");
        }
    }

    #[test]
    fn who_is_alone_or_does_no_runs_has_all_stores() {
        let branch = BranchId::new("tienda_1");
        let of = |process, workers: &[Uuid]| Share::of(Uuid::from_u128(process), workers);
        assert!(of(1, &workers()[..1]).has(&branch) && of(9, &workers()).has(&branch) && of(9, &[]).has(&branch));
    }

    #[test]
    fn what_waits_for_others_is_taken_by_who_has_nothing_of_its_own() {
        let branches: Vec<BranchId> = (0..10).map(|number| BranchId::new(format!("tienda_{number}"))).collect();
        let share = Share::of(workers()[0], &workers());
        let (own, others): (Vec<_>, Vec<_>) = branches.iter().partition(|branch| share.has(branch));
        assert!(!own.is_empty() && !others.is_empty());
        assert_eq!(share.first(branches.iter(), |branch| branch), own.first().copied());
        assert_eq!(share.first(others.iter().copied(), |branch| branch), others.first().copied());
    }
}
