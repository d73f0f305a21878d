//! What gaps are worth: one query for the history of every store with something missing, the rest is computed.

use std::collections::HashMap;

use domain::cause::{CauseKind, RunFacts};
use domain::gap::{Gap, GapCause};
use domain::later_change::LaterChange;
use domain::read_model::ValueView;
use domain::value::{Estimate, GapValue, SalesHistory, ValueBasis, ValueProfile};
use domain::{Branch, BranchId, EtlKind, HALF_HOUR, Interval, RunId, RunState};
use jiff::{SignedDuration, Timestamp};
use warehouse::EvidenceFilter;

use crate::UseCaseError;
use crate::engine::Engine;
use crate::number_holes::local_around;

/// What stores sold in the weeks that estimates rest on, as it was known at a moment, and since the first gap that came short: of those,
/// something is loaded already. Amounts that were loaded again since are those of now.
pub(crate) async fn histories<'gap>(
    engine: &Engine,
    branches: Vec<BranchId>,
    gaps: impl Iterator<Item = &'gap Gap>,
    now: Timestamp,
) -> Result<HashMap<BranchId, SalesHistory>, UseCaseError> {
    let weeks = SignedDuration::from_hours(24 * 7 * i64::from(engine.settings.value_rules.weeks));
    let is_short = |gap: &&Gap| {
        matches!(gap.cause, GapCause::Attempted { state: RunState::Partial, .. } | GapCause::SourceChanged { .. })
    };
    let since = now.checked_sub(weeks).unwrap_or(now);
    let start = gaps.filter(is_short).map(|gap| gap.interval.start()).min().map_or(since, |short| short.min(since));
    let Some(range) = Interval::new(start, now) else { return Ok(HashMap::new()) };
    let Some(local) = local_around(range) else { return Ok(HashMap::new()) };
    let mut histories = engine.warehouse.sales_history(branches, range, local).await?;
    if now < engine.clock.now() {
        let filter = EvidenceFilter { known_at: Some(now), ..EvidenceFilter::of_range(EtlKind::Sales, range) };
        let covered = engine.warehouse.evidence(filter).await?.covered;
        // What was loaded since was no week of those days.
        for (branch, history) in &mut histories {
            let of_branch = covered.iter().filter(|(of, _)| of == branch);
            history.covered = of_branch.map(|(_, interval)| *interval).collect();
        }
    }
    Ok(histories)
}

/// Estimates for one store, as of a moment.
pub(crate) fn profile<'history>(
    engine: &Engine,
    branch: &'history Branch,
    history: &'history SalesHistory,
    now: Timestamp,
) -> ValueProfile<'history> {
    let today = branch.zone.to_datetime(now).date();
    ValueProfile::new(history, &branch.zone, today, engine.settings.value_rules)
}

/// What a gap is worth. A half hour that came short, and that says by how much, is worth what its lines say; any other is
/// worth what was sold in it in other weeks.
pub(crate) fn value(profile: &mut ValueProfile<'_>, gap: &Gap, facts: &HashMap<RunId, RunFacts>) -> GapValue {
    let latest = match &gap.cause {
        GapCause::Attempted { run, .. } => facts.get(run),
        GapCause::NeverRan | GapCause::SourceChanged { .. } => None,
    };
    let is_half_hour = gap.interval.end().duration_since(gap.interval.start()) == HALF_HOUR;
    let lacking = latest
        .filter(|facts| is_half_hour && facts.window == gap.interval && facts.cause() == CauseKind::ShortAnswer)
        .and_then(|facts| facts.announced?.checked_sub(facts.received?));
    match lacking.and_then(|lines| profile.value_of_short(gap.interval.start(), lines)) {
        Some(estimate) => GapValue { estimate: Some(estimate), windows_unknown: 0 },
        None => profile.value(gap.interval),
    }
}

/// What the source has otherwise is worth the difference, where the source said it, whichever way it goes; else what its
/// lines more are worth. What nothing of is known is not guessed: most of it is loaded.
pub(crate) fn value_of_changes(profile: &ValueProfile<'_>, gap: &Gap, changes: &[&LaterChange]) -> GapValue {
    let of_one = |change: &&LaterChange| {
        let difference = &change.difference;
        match difference.usd {
            Some((loaded, now)) => Some(Estimate::exactly((now - loaded).abs(), 1, ValueBasis::SourceDifference)),
            None if difference.measured == difference.half_hour => {
                let lines = difference.announced.abs_diff(difference.loaded);
                profile.value_of_short(difference.half_hour.start(), lines)
            }
            None => None,
        }
    };
    let known: Vec<Estimate> = changes.iter().filter_map(of_one).collect();
    let unknown = gap.windows.saturating_sub(u32::try_from(known.len()).unwrap_or(u32::MAX));
    GapValue { estimate: known.into_iter().reduce(Estimate::plus), windows_unknown: unknown }
}

/// To the cent, as money is shown.
pub(crate) fn view(estimate: Estimate) -> ValueView {
    ValueView {
        usd: estimate.median.round_dp(2),
        usd_desde: estimate.low.round_dp(2),
        usd_hasta: estimate.high.round_dp(2),
        base: estimate.basis,
        muestras: estimate.known,
    }
}
