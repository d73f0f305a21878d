//! Justifying missing numbers of invoices that the POS does not have either.

use std::sync::Arc;

use domain::decision::DecisionAction;
use domain::filter::{InvalidParameter, Requirement};
use domain::justification::{Justification, NotJustifiable};
use domain::read_model::{JustificationView, JustifiedNumbers, JustifyAnswer};
use domain::sequence::NumberHole;
use domain::window::{LocalPeriod, half_hours};
use domain::{Branch, EtlKind, Interval, gap::GapClass};
use jiff::Timestamp;
use serde_json::json;
use texts::Language;
use warehouse::{NewDecision, NewNumberWaiver, NumberWaiver, RegisterNumbers, WaiverFilter};

use super::justify::refusal;
use crate::engine::run_detached;
use crate::gap_views::places;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::{Actor, Engine, Unjustifiable, UseCaseError, number_holes};

impl Engine {
    /// Gives up the missing numbers that lie wholly within a period. What was given up before is named and not given up twice.
    pub(super) async fn justify_numbers(
        &self,
        actor: &Actor,
        branch: &Arc<Branch>,
        range: Interval<Timestamp>,
        kind: EtlKind,
        justification: Justification,
    ) -> Result<JustifyAnswer, UseCaseError> {
        if !kind.has_invoice_numbers() {
            return Err(InvalidParameter { name: "clase", requirement: Requirement::Sales }.into());
        }
        let planning = self.lock_planning().await;
        let now = self.clock.now();
        let branches = std::slice::from_ref(branch);
        let scope = EvidenceScope::Everything;
        let request = EvidenceRequest::current(kind, branches, range, now, scope);
        let evidence = self.evidence(request).await?;
        let within = |holes: Option<&Vec<NumberHole>>| -> Vec<NumberHole> {
            let lies_within = |hole: &&NumberHole| {
                let span = number_holes::span_of(hole, &branch.zone);
                span.is_some_and(|span| span.start() >= range.start() && span.end() <= range.end())
            };
            holes.into_iter().flatten().filter(lies_within).cloned().collect()
        };
        let lacking = within(evidence.holes.get(&branch.id));
        if lacking.is_empty() && within(evidence.waived_holes.get(&branch.id)).is_empty() {
            return Err(UseCaseError::NotJustifiable(Unjustifiable::NoNumbers));
        }
        let attempts = evidence.by_branch.iter().flat_map(|(_, evidence)| &evidence.attempts);
        let in_progress: Vec<Interval<Timestamp>> =
            attempts.filter(|attempt| !attempt.state.is_final()).map(|attempt| attempt.interval).collect();
        let spans = places(branch, &lacking);
        if let Some((busy, _)) = spans.iter().find(|(span, _)| in_progress.iter().any(|work| work.overlaps(span))) {
            return Err(refusal(NotJustifiable::InProgress(*busy), branch));
        }
        // One justification a place, as the list shows them.
        let waivers: Vec<NewNumberWaiver> = spans
            .iter()
            .map(|(span, _)| NewNumberWaiver {
                id: self.new_id(),
                branch: branch.id.clone(),
                interval: *span,
                numbers: numbers_in(&lacking, branch, *span),
            })
            .collect();
        let missing: u64 = lacking.iter().map(NumberHole::missing).sum();
        if !waivers.is_empty() {
            let decision = self.justifying_numbers(actor, now, branch, &justification, &waivers, missing);
            let engine = self.clone();
            run_detached(async move {
                engine.warehouse.waive_numbers(waivers, justification, decision).await?;
                engine.events.gaps_changed();
                drop(planning);
                Ok(())
            })
            .await?;
        }

        let filter = WaiverFilter { kind: Some(kind), branch: Some(branch.id.clone()), range };
        let counted = self.warehouse.number_waivers(filter).await?;
        let texts = Language::Es.answer();
        let mensaje = match missing {
            0 => texts.numbers_justified_already().to_owned(),
            1 => texts.number_justified().to_owned(),
            many => texts.numbers_justified(many),
        };
        Ok(JustifyAnswer {
            justificaciones: counted.into_iter().map(|waiver| self.number_justification_view(waiver)).collect(),
            ya_estaba: missing == 0,
            mensaje,
        })
    }

    fn justifying_numbers(
        &self,
        actor: &Actor,
        at: Timestamp,
        branch: &Branch,
        justification: &Justification,
        waivers: &[NewNumberWaiver],
        missing: u64,
    ) -> NewDecision {
        let first = waivers.iter().map(|waiver| waiver.interval).min();
        let period = first.map(|first| LocalPeriod::of(first, &branch.zone));
        let when = period.map(|period| format!(" {} {}-{}", period.date_from, period.from_text(), period.to_text()));
        NewDecision {
            id: self.new_id(),
            at,
            actor: justification.person.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::Justify,
            object: format!("{} {}{}", GapClass::Sequence, branch.name, when.unwrap_or_default()),
            detail: json!({
                "ubicacion_id": branch.id,
                "clase": GapClass::Sequence,
                "motivo": justification.reason,
                "nota": justification.note,
                "facturas": missing,
                "justificaciones": waivers.iter().map(|waiver| waiver.id).collect::<Vec<_>>(),
            })
            .to_string(),
        }
    }

    /// A justification of numbers as it is shown.
    pub(super) fn number_justification_view(&self, waiver: NumberWaiver) -> JustificationView {
        let NumberWaiver { waived, justification, registered_at } = waiver;
        let branch = self.branches.find(&waived.branch);
        let zone = branch.as_ref().map_or(&self.settings.schedules.zone, |branch| &branch.zone);
        let period = LocalPeriod::of(waived.interval, zone);
        JustificationView {
            id: waived.id,
            clase: GapClass::Sequence,
            etl_tipo: EtlKind::Sales,
            ubicacion_nombre: branch.as_ref().map_or_else(|| waived.branch.to_string(), |branch| branch.name.clone()),
            ubicacion_id: waived.branch,
            inicio: waived.interval.start(),
            fin: waived.interval.end(),
            fecha_desde: period.date_from,
            fecha_hasta: period.date_to,
            hora_desde: period.from_text(),
            hora_hasta: period.to_text(),
            ventanas: u32::try_from(half_hours(waived.interval, zone).len()).unwrap_or(u32::MAX),
            motivo: justification.reason,
            nota: justification.note,
            nombre: justification.person,
            facturas: waived
                .numbers
                .into_iter()
                .map(|(caja, desde, hasta)| JustifiedNumbers { caja, desde, hasta })
                .collect(),
            registrada_en: registered_at,
            registrada_en_local: zone.to_datetime(registered_at),
        }
    }
}

fn numbers_in(holes: &[NumberHole], branch: &Branch, span: Interval<Timestamp>) -> Vec<RegisterNumbers> {
    let own = holes.iter().filter(|hole| number_holes::span_of(hole, &branch.zone) == Some(span));
    own.map(|hole| (hole.register.clone(), hole.from, hole.to)).collect()
}
