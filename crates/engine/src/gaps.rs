//! What is missing: the evidence of each branch, and the gaps that follow from it.
//!
//! Nothing is kept between two questions: expected, covered and waived are interval sets, read for all branches at once,
//! and their difference is the answer (DESIGN, rule 2).

use std::collections::HashMap;

use domain::gap::{Attempt, Gap, GapCause, GapEvidence, GapState, Urgency};
use domain::read_model::{GapTotals, GapView};
use domain::window::{LocalPeriod, half_hour_floor};
use domain::{Branch, BranchId, Calendar, ErrorClass, EtlKind, Interval, IntervalSet, RunState};
use jiff::{SignedDuration, Timestamp};

use crate::UseCaseError;
use crate::calendars::Calendars;
use crate::engine::Engine;

/// What is known of each of some branches, for one kind and one stretch of time.
pub(crate) struct Evidence<'engine> {
    pub(crate) by_branch: Vec<(&'engine Branch, GapEvidence)>,
}

/// Reads the evidence of branches. A window that ended after `settled` counts only once a run for it has failed: until
/// then it is still on its way.
pub(crate) async fn evidence<'engine>(
    engine: &'engine Engine,
    kind: EtlKind,
    branches: &[&'engine Branch],
    range: Interval<Timestamp>,
    settled: Timestamp,
) -> Result<Evidence<'engine>, UseCaseError> {
    let only = match branches {
        [one] => Some(one.id.clone()),
        _ => None,
    };
    let warehouse = &engine.warehouse;
    // Attempts before coverage: a run that succeeds in between is seen in work or its window as covered, never neither.
    let mut attempts: HashMap<BranchId, Vec<Attempt>> = HashMap::new();
    for (branch, attempt) in warehouse.attempts(kind, only.clone(), range).await? {
        attempts.entry(branch).or_default().push(attempt);
    }
    let mut covered = by_branch(warehouse.coverage(kind, only.clone(), range).await?);
    let mut waived = by_branch(warehouse.waived(kind, only, range).await?);
    let first_snapshots: HashMap<BranchId, Timestamp> = match kind {
        EtlKind::Sales => HashMap::new(),
        EtlKind::Inventory => warehouse.first_coverage(kind).await?.into_iter().collect(),
    };

    let calendars = Calendars::known(engine, None).await?;
    let now = engine.clock.now();
    let by_branch = branches
        .iter()
        .map(|branch| {
            let attempts = attempts.remove(&branch.id).unwrap_or_default();
            let expected = match kind {
                EtlKind::Sales => expected_sales(branch, calendars.of(branch), range, settled, now, &attempts),
                EtlKind::Inventory => expected_snapshots(branch, range, settled, first_snapshots.get(&branch.id)),
            };
            let evidence = GapEvidence {
                expected,
                covered: covered.remove(&branch.id).unwrap_or_default().into_iter().collect(),
                waived: waived.remove(&branch.id).unwrap_or_default().into_iter().collect(),
                attempts,
            };
            (*branch, evidence)
        })
        .collect();
    Ok(Evidence { by_branch })
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

pub(crate) fn expected_sales(
    branch: &Branch,
    calendar: &Calendar,
    range: Interval<Timestamp>,
    settled: Timestamp,
    now: Timestamp,
    attempts: &[Attempt],
) -> IntervalSet<Timestamp> {
    let until = |end: Timestamp| {
        Interval::new(range.start(), range.end().min(end))
            .map_or_else(IntervalSet::empty, |range| calendar.expected(range, &branch.zone))
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

/// A gap as it is shown.
pub(crate) fn view(kind: EtlKind, branch: &Branch, gap: Gap, grace: SignedDuration, now: Timestamp) -> GapView {
    let period = LocalPeriod::of(gap.interval, &branch.zone);
    // It became one when its first window should have been there, or now, where a run for it failed before that.
    let first_end = gap.interval.start().checked_add(domain::HALF_HOUR).unwrap_or(gap.interval.end());
    let detected = first_end.checked_add(grace).unwrap_or(first_end).min(now);
    let age = now.duration_since(first_end);
    let estado = match (kind, gap.work) {
        (EtlKind::Inventory, _) => GapState::Unrecoverable,
        (_, Some((_, RunState::Running))) => GapState::Running,
        (_, Some(_)) => GapState::Queued,
        (_, None) => GapState::Pending,
    };
    let (causa, error_tipo, causa_detalle, ejecucion_id) = match gap.cause {
        GapCause::NeverRan => ("nunca_ejecutado".to_owned(), None, None, None),
        GapCause::Attempted { state, error, message, run } => (state.as_str().to_owned(), error, message, Some(run)),
    };
    GapView {
        id: format!("{kind}.{}.{}", branch.id, gap.interval.start().as_second()),
        etl_tipo: kind,
        ubicacion_id: branch.id.clone(),
        ubicacion_nombre: branch.name.clone(),
        inicio: gap.interval.start(),
        fin: gap.interval.end(),
        fecha_desde: period.date_from,
        fecha_hasta: period.date_to,
        hora_desde: period.from_text(),
        hora_hasta: period.to_text(),
        ventanas: gap.windows,
        detectado_en: detected,
        detectado_en_local: branch.zone.to_datetime(detected),
        antiguedad_horas: (age.as_secs_f64() / 36.0).round() / 100.0,
        urgencia: Urgency::of_age(age),
        estado,
        causa,
        error_tipo,
        causa_detalle,
        intentos: gap.attempts,
        ejecucion_id,
        ejecucion_en_curso_id: gap.work.map(|(run, _)| run),
        recuperable: estado == GapState::Pending,
    }
}

/// The cards above a list of gaps.
pub(crate) fn totals(gaps: &[GapView]) -> GapTotals {
    let mut branches: Vec<&BranchId> = gaps.iter().map(|gap| &gap.ubicacion_id).collect();
    branches.sort_unstable();
    branches.dedup();
    let count = |is: &dyn Fn(&GapView) -> bool| gaps.iter().filter(|gap| is(gap)).count() as u64;
    GapTotals {
        total: gaps.len() as u64,
        ventanas: gaps.iter().map(|gap| u64::from(gap.ventanas)).sum(),
        // What cannot be had any more presses nobody; only freshness is alarmed.
        criticos: count(&|gap| gap.urgencia == Urgency::VeryCritical && gap.estado != GapState::Unrecoverable),
        tiendas_afectadas: branches.len() as u64,
        timeouts: count(&|gap| gap.error_tipo == Some(ErrorClass::Timeout)),
    }
}
