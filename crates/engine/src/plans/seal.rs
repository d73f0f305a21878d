//! From a stretch of time to the windows of it that would run now.

use std::sync::Arc;

use domain::gap::GapEvidence;
use domain::plan::{Plan, PlanOptions, PlanScope, windows_in_scope};
use domain::{Branch, BranchId, EtlKind, RunId};
use jiff::Timestamp;

use crate::UseCaseError;
use crate::engine::Engine;
use crate::gaps::{EvidenceRequest, EvidenceScope};

/// Windows that would run now, and who is at the others.
pub(crate) struct Sealed {
    pub(crate) plan: Plan,
    /// Runs that have windows of the same time queued or in progress.
    pub(crate) in_progress: Vec<RunId>,
}

/// Looks for what is missing of a scope. Every half hour of it that has ended counts: its schedule may have fired before this
/// process began.
pub(crate) async fn seal(
    engine: &Engine,
    kind: EtlKind,
    scope: &PlanScope,
    options: PlanOptions,
) -> Result<Sealed, UseCaseError> {
    seal_settled(engine, kind, scope, options, engine.clock.now()).await
}

/// The same of the half hours that ended by `settled`; of later ones only those count of which a run has failed.
pub(crate) async fn seal_settled(
    engine: &Engine,
    kind: EtlKind,
    scope: &PlanScope,
    options: PlanOptions,
    settled: Timestamp,
) -> Result<Sealed, UseCaseError> {
    // A store that is not configured any more has no windows.
    let branches: Vec<Arc<Branch>> = scope.branches().into_iter().filter_map(|id| engine.branches.find(id)).collect();
    let mut windows = Vec::new();
    let mut in_progress = Vec::new();
    if let (Some(range), false) = (scope.hull(), branches.is_empty()) {
        let request = EvidenceRequest::current(kind, &branches, range, settled, EvidenceScope::Everything);
        let evidence = engine.evidence(request).await?;
        for (branch, evidence) in &evidence.by_branch {
            windows.extend(windows_in_scope(scope, &branch.id, evidence, &branch.zone, kind, options));
            in_progress.extend(runs_in_progress(scope, &branch.id, evidence, options));
        }
    }
    in_progress.sort_unstable();
    in_progress.dedup();
    Ok(Sealed { plan: Plan::seal(kind, options, windows), in_progress })
}

/// Runs that have windows of the scope queued or in progress, by whoever asked for them.
fn runs_in_progress(scope: &PlanScope, branch: &BranchId, evidence: &GapEvidence, options: PlanOptions) -> Vec<RunId> {
    let wanted =
        if options.repeat_loaded { evidence.expected.union(&evidence.changed()) } else { evidence.to_recover() };
    let wanted = wanted.intersection(&scope.of_branch(branch));
    let unfinished = evidence.attempts.iter().filter(|attempt| !attempt.state.is_final());
    unfinished.filter(|attempt| wanted.overlaps(&attempt.interval)).map(|attempt| attempt.run).collect()
}

#[cfg(test)]
mod tests {
    use domain::RunState;
    use domain::gap::Attempt;
    use domain::plan::ScopePart;
    use uuid::Uuid;

    use super::*;
    use crate::plans::testing::{branch, evidence, half_hours_from};

    #[test]
    fn only_runs_in_progress_over_what_is_wanted_of_the_scope_are_named() {
        let branch = branch("a");
        let attempt = |number, from, state| Attempt {
            run: RunId(Uuid::from_u128(number)),
            interval: half_hours_from(from, 1),
            state,
            error: None,
            message: None,
        };
        let attempts = vec![
            attempt(1, 0, RunState::Queued),
            attempt(2, 1, RunState::Failed),
            attempt(3, 2, RunState::Running),
            attempt(4, 5, RunState::Queued),
        ];
        let mut known = evidence(half_hours_from(0, 4), attempts);
        let scoped = half_hours_from(0, 3);
        let part = ScopePart { ubicacion_id: branch.id.clone(), desde: scoped.start(), hasta: scoped.end() };
        let scope = PlanScope { parts: vec![part] };
        let named = |known: &GapEvidence, repeat_loaded| {
            let options = PlanOptions { repeat_loaded, ..PlanOptions::default() };
            runs_in_progress(&scope, &branch.id, known, options)
        };
        let run = |number| RunId(Uuid::from_u128(number));
        assert_eq!(named(&known, false), [run(1), run(3)]);
        // What is loaded is wanted only by who repeats it.
        known.covered = [half_hours_from(2, 1)].into_iter().collect();
        assert_eq!((named(&known, false), named(&known, true)), (vec![run(1)], vec![run(1), run(3)]));
    }
}
