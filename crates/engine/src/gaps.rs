//! What is missing: the evidence of each branch, and the gaps that follow from it.
//!
//! Nothing is kept between two questions: expected, covered and waived are interval sets, read for all branches at once,
//! and their difference is the answer (DESIGN, rule 2).

use std::collections::HashMap;

use domain::gap::{Attempt, GapEvidence, GapState, Urgency};
use domain::later_change::LaterChange;
use domain::read_model::{GapTotals, GapView, ValueView};
use domain::sequence::{NumberHole, NumberRestart};
use domain::window::half_hour_floor;
use domain::{Branch, BranchId, Calendar, ErrorClass, EtlKind, Interval, IntervalSet, RunState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use warehouse::WaiverFilter;

use crate::UseCaseError;
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::number_holes::{self, widened};
use crate::settings::EngineMode;

/// What is known of each of some branches, for one kind and one stretch of time.
pub(crate) struct Evidence<'engine> {
    pub(crate) by_branch: Vec<(&'engine Branch, GapEvidence)>,
    /// Missing invoice numbers.
    pub(crate) holes: HashMap<BranchId, Vec<NumberHole>>,
    /// Missing numbers that were justified.
    pub(crate) waived_holes: HashMap<BranchId, Vec<NumberHole>>,
    /// Missing numbers that may be in time that is not loaded.
    pub(crate) open_holes: HashMap<BranchId, Vec<NumberHole>>,
    /// Registers that started again.
    pub(crate) restarts: HashMap<BranchId, Vec<NumberRestart>>,
}

/// What evidence is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvidenceScope {
    /// To say what lacks: what is expected of days that are covered whole is left out of `expected`, so that the answer
    /// does not cost more the longer all went well.
    MissingOnly,
    /// To say of any half hour what is known of it.
    Everything,
}

/// Reads the evidence of branches. A window that ended after `settled` counts only once a run for it has failed: until
/// then it is still on its way.
pub(crate) async fn evidence<'engine>(
    engine: &'engine Engine,
    kind: EtlKind,
    branches: &[&'engine Branch],
    range: Interval<Timestamp>,
    settled: Timestamp,
    purpose: EvidenceScope,
) -> Result<Evidence<'engine>, UseCaseError> {
    let only = match branches {
        [one] => Some(one.id.clone()),
        _ => None,
    };
    let warehouse = &engine.warehouse;
    // Attempts before coverage: a run that succeeds in between is seen in work or its window as covered, never neither.
    let mut attempts: HashMap<BranchId, Vec<Attempt>> = HashMap::new();
    for (branch, mut attempt) in warehouse.attempts(kind, only.clone(), range).await? {
        // In read-only mode this process holds the lock of the file, so no process runs what is still `en_proceso`.
        if attempt.state == RunState::Running && engine.settings.mode == EngineMode::Look {
            (attempt.state, attempt.error) = (RunState::Interrupted, Some(ErrorClass::Interrupted));
        }
        attempts.entry(branch).or_default().push(attempt);
    }
    let around = widened(engine, range);
    let mut covered = by_branch(warehouse.coverage(kind, only.clone(), around).await?);
    let mut waived = by_branch(warehouse.waived(kind, only.clone(), around).await?);
    let mut changes = match kind {
        EtlKind::Sales => changes_by_branch(warehouse.later_changes(only.clone(), around).await?),
        EtlKind::Inventory => HashMap::new(),
    };
    // Numbers after coverage: of a window that is covered, its numbers are among them.
    let mut broken = match kind {
        EtlKind::Sales => number_holes::broken_sequences(engine, only.clone(), range).await?,
        EtlKind::Inventory => HashMap::new(),
    };
    let waived_numbers = match broken.is_empty() {
        true => Vec::new(),
        false => warehouse.number_waivers(WaiverFilter { kind: Some(kind), branch: only, range: around }).await?,
    };
    let first_snapshots: HashMap<BranchId, Timestamp> = match kind {
        EtlKind::Sales => HashMap::new(),
        EtlKind::Inventory => warehouse.first_coverage(kind).await?.into_iter().collect(),
    };

    let calendars = Calendars::known(engine, None).await?;
    let now = engine.clock.now();
    let (mut holes, mut waived_holes) = (HashMap::new(), HashMap::new());
    let (mut open_holes, mut restarts) = (HashMap::new(), HashMap::new());
    let by_branch = branches
        .iter()
        .map(|branch| {
            let attempts = attempts.remove(&branch.id).unwrap_or_default();
            let covered: IntervalSet<Timestamp> = covered.remove(&branch.id).unwrap_or_default().into_iter().collect();
            let known = match purpose {
                EvidenceScope::MissingOnly => Some(&covered),
                EvidenceScope::Everything => None,
            };
            let expected = match kind {
                EtlKind::Sales => expected_sales(branch, calendars.of(branch), range, settled, now, &attempts, known),
                EtlKind::Inventory => expected_snapshots(branch, range, settled, first_snapshots.get(&branch.id)),
            };
            let mut evidence = GapEvidence {
                expected,
                covered,
                changes: changes_in(range, changes.remove(&branch.id).unwrap_or_default()),
                waived: waived.remove(&branch.id).unwrap_or_default().into_iter().collect(),
                unproven: IntervalSet::empty(),
                attempts,
            };
            let runs = broken.remove(&branch.id).unwrap_or_default();
            let broken = number_holes::breaks_of(engine, branch, calendars.of(branch), range, &evidence, runs);
            let (given_up, missing) = number_holes::given_up(broken.holes, branch, &waived_numbers);
            evidence.unproven = number_holes::unproven(&missing, &branch.zone, now);
            holes.insert(branch.id.clone(), missing);
            open_holes.insert(branch.id.clone(), broken.open);
            restarts.insert(branch.id.clone(), broken.restarts);
            waived_holes.insert(branch.id.clone(), given_up);
            (*branch, evidence)
        })
        .collect();
    Ok(Evidence { by_branch, holes, waived_holes, open_holes, restarts })
}

pub(crate) fn by_branch(
    intervals: Vec<(BranchId, Interval<Timestamp>)>,
) -> HashMap<BranchId, Vec<Interval<Timestamp>>> {
    let mut grouped: HashMap<BranchId, Vec<Interval<Timestamp>>> = HashMap::new();
    for (branch, interval) in intervals {
        grouped.entry(branch).or_default().push(interval);
    }
    grouped
}

pub(crate) fn changes_by_branch(changes: Vec<(BranchId, LaterChange)>) -> HashMap<BranchId, Vec<LaterChange>> {
    let mut grouped: HashMap<BranchId, Vec<LaterChange>> = HashMap::new();
    for (branch, change) in changes {
        grouped.entry(branch).or_default().push(change);
    }
    grouped
}

/// Those whose half hour lies in a range: what is missing is of the range only.
pub(crate) fn changes_in(range: Interval<Timestamp>, mut changes: Vec<LaterChange>) -> Vec<LaterChange> {
    changes.retain(|change| change.difference.half_hour.overlaps(&range));
    changes
}

/// What is expected of a range; where a set is given, only what it leaves over has to be in it.
pub(crate) fn expected_sales(
    branch: &Branch,
    calendar: &Calendar,
    range: Interval<Timestamp>,
    settled: Timestamp,
    now: Timestamp,
    attempts: &[Attempt],
    known: Option<&IntervalSet<Timestamp>>,
) -> IntervalSet<Timestamp> {
    let until = |end: Timestamp| match (Interval::new(range.start(), range.end().min(end)), known) {
        (None, _) => IntervalSet::empty(),
        (Some(range), Some(known)) => calendar.expected_beyond(known, range, &branch.zone),
        (Some(range), None) => calendar.expected(range, &branch.zone),
    };
    let failed: IntervalSet<Timestamp> =
        attempts.iter().filter(|attempt| attempt.state.is_failure()).map(|attempt| attempt.interval).collect();
    until(settled).union(&until(now).intersection(&failed))
}

/// A snapshot is expected of every half hour since the first that was taken: before it, nobody had asked for any.
pub(crate) fn expected_snapshots(
    branch: &Branch,
    range: Interval<Timestamp>,
    settled: Timestamp,
    first: Option<&Timestamp>,
) -> IntervalSet<Timestamp> {
    let Some(first) = first else { return IntervalSet::empty() };
    let end = half_hour_floor(range.end().min(settled), &branch.zone);
    Interval::new(range.start().max(*first), end).into_iter().collect()
}

/// The cards above a list of gaps.
pub(crate) fn totals(gaps: &[GapView]) -> GapTotals {
    let mut branches: Vec<&BranchId> = gaps.iter().map(|gap| &gap.ubicacion_id).collect();
    branches.sort_unstable();
    branches.dedup();
    let count = |is: &dyn Fn(&GapView) -> bool| gaps.iter().filter(|gap| is(gap)).count() as u64;
    let worth = |read: fn(&ValueView) -> Decimal| gaps.iter().filter_map(|gap| gap.valor.as_ref()).map(read).sum();
    GapTotals {
        total: gaps.len() as u64,
        ventanas: gaps.iter().map(|gap| u64::from(gap.ventanas)).sum(),
        // What cannot be had any more presses nobody; only freshness is alarmed.
        criticos: count(&|gap| gap.urgencia == Urgency::VeryCritical && gap.estado != GapState::Unrecoverable),
        tiendas_afectadas: branches.len() as u64,
        timeouts: count(&|gap| gap.error_tipo == Some(ErrorClass::Timeout)),
        valor_usd: worth(|value| value.usd),
        valor_usd_desde: worth(|value| value.usd_desde),
        valor_usd_hasta: worth(|value| value.usd_hasta),
        ventanas_sin_historia: gaps.iter().map(|gap| u64::from(gap.ventanas_sin_historia)).sum(),
    }
}
