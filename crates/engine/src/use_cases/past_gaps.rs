//! What was missing at a moment of the past, and how two moments differ.

use std::sync::Arc;

use domain::comparison::{MissingChange, compare_missing};
use domain::filter::{GapFilter, InvalidParameter, Requirement};
use domain::read_model::{Comparison, GapList, GapView};
use domain::window::instant_of;
use domain::{Branch, EtlKind, Interval};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::list_gaps::sort;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::window_spans::window_spans;
use crate::{Actor, Engine, UseCaseError, gaps};

impl Engine {
    /// Every gap of the asked hours before a moment of the chain's clock, as it was known then; of now where there is none.
    pub async fn list_gaps_at(
        &self,
        actor: &Actor,
        filter: GapFilter,
        moment: Option<DateTime>,
    ) -> Result<GapList, UseCaseError> {
        actor.may_read()?;
        let Some(local) = moment else { return self.list_gaps(actor, filter).await };
        let moment = self.past_moment("en", local)?;
        let branches = self.branches.select_at(filter.branch.as_ref(), moment)?;
        let mut found: Vec<GapView> = Vec::new();
        if let Some(range) = hours_before(moment, filter.hours_max) {
            for kind in kinds(&filter) {
                let evidence = self.evidence(self.known_at(kind, &branches, range, moment)).await?;
                found.extend(self.views(kind, &evidence, moment).await?);
            }
        }
        sort(&mut found, filter.order);
        // What was so cannot be acted upon.
        found.iter_mut().for_each(|gap| gap.recuperable = false);
        Ok(GapList {
            totales: gaps::totals(&found),
            gaps: found,
            tiendas: self.branches.choices(),
            max_horas: filter.hours_max,
            ordenar: filter.order,
            generado_en: moment,
            generado_en_local: local,
        })
    }

    /// What appeared, went away and stayed between two moments, of the asked hours before the second one: now where it is
    /// absent; the first one is a day before where it is.
    pub async fn compare_moments(
        &self,
        actor: &Actor,
        filter: GapFilter,
        first: Option<DateTime>,
        second: Option<DateTime>,
    ) -> Result<Comparison, UseCaseError> {
        actor.may_read()?;
        let zone = &self.settings.schedules.zone;
        let second_local = second.unwrap_or_else(|| zone.to_datetime(self.clock.now()));
        let first_local = match first {
            Some(first) => first,
            None => second_local.checked_sub(1.day()).unwrap_or(second_local),
        };
        let first = self.past_moment("desde_momento", first_local)?;
        let second = self.past_moment("hasta_momento", second_local)?;
        if first >= second {
            let requirement = Requirement::AfterFirstMoment;
            return Err(InvalidParameter { name: "hasta_momento", requirement }.into());
        }
        let known_at = |moment| self.branches.select_at(filter.branch.as_ref(), moment);
        let (known_first, known_second) = (known_at(first)?, known_at(second)?);
        let mut comparison = Comparison {
            desde_momento: first_local,
            hasta_momento: second_local,
            aparecieron: Vec::new(),
            desaparecieron: Vec::new(),
            siguen: Vec::new(),
            max_horas: filter.hours_max,
        };
        let Some(range) = hours_before(second, filter.hours_max) else { return Ok(comparison) };
        for kind in kinds(&filter) {
            let before = self.evidence(self.known_at(kind, &known_first, range, first)).await?;
            let after = self.evidence(self.known_at(kind, &known_second, range, second)).await?;
            for ((_, before), (branch, after)) in before.by_branch.iter().zip(&after.by_branch) {
                let MissingChange { appeared, gone, stayed } = compare_missing(&before.missing(), &after.missing());
                let spans = |set| window_spans(kind, branch, &branch.zone, set);
                comparison.aparecieron.extend(spans(&appeared));
                comparison.desaparecieron.extend(spans(&gone));
                comparison.siguen.extend(spans(&stayed));
            }
        }
        Ok(comparison)
    }

    /// All that was known of a range at a moment.
    pub(super) fn known_at<'request>(
        &self,
        kind: EtlKind,
        branches: &'request [Arc<Branch>],
        range: Interval<Timestamp>,
        moment: Timestamp,
    ) -> EvidenceRequest<'request> {
        let settled = moment.checked_sub(self.settings.gap_grace).unwrap_or(moment);
        EvidenceRequest { kind, branches, range, settled, known_at: Some(moment), scope: EvidenceScope::Everything }
    }

    pub(super) fn past_moment(&self, name: &'static str, local: DateTime) -> Result<Timestamp, InvalidParameter> {
        let moment = instant_of(local, &self.settings.schedules.zone);
        moment
            .filter(|moment| *moment <= self.clock.now())
            .ok_or(InvalidParameter { name, requirement: Requirement::PastMoment { given: local } })
    }
}

fn hours_before(moment: Timestamp, hours: u32) -> Option<Interval<Timestamp>> {
    let since = moment.checked_sub(SignedDuration::from_hours(i64::from(hours))).ok()?;
    Interval::new(since, moment)
}

fn kinds(filter: &GapFilter) -> Vec<EtlKind> {
    filter.kind.map_or(EtlKind::ALL.to_vec(), |kind| vec![kind])
}
