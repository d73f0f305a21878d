//! The faults that are set, how often each has hit, and the sales that come late.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Question};
use crate::invoice::Header;
use crate::local_time::moment;

/// The number of a fault, in the order they were added.
pub type FaultId = u64;

/// A fault with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultState {
    /// Its number.
    pub id: FaultId,
    /// How many questions it has hit.
    pub hits: u32,
    /// The fault.
    pub fault: Fault,
}

/// Sales of a store that lost its line: they reach the POS later, under the numbers they always had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateSales {
    /// The store's code.
    pub branch: String,
    /// From this local moment.
    pub sales_from: DateTime,
    /// Up to, not including, this local moment.
    pub sales_to: DateTime,
    /// When the POS has them.
    pub available_from: Timestamp,
}

impl LateSales {
    /// Whether an invoice of the store has not reached the POS.
    pub(crate) fn withholds(&self, branch: &str, header: &Header, now: Timestamp) -> bool {
        let sold_at = moment(header.date, header.ticks);
        self.branch == branch && now < self.available_from && self.sales_from <= sold_at && sold_at < self.sales_to
    }
}

/// All faults.
#[derive(Default)]
pub(crate) struct FaultBook {
    last_id: FaultId,
    faults: BTreeMap<FaultId, FaultState>,
}

impl FaultBook {
    pub(crate) fn add(&mut self, fault: Fault) -> FaultId {
        self.last_id += 1;
        self.faults.insert(self.last_id, FaultState { id: self.last_id, hits: 0, fault });
        self.last_id
    }

    pub(crate) fn list(&self) -> Vec<FaultState> {
        self.faults.values().cloned().collect()
    }

    /// Removes the faults that are not to be kept, and says how many.
    pub(crate) fn retain(&mut self, keep: impl Fn(&FaultState) -> bool) -> usize {
        let before = self.faults.len();
        self.faults.retain(|_, state| keep(state));
        before - self.faults.len()
    }

    /// The fault that happens to this question, counted.
    pub(crate) fn hit(&mut self, question: &Question, now: Timestamp) -> Option<FaultState> {
        let state = self.faults.values_mut().find(|state| {
            state.fault.times.is_none_or(|times| state.hits < times) && state.fault.hits(question, now)
        })?;
        state.hits += 1;
        Some(state.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Endpoint, FaultKind};

    fn question(branch: &str) -> Question {
        Question {
            endpoint: Endpoint::Articles,
            path: "/maestra/articulos/almacen",
            branches: vec![branch.to_owned()],
            window: None,
            summary: String::new(),
        }
    }

    fn noon() -> Timestamp {
        "2025-11-17T16:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_fault_is_over_after_its_times_and_the_next_one_hits() {
        let mut book = FaultBook::default();
        let first = book.add(Fault::new(FaultKind::Refuse).times(2));
        let second = book.add(Fault::new(FaultKind::NotJson));
        let hit: Vec<FaultId> = (0..3).map(|_| book.hit(&question("SUC001"), noon()).unwrap().id).collect();
        assert_eq!(hit, [first, first, second]);
        assert_eq!(book.list().iter().map(|state| state.hits).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_fault_hits_its_store_its_endpoint_and_its_time_only() {
        let hits = |fault: Fault| {
            let mut book = FaultBook::default();
            book.add(fault);
            book.hit(&question("SUC001"), noon()).is_some()
        };
        let fault = || Fault::new(FaultKind::Refuse);
        assert!(hits(fault().of_branch("SUC001").at(Endpoint::Articles)));
        assert!(!hits(fault().of_branch("SUC002")));
        assert!(!hits(fault().at(Endpoint::Sales)));
        assert!(!hits(fault().of_sales(DateTime::MIN, DateTime::MAX)));
        assert!(!hits(Fault { active_to: Some(noon()), ..fault() }));
        assert!(hits(Fault { active_from: Some(noon()), ..fault() }));
    }
}
