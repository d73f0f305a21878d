//! What proves the cause of a gap: the run that had it, or the firings of the schedule that should have asked for it.

use std::collections::HashMap;

use domain::cause::{CauseKind, RunFacts, Silence};
use domain::gap::{Gap, GapCause};
use domain::later_change::{Difference, LaterChange};
use domain::read_model::CauseEvidence;
use domain::{Branch, EtlKind, HALF_HOUR, Interval, RunId};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::UseCaseError;
use crate::engine::Engine;
use crate::schedule::ScheduleKind;

/// What is known of the gaps of one kind.
pub(crate) struct Grounds {
    pub(crate) facts: HashMap<RunId, RunFacts>,
    firings: Vec<Timestamp>,
    kind: EtlKind,
}

impl Grounds {
    /// Reads the facts of all gaps at once.
    pub(crate) async fn read<'gap>(
        engine: &Engine,
        kind: EtlKind,
        gaps: impl Iterator<Item = &'gap Gap> + Clone,
    ) -> Result<Self, UseCaseError> {
        let runs: Vec<RunId> = gaps.clone().filter_map(|gap| attempt_of(&gap.cause)).collect();
        let facts = engine.warehouse.run_facts(runs).await?.into_iter().map(|facts| (facts.run, facts)).collect();
        let silent = || gaps.clone().filter(|gap| gap.cause == GapCause::NeverRan).filter_map(|gap| due(kind, gap));
        let first = silent().map(|due| due.start()).min();
        let last = silent().map(|due| due.end()).max();
        let firings = match (first, last) {
            (Some(first), Some(last)) => match Interval::new(first, last) {
                Some(range) => engine.warehouse.firings(schedule_of(kind).slug(), range).await?,
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        Ok(Self { facts, firings, kind })
    }

    /// What proves the cause of one of them.
    pub(crate) fn evidence(&self, branch: &Branch, gap: &Gap, changes: &[LaterChange]) -> CauseEvidence {
        let local = |instant: Timestamp| branch.zone.to_datetime(instant);
        if let GapCause::SourceChanged { .. } = gap.cause {
            return source_changed(branch, &changes_of(gap, changes));
        }
        if let Some(facts) = attempt_of(&gap.cause).and_then(|run| self.facts.get(&run)) {
            return CauseEvidence {
                terminada_en_local: facts.ended_at.map(local),
                estado_http: facts.http_status,
                anunciadas: facts.announced,
                recibidas: facts.received,
                ..without_evidence(facts.cause())
            };
        }
        if let GapCause::Attempted { state, error, .. } = &gap.cause {
            return without_evidence(CauseKind::of(*state, *error));
        }
        let Some(due) = due(self.kind, gap) else { return without_evidence(CauseKind::BeforeWatching) };
        let silence = Silence::of(due, &self.firings);
        CauseEvidence {
            disparo_anterior_local: silence.last_fired.map(local),
            disparo_siguiente_local: silence.next_fired.map(local),
            ..without_evidence(silence.cause)
        }
    }
}

/// A cause, and nothing that proves it yet.
pub(crate) fn without_evidence(cause: CauseKind) -> CauseEvidence {
    CauseEvidence {
        tipo: cause,
        terminada_en_local: None,
        estado_http: None,
        anunciadas: None,
        recibidas: None,
        cargadas: None,
        usd_cargado: None,
        usd_ahora: None,
        vista_en_local: None,
        disparo_anterior_local: None,
        disparo_siguiente_local: None,
    }
}

/// The changes that a gap is.
pub(crate) fn changes_of<'change>(gap: &Gap, changes: &'change [LaterChange]) -> Vec<&'change LaterChange> {
    changes.iter().filter(|change| change.difference.half_hour.overlaps(&gap.interval)).collect()
}

/// What was loaded and what the source has now, each stretch counted once, and when it was seen first.
fn source_changed(branch: &Branch, changes: &[&LaterChange]) -> CauseEvidence {
    let mut measured: Vec<&Difference> = changes.iter().map(|change| &change.difference).collect();
    measured.sort_by_key(|difference| difference.measured);
    measured.dedup_by_key(|difference| difference.measured);
    let seen_at = changes.iter().map(|change| change.seen_at).min();
    let usd = |read: fn((Decimal, Decimal)) -> Decimal| -> Option<Decimal> {
        measured.iter().map(|difference| difference.usd.map(read)).sum::<Option<Decimal>>().map(|usd| usd.round_dp(2))
    };
    CauseEvidence {
        anunciadas: Some(measured.iter().map(|difference| difference.announced).sum()),
        cargadas: Some(measured.iter().map(|difference| difference.loaded).sum()),
        usd_cargado: usd(|(loaded, _)| loaded),
        usd_ahora: usd(|(_, now)| now),
        vista_en_local: seen_at.map(|seen_at| branch.zone.to_datetime(seen_at)),
        ..without_evidence(CauseKind::SourceChanged)
    }
}

const fn attempt_of(cause: &GapCause) -> Option<RunId> {
    match cause {
        GapCause::NeverRan => None,
        GapCause::Attempted { run, .. } | GapCause::SourceChanged { run } => Some(*run),
    }
}

const fn schedule_of(kind: EtlKind) -> ScheduleKind {
    match kind {
        EtlKind::Sales => ScheduleKind::Sales,
        EtlKind::Inventory => ScheduleKind::Inventory,
    }
}

/// When the schedule had to fire for a gap's last window: sales within the half hour after it, a snapshot within it.
fn due(kind: EtlKind, gap: &Gap) -> Option<Interval<Timestamp>> {
    let end = gap.interval.end();
    match kind {
        EtlKind::Sales => Interval::new(end, end.checked_add(HALF_HOUR).ok()?),
        EtlKind::Inventory => Interval::new(end.checked_sub(HALF_HOUR).ok()?, end),
    }
}
