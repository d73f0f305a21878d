//! Justifying what is missing of many periods of many stores at once, after it was shown: what is given up is what was shown, or
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::justification::{Justification, Reason, justifiable_part};
use domain::plan::{Plan, PlanHash, PlanOptions, PlanScope};
use domain::read_model::{JustificationPreview, JustifySelectionAnswer, PlanPeriod, PlanRequest};
use domain::window::{day_spans, half_hours};
use domain::{Branch, EtlKind, IntervalSet, Window};
use jiff::Timestamp;
use texts::Language;
use warehouse::WaiverFilter;

use crate::gaps::{Evidence, EvidenceRequest, EvidenceScope};
use crate::plans::request::{self, RequestLimits};
use crate::{Actor, Engine, UseCaseError};

/// What somebody chose.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Sales or stock.
    pub kind: EtlKind,
    /// Each names its store; a period without one means every store of the actor.
    pub periods: Vec<PlanPeriod>,
}

/// What is missing of a selection.
struct Missing {
    /// With nothing missing but what would be given up.
    evidence: Evidence,
    given_up: Vec<(Arc<Branch>, IntervalSet<Timestamp>)>,
    hash: PlanHash,
    windows: u64,
    in_progress: u64,
}

impl Engine {
    /// Shows what would be given up. Nothing is.
    pub async fn preview_justification(
        &self,
        actor: &Actor,
        selection: Selection,
    ) -> Result<JustificationPreview, UseCaseError> {
        let kind = selection.kind;
        let scope = self.scope_to_justify(actor, selection)?;
        let Missing { evidence, given_up, hash, windows, in_progress } = self.missing_of(kind, &scope).await?;
        let mut gaps = self.views(kind, &evidence, self.clock.now()).await?;
        gaps.sort_by(|left, right| (&left.ubicacion_nombre, left.inicio).cmp(&(&right.ubicacion_nombre, right.inicio)));
        let tiendas = given_up.len() as u64;
        Ok(JustificationPreview { hash, etl_tipo: kind, ventanas: windows, tiendas, en_curso: in_progress, gaps })
    }

    /// Gives up what was shown under a hash, all of it in one transaction. Where it would not be the same half hours any more,
    /// nothing is given up. A confirmation that comes again, as after a lost response, has the same answer.
    pub async fn justify_selection(
        &self,
        actor: &Actor,
        selection: Selection,
        hash: &str,
        (reason, note): (Reason, Option<&str>),
    ) -> Result<JustifySelectionAnswer, UseCaseError> {
        let kind = selection.kind;
        let scope = self.scope_to_justify(actor, selection)?;
        let justification = Justification::read(reason, note, &actor.name, self.settings.written_characters_max)?;
        // Held until it is stored: of two who confirm at once, the second is refused.
        let planning = self.lock_planning().await;
        let missing = self.missing_of(kind, &scope).await?;
        let hash = hash.trim();
        if missing.windows == 0 || missing.hash.to_string() != hash {
            let before = self.justified_before(kind, &scope, &justification, hash).await?;
            return before.ok_or(UseCaseError::SelectionChanged { left: missing.windows });
        }
        let by = (actor, self.clock.now());
        let decided = missing.given_up.iter().map(|(branch, given_up)| {
            self.justifying(by, kind, branch, &justification, &day_spans(given_up, &branch.zone))
        });
        let decided: Vec<_> = decided.collect();
        let stores = decided.len() as u64;
        self.give_up(planning, decided, justification).await?;
        Ok(justified(missing.windows, stores, false))
    }

    /// What one confirmation gave up with these words, if its half hours are those of the hash and it still counts.
    async fn justified_before(
        &self,
        kind: EtlKind,
        scope: &PlanScope,
        justification: &Justification,
        hash: &str,
    ) -> Result<Option<JustifySelectionAnswer>, UseCaseError> {
        let Some(range) = scope.hull() else { return Ok(None) };
        let waivers = self.warehouse.waivers(WaiverFilter { kind: Some(kind), branch: None, range }).await?;
        // What one transaction stored has one moment.
        let mut confirmations: BTreeMap<Timestamp, Vec<Window>> = BTreeMap::new();
        for waiver in waivers.into_iter().filter(|waiver| waiver.justification == *justification) {
            let Some(branch) = self.branches.find(&waiver.branch) else { continue };
            let window = |interval| Window { branch: branch.id.clone(), kind, interval };
            let windows = half_hours(waiver.interval, &branch.zone).into_iter().map(window);
            confirmations.entry(waiver.registered_at).or_default().extend(windows);
        }
        let before = confirmations.into_values().find_map(|windows| {
            let stores = windows.iter().map(|window| &window.branch).collect::<BTreeSet<_>>().len() as u64;
            let count = windows.len() as u64;
            let is_the_same = Plan::seal(kind, PlanOptions::default(), windows).hash().to_string() == hash;
            is_the_same.then(|| justified(count, stores, true))
        });
        Ok(before)
    }

    /// Refused as a whole if the actor may not operate in one of the stores.
    fn scope_to_justify(&self, actor: &Actor, selection: Selection) -> Result<PlanScope, UseCaseError> {
        actor.may_operate()?;
        let asked = PlanRequest {
            etl_tipo: selection.kind,
            ubicaciones: Vec::new(),
            periodos: selection.periods,
            ultimos_dias: None,
            repetir_cargado: false,
            fuera_de_horario: false,
            solo_pendientes: false,
        };
        let limits = RequestLimits::of(&self.settings, self.clock.now());
        request::scope_of_any_kind(&self.branches, actor, &asked, limits)
    }

    async fn missing_of(&self, kind: EtlKind, scope: &PlanScope) -> Result<Missing, UseCaseError> {
        let branches: Vec<Arc<Branch>> = scope.branches().into_iter().filter_map(|id| self.branches.find(id)).collect();
        let range = scope.hull().ok_or(UseCaseError::NothingToExtract)?;
        let now = self.clock.now();
        let settled = now.checked_sub(self.settings.gap_grace).unwrap_or(now);
        let request = EvidenceRequest::current(kind, &branches, range, settled, EvidenceScope::MissingOnly);
        let mut evidence = self.evidence(request).await?;
        // Missing invoice numbers are justified by themselves: they are no half hours.
        evidence.holes.clear();
        let (mut given_up, mut windows, mut in_progress) = (Vec::new(), Vec::new(), 0);
        for (branch, evidence) in &mut evidence.by_branch {
            let part = justifiable_part(&scope.of_branch(&branch.id), evidence);
            let half_hours_of = |set: &IntervalSet<Timestamp>| {
                set.intervals().iter().flat_map(|part| half_hours(*part, &branch.zone)).collect::<Vec<_>>()
            };
            in_progress += half_hours_of(&part.in_progress).len() as u64;
            let of_branch = half_hours_of(&part.given_up);
            let window = |interval| Window { branch: branch.id.clone(), kind, interval };
            windows.extend(of_branch.into_iter().map(window));
            evidence.changes.retain(|change| part.given_up.covers(&change.difference.half_hour));
            evidence.expected = part.given_up.clone();
            if !part.given_up.is_empty() {
                given_up.push((Arc::clone(branch), part.given_up));
            }
        }
        let count = windows.len() as u64;
        // As a plan is sealed: the same half hours give the same hash.
        let hash = Plan::seal(kind, PlanOptions::default(), windows).hash().clone();
        Ok(Missing { evidence, given_up, hash, windows: count, in_progress })
    }
}

fn justified(windows: u64, stores: u64, was_already: bool) -> JustifySelectionAnswer {
    let texts = Language::Es.answer();
    let mensaje = match windows {
        _ if was_already => texts.selection_justified_already().to_owned(),
        1 => texts.justified_one().to_owned(),
        many => texts.justified(many),
    };
    JustifySelectionAnswer { ventanas: windows, tiendas: stores, ya_estaba: was_already, mensaje }
}
