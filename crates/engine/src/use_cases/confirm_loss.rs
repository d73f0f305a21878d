//! A person confirms that lines which the source no longer has are gone.

use domain::RunMode;
use domain::decision::DecisionAction;
use domain::read_model::{ConfirmLossAnswer, ConfirmLossRequest};
use domain::window::{day_interval, readings};
use serde_json::json;
use texts::Language;
use warehouse::NewDecision;

use crate::engine::EnqueueReason;
use crate::period::date;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Has the losses in doubt of a store's day believed, and queues the day to be loaded again. What the source says by then is
    /// loaded where it is what was confirmed; another answer is a doubt of its own.
    pub async fn confirm_loss(
        &self,
        actor: &Actor,
        request: ConfirmLossRequest,
    ) -> Result<ConfirmLossAnswer, UseCaseError> {
        actor.may_operate()?;
        let branch = self.branches.require(&request.ubicacion_id)?;
        actor.may_operate_in(&branch)?;
        let day = date("fecha", &request.fecha)?;
        let interval = day_interval(day, &branch.zone).ok_or(UseCaseError::NothingToExtract)?;
        let local = readings(interval, &branch.zone).ok_or(UseCaseError::NothingToExtract)?;
        let decision = NewDecision {
            id: self.new_id(),
            at: self.clock.now(),
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::ConfirmLoss,
            object: format!("ventas {} {day}", branch.name),
            detail: json!({ "ubicacion_id": branch.id, "fecha": day.to_string() }).to_string(),
        };
        let (medias_horas, lineas) =
            self.warehouse.confirm_losses(branch.id.clone(), local, actor.name.clone(), decision).await?;
        if medias_horas == 0 {
            let mensaje = Language::Es.answer().no_doubt(day, &branch.name);
            return Ok(ConfirmLossAnswer { medias_horas, lineas, lote_id: None, mensaje });
        }
        let runs = vec![self.new_run(domain::EtlKind::Sales, &branch, interval, RunMode::Full)];
        let batch = self.new_batch("conciliacion", actor);
        let id = batch.id;
        let outcome = self.enqueue(self.lock_planning().await, batch, runs, EnqueueReason::Requested).await?;
        // A batch none of whose runs was queued is not stored: another run has the day already, and loads it.
        let lote_id = (!outcome.queued.is_empty()).then_some(id);
        let mensaje = Language::Es.answer().loss_confirmed(lineas, medias_horas, day, &branch.name);
        Ok(ConfirmLossAnswer { medias_horas, lineas, lote_id, mensaje })
    }
}
