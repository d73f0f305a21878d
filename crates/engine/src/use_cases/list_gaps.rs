//! The list of gaps.

use std::cmp::Reverse;

use domain::filter::GapFilter;
use domain::gap::{Gap, GapCause, GapOrder};
use domain::read_model::{GapList, GapView};
use domain::value::{GapValue, SalesHistory};
use domain::{BranchId, EtlKind, Interval, IntervalSet};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::gap_causes::Grounds;
use crate::gap_views::{self, Moment};
use crate::gaps::{Evidence, EvidenceRequest, EvidenceScope};
use crate::{Actor, Engine, UseCaseError, gap_causes, gap_values, gaps};

impl Engine {
    /// Every gap of the asked hours, the most recent first or what is worth most, with its cause and its worth.
    pub async fn list_gaps(&self, actor: &Actor, filter: GapFilter) -> Result<GapList, UseCaseError> {
        actor.may_read()?;
        let order = filter.order;
        let mut list = self.cached(list_question(&filter), self.gaps_now(filter)).await?;
        if list.ordenar != order {
            sort(&mut list.gaps, order);
            list.ordenar = order;
        }
        Ok(list)
    }

    async fn gaps_now(&self, filter: GapFilter) -> Result<GapList, UseCaseError> {
        let now = self.clock.now();
        let since = now.checked_sub(SignedDuration::from_hours(i64::from(filter.hours_max))).unwrap_or(now);
        let mut found: Vec<GapView> = Vec::new();
        if let Some(range) = Interval::new(since, now) {
            let kinds = filter.kind.map_or(EtlKind::ALL.to_vec(), |kind| vec![kind]);
            for kind in kinds {
                found.extend(self.gaps_of_kind(kind, filter.branch.as_ref(), range).await?);
            }
        }
        sort(&mut found, filter.order);
        Ok(GapList {
            totales: gaps::totals(&found),
            gaps: found,
            tiendas: self.branches.choices(),
            max_horas: filter.hours_max,
            ordenar: filter.order,
            generado_en: now,
            generado_en_local: self.settings.schedules.zone.to_datetime(now),
        })
    }

    async fn gaps_of_kind(
        &self,
        kind: EtlKind,
        branch: Option<&BranchId>,
        range: Interval<Timestamp>,
    ) -> Result<Vec<GapView>, UseCaseError> {
        let evidence = self.evidence_of(kind, branch, range).await?;
        self.views(kind, &evidence, self.clock.now()).await
    }

    /// What gaps of now are computed from.
    pub(super) async fn evidence_of(
        &self,
        kind: EtlKind,
        branch: Option<&BranchId>,
        range: Interval<Timestamp>,
    ) -> Result<Evidence, UseCaseError> {
        let branches = self.branches.select(branch)?;
        let now = self.clock.now();
        let settled = now.checked_sub(self.settings.gap_grace).unwrap_or(now);
        let scope = EvidenceScope::MissingOnly;
        self.evidence(EvidenceRequest::current(kind, &branches, range, settled, scope)).await
    }

    /// What evidence leaves missing, with what proves why and what it is worth, as of a moment.
    pub(super) async fn views(
        &self,
        kind: EtlKind,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Result<Vec<GapView>, UseCaseError> {
        let moment = Moment { now, grace: self.settings.gap_grace };
        let missing: Vec<Vec<Gap>> =
            evidence.by_branch.iter().map(|(branch, evidence)| evidence.gaps(&branch.zone)).collect();
        let grounds = Grounds::read(self, kind, missing.iter().flatten()).await?;
        let no_holes = Vec::new();
        let holes_of = |branch: &BranchId| evidence.holes.get(branch).unwrap_or(&no_holes);

        let lacking = evidence.by_branch.iter().zip(&missing);
        let lacking = lacking.filter(|((branch, _), gaps)| !gaps.is_empty() || !holes_of(&branch.id).is_empty());
        let mut histories = match kind {
            EtlKind::Sales => {
                let names = lacking.map(|((branch, _), _)| branch.id.clone()).collect();
                gap_values::histories(self, names, missing.iter().flatten(), now).await?
            }
            EtlKind::Inventory => Default::default(),
        };
        if now < self.clock.now() {
            for ((branch, _), gaps) in evidence.by_branch.iter().zip(&missing) {
                if let Some(history) = histories.get_mut(&branch.id) {
                    without_later(history, gaps, &branch.zone);
                }
            }
        }
        let nothing_sold = SalesHistory::default();
        let mut views = Vec::new();
        for ((branch, evidence), gaps) in evidence.by_branch.iter().zip(missing) {
            let mut profile =
                gap_values::profile(self, branch, histories.get(&branch.id).unwrap_or(&nothing_sold), now);
            for gap in gaps {
                let value = match (kind, &gap.cause) {
                    (EtlKind::Inventory, _) => GapValue::default(),
                    (EtlKind::Sales, GapCause::SourceChanged { .. }) => {
                        gap_values::value_of_changes(&profile, &gap, &gap_causes::changes_of(&gap, &evidence.changes))
                    }
                    (EtlKind::Sales, _) => gap_values::value(&mut profile, &gap, &grounds.facts),
                };
                let cause = grounds.evidence(branch, &gap, &evidence.changes);
                views.push(gap_views::of_coverage(kind, branch, gap, cause, value, moment));
            }
            views.extend(gap_views::of_sequence(branch, holes_of(&branch.id), evidence, &profile, moment));
        }
        Ok(views)
    }
}

/// One answer in whatever order it is asked for, so that two pages say the same.
pub(super) fn list_question(filter: &GapFilter) -> Question {
    let unordered = (filter.kind, &filter.branch, filter.hours_max);
    Question::new("list_gaps", &unordered, &[Subject::Runs, Subject::Sales, Subject::Decisions, Subject::Schedules])
}

/// Takes out what was loaded of gaps since: at a moment of the past they were worth all of it.
fn without_later(history: &mut SalesHistory, gaps: &[Gap], zone: &TimeZone) {
    let local = |gap: &Gap| (zone.to_datetime(gap.interval.start()), zone.to_datetime(gap.interval.end()));
    let spans: Vec<_> =
        gaps.iter().filter(|gap| !matches!(gap.cause, GapCause::SourceChanged { .. })).map(local).collect();
    history.half_hours.retain(|half_hour, _| !spans.iter().any(|(start, end)| start <= half_hour && half_hour < end));
    // Nor were they a week of their own that other weeks are reckoned from.
    let missing: IntervalSet<Timestamp> = gaps.iter().map(|gap| gap.interval).collect();
    history.covered = history.covered.difference(&missing);
}

pub(super) fn sort(gaps: &mut [GapView], order: GapOrder) {
    gaps.sort_by(|left, right| {
        (right.inicio, &left.ubicacion_id, left.etl_tipo, left.clase).cmp(&(
            left.inicio,
            &right.ubicacion_id,
            right.etl_tipo,
            right.clase,
        ))
    });
    if order == GapOrder::Value {
        // Of what is worth the same, the oldest is the worst.
        gaps.sort_by_key(|gap| (Reverse(gap.valor.as_ref().map(|value| value.usd)), gap.inicio));
    }
}
