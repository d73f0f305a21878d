//! What is missing: the evidence of each branch, and the gaps that follow from it.
//!
//! Nothing is kept between two requests: expected, covered and waived are interval sets, read for all branches at once,
//! and their difference is the answer (DESIGN, rule 2).

use std::collections::HashMap;
use std::sync::Arc;

use domain::gap::{Attempt, GapEvidence, GapState, Urgency};
use domain::later_change::LaterChange;
use domain::read_model::{GapTotals, GapView, ValueView};
use domain::sequence::{NumberHole, NumberRestart, NumberRun};
use domain::window::half_hour_floor;
use domain::{Branch, BranchId, Calendar, ErrorClass, EtlKind, Interval, IntervalSet, RunState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use warehouse::{EvidenceFilter, EvidenceRows, Warehouse, WarehouseError};

use crate::UseCaseError;
use crate::branches::BranchRegistry;
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::number_holes::{self, number_range, widened};
use crate::settings::{EngineMode, EngineSettings};

/// What is known of each of some branches, for one kind and one stretch of time.
pub(crate) struct Evidence {
    pub(crate) by_branch: Vec<(Arc<Branch>, GapEvidence)>,
    /// Missing invoice numbers.
    pub(crate) holes: HashMap<BranchId, Vec<NumberHole>>,
    /// Missing numbers that were justified.
    pub(crate) waived_holes: HashMap<BranchId, Vec<NumberHole>>,
    /// Missing numbers that may be in time that is not loaded.
    pub(crate) open_holes: HashMap<BranchId, Vec<NumberHole>>,
    /// Registers that started again.
    pub(crate) restarts: HashMap<BranchId, Vec<NumberRestart>>,
    /// What `expected` follows from.
    pub(crate) calendars: Calendars,
}

/// Which evidence is read.
#[derive(Clone, Copy)]
pub(crate) struct EvidenceRequest<'request> {
    pub(crate) kind: EtlKind,
    pub(crate) branches: &'request [Arc<Branch>],
    pub(crate) range: Interval<Timestamp>,
    /// A window that ended later counts only once a run for it has failed: until then it is still on its way.
    pub(crate) settled: Timestamp,
    /// As it was known then; as it is now where it is None. Invoice numbers are known as they are now, so no hole is of the past.
    pub(crate) known_at: Option<Timestamp>,
    pub(crate) scope: EvidenceScope,
}

/// What evidence is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvidenceScope {
    /// To say what is missing: what is expected of days that are covered whole is left out of `expected`, so that the answer
    /// does not cost more the longer all went well.
    MissingOnly,
    /// To say of any half hour what is known of it.
    Everything,
}

impl<'request> EvidenceRequest<'request> {
    /// Of what is known now.
    pub(crate) fn current(
        kind: EtlKind,
        branches: &'request [Arc<Branch>],
        range: Interval<Timestamp>,
        settled: Timestamp,
        scope: EvidenceScope,
    ) -> Self {
        Self { kind, branches, range, settled, known_at: None, scope }
    }

    fn filter(&self, settings: &EngineSettings) -> EvidenceFilter {
        let branch = match self.branches {
            [one] => Some(one.id.clone()),
            _ => None,
        };
        let (kind, range, known_at) = (self.kind, self.range, self.known_at);
        match known_at {
            None => EvidenceFilter {
                kind,
                branch,
                range,
                around: widened(settings, range),
                numbers: number_range(settings, range),
                known_at,
            },
            Some(_) => EvidenceFilter { kind, branch, range, around: range, numbers: None, known_at },
        }
    }
}

/// Where evidence is read from; memory in tests.
pub(crate) trait EvidenceStore: Sync {
    /// All of it of one committed state.
    fn evidence(&self, filter: EvidenceFilter) -> impl Future<Output = Result<EvidenceRows, WarehouseError>> + Send;
}

impl EvidenceStore for Warehouse {
    async fn evidence(&self, filter: EvidenceFilter) -> Result<EvidenceRows, WarehouseError> {
        self.evidence(filter).await
    }
}

/// Reads what is known of branches at a moment.
pub(crate) struct EvidenceReader<'engine, S> {
    pub(crate) store: &'engine S,
    pub(crate) branches: &'engine BranchRegistry,
    pub(crate) settings: &'engine EngineSettings,
    pub(crate) now: Timestamp,
}

impl<S: EvidenceStore> EvidenceReader<'_, S> {
    pub(crate) async fn read(&self, request: EvidenceRequest<'_>) -> Result<Evidence, UseCaseError> {
        let rows = self.store.evidence(request.filter(self.settings)).await?;
        Ok(self.evidence_of(rows, request))
    }
}

impl<S> EvidenceReader<'_, S> {
    fn evidence_of(&self, rows: EvidenceRows, request: EvidenceRequest<'_>) -> Evidence {
        let calendars = Calendars::after(self.branches, &rows.calendar_changes);
        Evidence::of(rows, request, calendars, self.settings, self.now)
    }
}

impl Engine {
    /// Reads what is known now.
    pub(crate) fn evidence_reader(&self) -> EvidenceReader<'_, Warehouse> {
        EvidenceReader {
            store: &self.warehouse,
            branches: &self.branches,
            settings: &self.settings,
            now: self.clock.now(),
        }
    }

    /// Reads evidence, all of it of one committed state.
    pub(crate) async fn evidence(&self, request: EvidenceRequest<'_>) -> Result<Evidence, UseCaseError> {
        // Not by `read`: each future within another takes stack, of which a page that asks much has little in debug builds.
        let rows = self.warehouse.evidence(request.filter(&self.settings)).await?;
        Ok(self.evidence_reader().evidence_of(rows, request))
    }
}

impl Evidence {
    /// What follows from rows that were read for a request.
    fn of(
        rows: EvidenceRows,
        request: EvidenceRequest<'_>,
        calendars: Calendars,
        settings: &EngineSettings,
        now: Timestamp,
    ) -> Self {
        let EvidenceRequest { kind, branches, range, settled, known_at, scope } = request;
        let now = known_at.unwrap_or(now);
        let mut attempts: HashMap<BranchId, Vec<Attempt>> = grouped(rows.attempts);
        // In read-only mode this process holds the lock of the file, so no process runs what is still `en_proceso`.
        if known_at.is_none() && settings.mode == EngineMode::Look {
            attempts.values_mut().flatten().for_each(interrupt_running);
        }
        let (mut covered, mut waived) = (grouped(rows.covered), grouped(rows.waived));
        let mut changes: HashMap<BranchId, Vec<LaterChange>> = grouped(rows.changes);
        let first_snapshots: HashMap<BranchId, Timestamp> = rows.first_covered.into_iter().collect();
        let is_compared = |(branch, run): &(BranchId, NumberRun)| settings.compares_numbers_of(branch, &run.register);
        let mut number_runs = grouped(rows.number_runs.into_iter().filter(is_compared));

        let (mut holes, mut waived_holes) = (HashMap::new(), HashMap::new());
        let (mut open_holes, mut restarts) = (HashMap::new(), HashMap::new());
        let mut by_branch = Vec::with_capacity(branches.len());
        for branch in branches {
            let (id, calendar) = (&branch.id, calendars.of(branch));
            let attempts = attempts.remove(id).unwrap_or_default();
            let covered: IntervalSet<Timestamp> = covered.remove(id).unwrap_or_default().into_iter().collect();
            let known = match scope {
                EvidenceScope::MissingOnly => Some(&covered),
                EvidenceScope::Everything => None,
            };
            let expected = match kind {
                EtlKind::Sales => expected_sales(branch, calendar, range, settled, now, &attempts, known),
                EtlKind::Inventory => expected_snapshots(branch, range, settled, first_snapshots.get(id)),
            };
            let mut evidence = GapEvidence {
                expected,
                covered,
                changes: changes_in(range, changes.remove(id).unwrap_or_default()),
                waived: waived.remove(id).unwrap_or_default().into_iter().collect(),
                unproven: IntervalSet::empty(),
                attempts,
            };
            let runs = number_runs.remove(id).unwrap_or_default();
            let broken = number_holes::breaks_of(settings, branch, calendar, range, &evidence, runs);
            let (given_up, missing) = number_holes::given_up(broken.holes, branch, &rows.number_waivers);
            evidence.unproven = number_holes::unproven(&missing, &branch.zone, now);
            holes.insert(id.clone(), missing);
            open_holes.insert(id.clone(), broken.open);
            restarts.insert(id.clone(), broken.restarts);
            waived_holes.insert(id.clone(), given_up);
            by_branch.push((Arc::clone(branch), evidence));
        }
        Self { by_branch, holes, waived_holes, open_holes, restarts, calendars }
    }
}

fn interrupt_running(attempt: &mut Attempt) {
    if attempt.state == RunState::Running {
        (attempt.state, attempt.error) = (RunState::Interrupted, Some(ErrorClass::Interrupted));
    }
}

fn grouped<T>(rows: impl IntoIterator<Item = (BranchId, T)>) -> HashMap<BranchId, Vec<T>> {
    let mut grouped: HashMap<BranchId, Vec<T>> = HashMap::new();
    for (branch, row) in rows {
        grouped.entry(branch).or_default().push(row);
    }
    grouped
}

/// Those whose half hour lies in a range: what is missing is of the range only.
fn changes_in(range: Interval<Timestamp>, mut changes: Vec<LaterChange>) -> Vec<LaterChange> {
    changes.retain(|change| change.difference.half_hour.overlaps(&range));
    changes
}

/// What is expected of a range; where a set is given, only what it leaves over has to be in it.
fn expected_sales(
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
fn expected_snapshots(
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

#[cfg(test)]
mod tests {
    use domain::RunId;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{branch, half_hours_from};

    const STORE: &str = "tienda_01";

    fn settings() -> EngineSettings {
        EngineSettings::default()
    }

    fn attempt(window: Interval<Timestamp>, state: RunState) -> (BranchId, Attempt) {
        let run = RunId(Uuid::from_u128(1));
        let attempt = Attempt { run, interval: window, state, is_held: false, error: None, message: None };
        (BranchId::new(STORE), attempt)
    }

    /// Of one store that is always open, in its first four half hours.
    fn evidence(
        rows: EvidenceRows,
        settings: &EngineSettings,
        known_at: Option<Timestamp>,
        settled: i32,
    ) -> GapEvidence {
        let branches = [Arc::new(branch(STORE))];
        let range = half_hours_from(0, 4);
        let settled = half_hours_from(0, settled).end();
        let scope = EvidenceScope::Everything;
        let request =
            EvidenceRequest { known_at, ..EvidenceRequest::current(EtlKind::Sales, &branches, range, settled, scope) };
        let calendars = Calendars::after(&BranchRegistry::new(vec![branch(STORE)]), &rows.calendar_changes);
        let mut evidence = Evidence::of(rows, request, calendars, settings, range.end());
        evidence.by_branch.remove(0).1
    }

    #[test]
    fn what_is_expected_and_neither_covered_nor_waived_is_missing() {
        let own = |first, count| vec![(BranchId::new(STORE), half_hours_from(first, count))];
        let rows = EvidenceRows { covered: own(0, 1), waived: own(3, 1), ..EvidenceRows::default() };
        let missing = evidence(rows, &settings(), None, 4).missing();
        assert_eq!(missing.intervals(), [half_hours_from(1, 2)]);
    }

    #[test]
    fn a_window_that_is_not_due_yet_is_missing_once_a_run_for_it_failed() {
        let missing = |rows| evidence(rows, &settings(), None, 2).missing().intervals().to_vec();
        assert_eq!(missing(EvidenceRows::default()), [half_hours_from(0, 2)]);
        let failed = attempt(half_hours_from(3, 1), RunState::Failed);
        let rows = EvidenceRows { attempts: vec![failed], ..EvidenceRows::default() };
        assert_eq!(missing(rows), [half_hours_from(0, 2), half_hours_from(3, 1)]);
    }

    #[test]
    fn a_run_of_a_process_that_is_gone_is_interrupted_and_one_of_the_past_was_running() {
        let look = EngineSettings { mode: EngineMode::Look, ..settings() };
        let state = |settings: &EngineSettings, known_at| {
            let running = attempt(half_hours_from(0, 1), RunState::Running);
            let rows = EvidenceRows { attempts: vec![running], ..EvidenceRows::default() };
            evidence(rows, settings, known_at, 4).attempts[0].state
        };
        assert_eq!(state(&settings(), None), RunState::Running);
        assert_eq!(state(&look, None), RunState::Interrupted);
        assert_eq!(state(&look, Some(half_hours_from(0, 4).end())), RunState::Running);
    }
}
