//! What is drawn of a grid, and what of it an address says is chosen.

use std::collections::HashSet;

use domain::BranchId;
use engine::CoverageGrid;
use jiff::civil::Date;

use super::zoom::Zoom;
use crate::query::Query;

/// Stands for all that can be chosen, where their keys would make too long an address.
const ALL: &str = "todo";

/// A grid under an address.
#[derive(Clone, Copy)]
pub struct Scene<'page> {
    /// The answer.
    pub grid: &'page CoverageGrid,
    /// Its filters.
    pub query: &'page Query,
    /// How close one looks.
    pub zoom: Zoom,
    /// What is chosen of it.
    pub chosen: &'page Chosen,
}

/// What an address says is chosen of a grid. It belongs to the page under that address: links to other filters leave it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    keys: HashSet<String>,
    /// `store|day`, of the day that is explained.
    open: Option<String>,
}

impl Chosen {
    /// The parameter of an address that names a cell which is chosen; it may come more than once.
    pub const CELL: &str = "celda";
    /// The parameter that names the day of a store which is explained, as `store|day`.
    pub const OPEN: &str = "ver";

    /// Of the values of both parameters.
    pub fn new<'values>(cells: impl Iterator<Item = &'values str>, open: Option<String>) -> Self {
        Self { keys: cells.map(str::to_owned).collect(), open }
    }

    /// Whether a cell is chosen.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key) || self.keys.contains(ALL)
    }

    /// Whether this day of a store is explained.
    pub fn is_open(&self, branch: &BranchId, date: Date) -> bool {
        self.open.as_ref().is_some_and(|open| *open == format!("{}|{date}", branch.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_address_names_what_is_chosen_or_says_that_all_is() {
        let some = Chosen::new(["t1|2025-11-17"].into_iter(), None);
        assert!(some.has("t1|2025-11-17") && !some.has("t1|2025-11-18"));
        assert!(Chosen::new(["todo"].into_iter(), None).has("t1|2025-11-18"));
        assert!(!Chosen::default().has("t1|2025-11-17"));
    }

    #[test]
    fn one_day_of_one_store_is_explained() {
        let chosen = Chosen::new([].into_iter(), Some("t1|2025-11-17".to_owned()));
        assert!(chosen.is_open(&BranchId::new("t1"), date(2025, 11, 17)));
        assert!(!chosen.is_open(&BranchId::new("t2"), date(2025, 11, 17)));
        assert!(!chosen.is_open(&BranchId::new("t1"), date(2025, 11, 18)));
    }
}
