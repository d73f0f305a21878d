//! What a plan was asked to look after, and which windows of it run.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::PlanOptions;
use crate::gap::GapEvidence;
use crate::window::half_hours;
use crate::{BranchId, Interval, IntervalSet, Window};

/// A stretch of a branch's time, as instants: what "the last 7 days" were when somebody asked.
///
/// It is stored with a plan that was shown, and says at its start which windows to look at again: those that have ended
/// since are none of them, and so do not change the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopePart {
    /// Whose.
    pub ubicacion_id: BranchId,
    /// From its first instant on.
    pub desde: Timestamp,
    /// Up to this instant.
    pub hasta: Timestamp,
}

/// Everything that a plan was asked to look after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanScope {
    /// In any order; they may overlap.
    pub parts: Vec<ScopePart>,
}

impl PlanScope {
    /// The branches that have a part in it, in order.
    pub fn branches(&self) -> Vec<&BranchId> {
        let mut branches: Vec<&BranchId> = self.parts.iter().map(|part| &part.ubicacion_id).collect();
        branches.sort_unstable();
        branches.dedup();
        branches
    }

    /// The time of a branch that is in it.
    pub fn of_branch(&self, branch: &BranchId) -> IntervalSet<Timestamp> {
        let parts = self.parts.iter().filter(|part| part.ubicacion_id == *branch);
        parts.filter_map(|part| Interval::new(part.desde, part.hasta)).collect()
    }

    /// From the first instant of all its parts up to the last.
    pub fn hull(&self) -> Option<Interval<Timestamp>> {
        let first = self.parts.iter().map(|part| part.desde).min()?;
        Interval::new(first, self.parts.iter().map(|part| part.hasta).max()?)
    }
}

/// The windows of a branch to run: what is missing of a scope, or all that is expected of it, without what was given up
/// and without what is in progress already.
pub fn windows_in_scope(
    scope: &PlanScope,
    branch: &BranchId,
    evidence: &GapEvidence,
    zone: &TimeZone,
    kind: crate::EtlKind,
    options: PlanOptions,
) -> Vec<Window> {
    let unfinished = evidence.attempts.iter().filter(|attempt| !attempt.state.is_final());
    let in_progress: IntervalSet<Timestamp> = unfinished.map(|attempt| attempt.interval).collect();
    let all = || evidence.expected.difference(&evidence.waived).union(&evidence.changed());
    let wanted = if options.repeat_loaded { all() } else { evidence.to_recover() };
    wanted
        .intersection(&scope.of_branch(branch))
        .intervals()
        .iter()
        .flat_map(|part| half_hours(*part, zone))
        .filter(|window| !in_progress.overlaps(window))
        .map(|interval| Window { branch: branch.clone(), kind, interval })
        .collect()
}
