//! What was done, or would be.

use serde::Serialize;
use serde_json::Value;

use super::error::ProvisionError;

/// A request that would be sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedRequest {
    /// As `POST`.
    pub method: &'static str,
    /// From the server's root.
    pub path: String,
    /// JSON.
    pub body: Value,
}

/// What was done for each resource, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvisionReport {
    /// One a resource.
    pub steps: Vec<ProvisionStep>,
}

/// What was done for a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionStep {
    /// What it is, for people: `panel`, `alerta`.
    pub kind: &'static str,
    /// Its title, name or slug.
    pub name: String,
    /// What was done.
    pub change: Change,
}

/// What was done for a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Created,
    /// It was there, and something of it was different.
    Updated {
        /// The first thing that was different, as `widgets[2].title`.
        field: String,
    },
    /// It was there as it should be.
    Unchanged,
    /// It could be neither created nor updated.
    Failed(ProvisionError),
}

impl ProvisionReport {
    /// How many were created.
    pub fn created(&self) -> usize {
        self.count(|change| *change == Change::Created)
    }

    /// How many were updated.
    pub fn updated(&self) -> usize {
        self.count(|change| matches!(change, Change::Updated { .. }))
    }

    /// How many were left alone.
    pub fn unchanged(&self) -> usize {
        self.count(|change| *change == Change::Unchanged)
    }

    /// How many are not as they should be.
    pub fn failed(&self) -> usize {
        self.count(|change| matches!(change, Change::Failed(_)))
    }

    fn count(&self, is_counted: impl Fn(&Change) -> bool) -> usize {
        self.steps.iter().filter(|step| is_counted(&step.change)).count()
    }
}
