//! From a stretch of time to the windows of it that would run now.

use std::sync::Arc;

use domain::gap::GapEvidence;
use domain::plan::{Plan, PlanOptions, PlanScope, windows_in_scope};
use domain::{Branch, BranchId, EtlKind, RunId};
use jiff::Timestamp;

use crate::UseCaseError;
use crate::gaps::{EvidenceReader, EvidenceRequest, EvidenceScope, EvidenceStore};

/// Windows that would run now, and who is at the others.
pub(crate) struct Sealed {
    pub(crate) plan: Plan,
    /// Runs that have windows of the same time queued or in progress.
    pub(crate) in_progress: Vec<RunId>,
}

/// Looks for what is missing of a scope. Every half hour of it that has ended counts: its schedule may have fired before this
/// process began.
pub(crate) async fn seal<S: EvidenceStore>(
    reader: &EvidenceReader<'_, S>,
    kind: EtlKind,
    scope: &PlanScope,
    options: PlanOptions,
) -> Result<Sealed, UseCaseError> {
    seal_settled(reader, kind, scope, options, reader.now).await
}

/// The same of the half hours that ended by `settled`; of later ones only those count of which a run has failed.
pub(crate) async fn seal_settled<S: EvidenceStore>(
    reader: &EvidenceReader<'_, S>,
    kind: EtlKind,
    scope: &PlanScope,
    options: PlanOptions,
    settled: Timestamp,
) -> Result<Sealed, UseCaseError> {
    // A store that is not configured any more has no windows.
    let branches: Vec<Arc<Branch>> = scope.branches().into_iter().filter_map(|id| reader.branches.find(id)).collect();
    let mut windows = Vec::new();
    let mut in_progress = Vec::new();
    if let (Some(range), false) = (scope.hull(), branches.is_empty()) {
        let request = EvidenceRequest::current(kind, &branches, range, settled, EvidenceScope::Everything);
        let evidence = reader.read(request).await?;
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
    use domain::gap::Attempt;
    use domain::plan::ScopePart;
    use domain::{Interval, RunState};
    use warehouse::EvidenceRows;

    use super::*;
    use crate::branches::BranchRegistry;
    use crate::plans::testing::KnownSales;
    use crate::settings::EngineSettings;
    use crate::testing::{branch, evidence, half_hours_from, run_id};

    /// Half hours of a store.
    fn part(store: &str, time: Interval<Timestamp>) -> ScopePart {
        ScopePart { ubicacion_id: BranchId::new(store), desde: time.start(), hasta: time.end() }
    }

    fn attempt(number: u128, from: i32, state: RunState) -> Attempt {
        Attempt {
            run: run_id(number),
            interval: half_hours_from(from, 1),
            state,
            is_held: false,
            error: None,
            message: None,
        }
    }

    /// Seals sales of the stores `a` and `b`, which are always open, at the end of the first four half hours.
    async fn sealed(known: &KnownSales, parts: Vec<ScopePart>, repeat_loaded: bool) -> Sealed {
        let (branches, settings) = (BranchRegistry::new(vec![branch("a"), branch("b")]), EngineSettings::default());
        let now = half_hours_from(0, 4).end();
        let reader = EvidenceReader { store: known, branches: &branches, settings: &settings, now };
        let options = PlanOptions { repeat_loaded, ..PlanOptions::default() };
        seal(&reader, EtlKind::Sales, &PlanScope { parts }, options).await.unwrap()
    }

    fn windows(sealed: &Sealed) -> Vec<(&str, Interval<Timestamp>)> {
        sealed.plan.windows().iter().map(|window| (window.branch.as_str(), window.interval)).collect()
    }

    #[tokio::test]
    async fn exactly_the_half_hours_that_are_missing_of_a_scope_are_sealed_up_to_the_last_that_ended() {
        let rows =
            EvidenceRows { covered: vec![(BranchId::new("a"), half_hours_from(2, 1))], ..EvidenceRows::default() };
        let known = KnownSales::of(rows);
        let parts = || vec![part("a", half_hours_from(1, 3)), part("b", half_hours_from(0, 1))];
        let missing = sealed(&known, parts(), false).await;
        let (first, second, last) = (half_hours_from(0, 1), half_hours_from(1, 1), half_hours_from(3, 1));
        assert_eq!(windows(&missing), [("b", first), ("a", second), ("a", last)]);
        let repeated = sealed(&known, parts(), true).await;
        assert_eq!(repeated.plan.windows().len(), 4, "what is loaded is asked for only by who repeats it");
        assert_ne!(missing.plan.hash(), repeated.plan.hash());
    }

    #[tokio::test]
    async fn what_is_queued_or_running_is_named_and_not_sealed() {
        let queued = (BranchId::new("a"), attempt(7, 1, RunState::Queued));
        let known = KnownSales::of(EvidenceRows { attempts: vec![queued], ..EvidenceRows::default() });
        let sealed = sealed(&known, vec![part("a", half_hours_from(0, 2))], false).await;
        assert_eq!((windows(&sealed), &sealed.in_progress), (vec![("a", half_hours_from(0, 1))], &vec![run_id(7)]));
    }

    #[tokio::test]
    async fn of_a_store_that_is_not_watched_any_more_nothing_is_sealed_or_read() {
        let known = KnownSales::default();
        let gone = sealed(&known, vec![part("gone", half_hours_from(0, 4))], false).await;
        assert!(gone.plan.windows().is_empty() && known.requests().is_empty());
        sealed(&known, vec![part("gone", half_hours_from(0, 4)), part("b", half_hours_from(1, 1))], false).await;
        let only: Vec<_> = known.requests().into_iter().map(|filter| filter.branch).collect();
        assert_eq!(only, [Some(BranchId::new("b"))], "one store is read alone");
    }

    #[test]
    fn only_runs_in_progress_over_what_is_wanted_of_the_scope_are_named() {
        let branch = branch("a");
        let attempts = vec![
            attempt(1, 0, RunState::Queued),
            attempt(2, 1, RunState::Failed),
            attempt(3, 2, RunState::Running),
            attempt(4, 5, RunState::Queued),
        ];
        let mut known = evidence(half_hours_from(0, 4), attempts);
        let scope = PlanScope { parts: vec![part("a", half_hours_from(0, 3))] };
        let named = |known: &GapEvidence, repeat_loaded| {
            let options = PlanOptions { repeat_loaded, ..PlanOptions::default() };
            runs_in_progress(&scope, &branch.id, known, options)
        };
        assert_eq!(named(&known, false), [run_id(1), run_id(3)]);
        // What is loaded is wanted only by who repeats it.
        known.covered = [half_hours_from(2, 1)].into_iter().collect();
        assert_eq!((named(&known, false), named(&known, true)), (vec![run_id(1)], vec![run_id(1), run_id(3)]));
    }
}
