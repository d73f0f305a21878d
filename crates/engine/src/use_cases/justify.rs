//! Justifying what is missing and will stay so, and taking that back.

use domain::decision::DecisionAction;
use domain::gap::GapClass;
use domain::justification::{Justification, NotJustifiable, justifiable};
use domain::read_model::{JustifyAnswer, JustifyRequest, PlanPeriod, WithdrawAnswer, WithdrawRequest};
use domain::window::{LocalPeriod, day_spans};
use domain::{Branch, EtlKind, Interval, IntervalSet};
use jiff::Timestamp;
use serde_json::json;
use texts::Language;
use warehouse::{NewDecision, NewWaiver, WaiverFilter};

use crate::engine::run_detached;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::planning::Planning;
use crate::plans::request::{RequestLimits, local_period};
use crate::{Actor, Engine, Unjustifiable, UseCaseError};

impl Engine {
    /// Gives up what is missing of a period, with a reason. What was given up before is named and not given up twice.
    pub async fn justify(&self, actor: &Actor, request: JustifyRequest) -> Result<JustifyAnswer, UseCaseError> {
        actor.may_operate()?;
        let branch = self.branches.require(&request.ubicacion_id)?;
        actor.may_operate_in(&branch)?;
        let written_max = self.settings.written_characters_max;
        let justification = Justification::read(request.motivo, request.nota.as_deref(), &actor.name, written_max)?;
        let limits = RequestLimits::of(&self.settings, self.clock.now());
        let range = local_period(&branch, &period_of(&request), limits.days)?;
        if request.clase == GapClass::Sequence {
            return self.justify_numbers(actor, &branch, range, request.etl_tipo, justification).await;
        }

        // Held until it is stored: of two who ask at once, the second sees what the first gave up.
        let planning = self.lock_planning().await;
        let now = self.clock.now();
        let settled = now.checked_sub(self.settings.gap_grace).unwrap_or(now);
        let evidence = self
            .evidence(EvidenceRequest::current(
                request.etl_tipo,
                std::slice::from_ref(&branch),
                range,
                settled,
                EvidenceScope::Everything,
            ))
            .await?;
        let mut given_up = IntervalSet::empty();
        for (branch, evidence) in &evidence.by_branch {
            given_up = justifiable(range, evidence).map_err(|why| refusal(why, branch))?;
        }
        let spans = day_spans(&given_up, &branch.zone);
        if !spans.is_empty() {
            let decided = self.justifying((actor, now), request.etl_tipo, &branch, &justification, &spans);
            self.give_up(planning, vec![decided], justification).await?;
        }

        let filter = WaiverFilter { kind: Some(request.etl_tipo), branch: Some(branch.id.clone()), range };
        let justificaciones =
            self.warehouse.waivers(filter).await?.into_iter().map(|waiver| self.justification_view(waiver)).collect();
        let windows: u32 = spans.iter().map(|(_, windows)| *windows).sum();
        let texts = Language::Es.answer();
        let mensaje = match windows {
            0 => texts.justified_already().to_owned(),
            1 => texts.justified_one().to_owned(),
            many => texts.justified(many),
        };
        Ok(JustifyAnswer { justificaciones, ya_estaba: windows == 0, mensaje })
    }

    /// Takes a justification back: what it gave up is missing again.
    pub async fn withdraw_justification(
        &self,
        actor: &Actor,
        request: WithdrawRequest,
    ) -> Result<WithdrawAnswer, UseCaseError> {
        actor.may_operate()?;
        let justificacion = match self.warehouse.waiver(request.id).await? {
            Some(waiver) => self.justification_view(waiver),
            None => {
                let waiver = self.warehouse.number_waiver(request.id).await?;
                self.number_justification_view(waiver.ok_or(UseCaseError::UnknownJustification)?)
            }
        };
        match self.branches.find(&justificacion.ubicacion_id) {
            Some(branch) => actor.may_operate_in(&branch)?,
            // A store that is not watched any more is nobody's in particular.
            None => actor.may_operate_everywhere()?,
        }
        let decision = NewDecision {
            id: self.new_id(),
            at: self.clock.now(),
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::WithdrawJustification,
            object: format!(
                "{} {} {} {}-{}",
                match justificacion.clase {
                    GapClass::Coverage => justificacion.etl_tipo.as_str(),
                    GapClass::Sequence => GapClass::Sequence.as_str(),
                },
                justificacion.ubicacion_nombre,
                justificacion.fecha_desde,
                justificacion.hora_desde,
                justificacion.hora_hasta
            ),
            detail: json!({
                "ubicacion_id": justificacion.ubicacion_id,
                "justificacion_id": justificacion.id,
                "motivo": justificacion.motivo,
                "ventanas": justificacion.ventanas,
            })
            .to_string(),
        };
        let is_withdrawn = match justificacion.clase {
            GapClass::Coverage => self.warehouse.withdraw_waiver(request.id, decision).await?,
            GapClass::Sequence => self.warehouse.withdraw_number_waiver(request.id, decision).await?,
        };
        if !is_withdrawn {
            return Err(UseCaseError::AlreadyWithdrawn);
        }
        self.events.gaps_changed();
        let numbers: u64 = justificacion.facturas.iter().map(|numbers| numbers.hasta - numbers.desde + 1).sum();
        let texts = Language::Es.answer();
        let mensaje = match (justificacion.ventanas, numbers) {
            (_, 1) => texts.withdrawn_number().to_owned(),
            (_, many @ 2..) => texts.withdrawn_numbers(many),
            (1, 0) => texts.withdrawn_one().to_owned(),
            (many, 0) => texts.withdrawn(many),
        };
        Ok(WithdrawAnswer { justificacion, mensaje })
    }

    /// Stores what was decided, also if the caller leaves meanwhile.
    pub(super) async fn give_up(
        &self,
        planning: Planning,
        decided: Vec<(Vec<NewWaiver>, NewDecision)>,
        justification: Justification,
    ) -> Result<(), UseCaseError> {
        let engine = self.clone();
        run_detached(async move {
            engine.warehouse.waive(decided, justification).await?;
            engine.events.gaps_changed();
            drop(planning);
            Ok(())
        })
        .await
    }

    /// The decision about a store's half hours, with one justification a day: one day can be taken back without the
    /// others.
    pub(super) fn justifying(
        &self,
        (actor, at): (&Actor, Timestamp),
        kind: EtlKind,
        branch: &Branch,
        justification: &Justification,
        spans: &[(Interval<Timestamp>, u32)],
    ) -> (Vec<NewWaiver>, NewDecision) {
        let waiver = |interval| NewWaiver { id: self.new_id(), kind, branch: branch.id.clone(), interval };
        let waivers: Vec<NewWaiver> = spans.iter().map(|(span, _)| waiver(*span)).collect();
        let windows: u32 = spans.iter().map(|(_, windows)| *windows).sum();
        let ids: Vec<_> = waivers.iter().map(|waiver| waiver.id).collect();
        let decision = NewDecision {
            id: self.new_id(),
            at,
            actor: justification.person.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::Justify,
            object: object_of(kind, branch, spans),
            detail: json!({
                "ubicacion_id": branch.id,
                "motivo": justification.reason,
                "nota": justification.note,
                "ventanas": windows,
                "justificaciones": ids,
            })
            .to_string(),
        };
        (waivers, decision)
    }
}

fn period_of(request: &JustifyRequest) -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: Some(request.ubicacion_id.clone()),
        fecha_desde: request.fecha_desde.clone(),
        fecha_hasta: Some(request.fecha_hasta.clone()),
        hora_desde: request.hora_desde.clone(),
        hora_hasta: request.hora_hasta.clone(),
    }
}

/// What was given up, for people: from the first window up to the last.
fn object_of(kind: EtlKind, branch: &Branch, spans: &[(Interval<Timestamp>, u32)]) -> String {
    let (Some((first, _)), Some((last, _))) = (spans.first(), spans.last()) else { return branch.name.clone() };
    let (first, last) = (LocalPeriod::of(*first, &branch.zone), LocalPeriod::of(*last, &branch.zone));
    let until =
        if first.date_from == last.date_to { last.to_text() } else { format!("{} {}", last.date_to, last.to_text()) };
    format!("{kind} {} {} {}-{until}", branch.name, first.date_from, first.from_text())
}

pub(super) fn refusal(why: NotJustifiable, branch: &Branch) -> UseCaseError {
    let local = |part| LocalPeriod::of(part, &branch.zone);
    UseCaseError::NotJustifiable(match why {
        NotJustifiable::NotExpected => Unjustifiable::NothingExpected,
        NotJustifiable::Covered(part) => Unjustifiable::Loaded(local(part)),
        NotJustifiable::InProgress(part) => Unjustifiable::InProgress(local(part)),
    })
}
