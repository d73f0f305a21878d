//! The evidence as it was known at a moment of the past.

use std::collections::HashMap;

use domain::gap::{Attempt, GapEvidence};
use domain::{Branch, BranchId, EtlKind, Interval, IntervalSet};
use jiff::Timestamp;

use crate::UseCaseError;
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::gaps::{Evidence, by_branch, changes_by_branch, changes_in, expected_sales, expected_snapshots};

/// Reads the evidence of branches as it was at a moment. See [`crate::gaps::evidence`].
pub(crate) async fn evidence_at<'engine>(
    engine: &'engine Engine,
    kind: EtlKind,
    branches: &[&'engine Branch],
    range: Interval<Timestamp>,
    moment: Timestamp,
) -> Result<Evidence<'engine>, UseCaseError> {
    let only = match branches {
        [one] => Some(one.id.clone()),
        _ => None,
    };
    let settled = moment.checked_sub(engine.settings.gap_grace).unwrap_or(moment);
    let known = engine.warehouse.evidence_at(kind, only, range, moment).await?;
    let mut attempts: HashMap<BranchId, Vec<Attempt>> = HashMap::new();
    for (branch, attempt) in known.attempts {
        attempts.entry(branch).or_default().push(attempt);
    }
    let mut changes = changes_by_branch(known.changes);
    let (mut covered, mut waived) = (by_branch(known.covered), by_branch(known.waived));
    let first: HashMap<BranchId, Timestamp> = known.first_covered.into_iter().collect();
    let calendars = Calendars::known(engine, Some(moment)).await?;
    let by_branch = branches
        .iter()
        .map(|branch| {
            let attempts = attempts.remove(&branch.id).unwrap_or_default();
            let expected = match kind {
                EtlKind::Sales => expected_sales(branch, calendars.of(branch), range, settled, moment, &attempts, None),
                EtlKind::Inventory => expected_snapshots(branch, range, settled, first.get(&branch.id)),
            };
            let evidence = GapEvidence {
                expected,
                covered: covered.remove(&branch.id).unwrap_or_default().into_iter().collect(),
                changes: changes_in(range, changes.remove(&branch.id).unwrap_or_default()),
                waived: waived.remove(&branch.id).unwrap_or_default().into_iter().collect(),
                unproven: IntervalSet::empty(),
                attempts,
            };
            (*branch, evidence)
        })
        .collect();
    // Numbers of invoices are known as they are now, so no hole is of the past.
    Ok(Evidence {
        by_branch,
        holes: HashMap::new(),
        waived_holes: HashMap::new(),
        open_holes: HashMap::new(),
        restarts: HashMap::new(),
    })
}
