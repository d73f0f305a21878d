//! Comparing a day with the source because somebody asks.

use std::sync::Arc;

use domain::decision::DecisionAction;
use domain::read_model::{ReconcileAnswer, ReconcileRequest};
use domain::window::{day_interval, half_hours};
use domain::{Branch, EtlKind, Interval, RunMode};
use jiff::Timestamp;
use serde_json::json;
use texts::Language;
use warehouse::{NewBatch, NewDecision};

use crate::engine::EnqueueReason;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::period::date;
use crate::scheduler::around_what_is_in_progress;
use crate::{Actor, Engine, UseCaseError};

/// Why the batch is asked for. Not the schedule's own reason: its runs of today are counted by it.
const REASON: &str = "conciliacion";

impl Engine {
    /// Queues a day that is over to be loaded again and compared. Of a day that is in progress, the rest.
    pub async fn reconcile(&self, actor: &Actor, request: ReconcileRequest) -> Result<ReconcileAnswer, UseCaseError> {
        actor.may_operate()?;
        let branch = self.branches.require(&request.ubicacion_id)?;
        actor.may_operate_in(&branch)?;
        let day = date("fecha", &request.fecha)?;
        let now = self.clock.now();
        let interval = day_interval(day, &branch.zone)
            .filter(|interval| interval.end() <= now)
            .ok_or(UseCaseError::DayNotOver(day))?;

        let missing = self.missing_half_hours(&branch, interval, now).await?;
        let runs = vec![self.new_run(EtlKind::Sales, &branch, interval, RunMode::Full)];
        let decided = |batch: &NewBatch| NewDecision {
            id: self.new_id(),
            at: now,
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::Reconcile,
            object: format!("ventas {} {day}", branch.name),
            detail: json!({ "ubicacion_id": branch.id, "fecha": day.to_string(), "lote_id": batch.id }).to_string(),
        };
        let queue = async |runs| {
            let batch = self.new_batch(REASON, actor);
            let (id, why) = (batch.id, EnqueueReason::Decided(decided(&batch)));
            Ok::<_, UseCaseError>((id, self.enqueue(self.lock_planning().await, batch, runs, why).await?))
        };
        let (mut lote_id, mut outcome) = queue(runs.clone()).await?;
        let rest = around_what_is_in_progress(self, &runs, &outcome);
        if !rest.is_empty() {
            (lote_id, outcome) = queue(rest).await?;
        }
        let ejecuciones: Vec<_> = outcome.queued.iter().map(|run| run.id).collect();
        if ejecuciones.is_empty() {
            let mensaje = Language::Es.answer().day_in_progress(day, &branch.name);
            return Ok(ReconcileAnswer { lote_id: None, ejecuciones, mensaje });
        }
        let texts = Language::Es.answer();
        let also = match missing {
            0 => String::new(),
            1 => texts.half_hour_loaded_too().to_owned(),
            many => texts.half_hours_loaded_too(many),
        };
        let mensaje = texts.day_compared(day, &branch.name, also);
        Ok(ReconcileAnswer { lote_id: Some(lote_id), ejecuciones, mensaje })
    }

    /// Half hours that are missing: what is compared is loaded, and these with it.
    async fn missing_half_hours(
        &self,
        branch: &Arc<Branch>,
        day: Interval<Timestamp>,
        now: Timestamp,
    ) -> Result<usize, UseCaseError> {
        let evidence = self
            .evidence(EvidenceRequest::current(
                EtlKind::Sales,
                std::slice::from_ref(branch),
                day,
                now,
                EvidenceScope::MissingOnly,
            ))
            .await?;
        let missing = evidence.by_branch.iter().flat_map(|(branch, evidence)| {
            let missing = evidence.expected.difference(&evidence.covered).difference(&evidence.waived);
            missing.intervals().iter().map(|part| half_hours(*part, &branch.zone).len()).collect::<Vec<_>>()
        });
        Ok(missing.sum())
    }
}
