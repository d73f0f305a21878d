//! The calendar of each branch: klk.toml's, with the changes that people made since.

use std::collections::HashMap;

use domain::calendar::rules_of;
use domain::{Branch, BranchId, Calendar};
use jiff::Timestamp;
use warehouse::CalendarRow;

use crate::UseCaseError;
use crate::engine::Engine;

/// Calendars with changes; a branch without any has its own.
pub(crate) struct Calendars {
    changed: HashMap<BranchId, Calendar>,
}

impl Calendars {
    /// Those that were known at a moment, or are known now.
    pub(crate) async fn known(engine: &Engine, at: Option<Timestamp>) -> Result<Self, UseCaseError> {
        Ok(Self::after(engine, &engine.warehouse.calendar_changes(at).await?))
    }

    /// Those after some changes, in the order in which they were registered. One that cannot be read, of a later version
    /// perhaps, is left out and said so: what it changed is judged by the calendar before it.
    pub(crate) fn after(engine: &Engine, changes: &[CalendarRow]) -> Self {
        let mut changed: HashMap<BranchId, Calendar> = HashMap::new();
        for row in changes {
            let Some(branch) = engine.branches.find(&row.branch) else { continue };
            let document = serde_json::from_str(&row.document).map_err(|error| error.to_string());
            match document.and_then(|document| rules_of(&document).map_err(|error| error.to_string())) {
                Ok(rules) => {
                    let before = changed.remove(&row.branch).unwrap_or_else(|| branch.calendar.clone());
                    changed.insert(row.branch.clone(), before.changed_from(row.from, rules));
                }
                Err(error) => tracing::warn!(branch = %row.branch, error, "a stored calendar cannot be read"),
            }
        }
        Self { changed }
    }

    /// A branch's.
    pub(crate) fn of<'calendars>(&'calendars self, branch: &'calendars Branch) -> &'calendars Calendar {
        self.changed.get(&branch.id).unwrap_or(&branch.calendar)
    }
}
