//! A plan is held, goes on, is taken back, or has ended.

use crate::database::{Connection, params};
use domain::BatchId;
use domain::plan::{PlanAction, PlanState};
use domain::run_message::RunMessage;
use texts::{Language, run_message};

use super::{Decision, plans, record, state_of};
use crate::instants::micros;
use crate::{Result, Warehouse};

/// What came of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanChange {
    /// Where the plan stood.
    pub before: PlanState,
    /// Where it stands.
    pub after: PlanState,
    /// Waiting runs that were taken back.
    pub cancelled: usize,
}

impl Warehouse {
    /// Does something to a plan that was started, where its state allows it; None where it does not, or where there is
    /// no such plan. What changes nothing is not recorded.
    pub async fn change_plan(&self, plan: BatchId, decision: Decision) -> Result<Option<PlanChange>> {
        self.write("cambiar_plan", move |transaction| {
            let Some(before) = state_of(transaction, plan)? else { return Ok(None) };
            let Some(after) = before.after(decision.action) else { return Ok(None) };
            let mut change = PlanChange { before, after, cancelled: 0 };
            if after != before {
                change.cancelled = apply(transaction, plan, after, &decision)?;
            }
            Ok(Some(change))
        })
        .await
    }

    /// Ends a plan none of whose runs is queued or in progress any more; says whether it ended now.
    pub async fn finish_plan(&self, plan: BatchId, decision: Decision) -> Result<bool> {
        self.write("terminar_plan", move |transaction| {
            let Some(known) = plans(transaction, "WHERE id = ?::UUID", params![plan.to_string()])?.pop() else {
                return Ok(false);
            };
            let is_over = known.counts.queued + known.counts.running == 0;
            let Some(after) = known.state.after(PlanAction::Finish).filter(|_| is_over) else { return Ok(false) };
            apply(transaction, plan, after, &decision)?;
            Ok(true)
        })
        .await
    }
}

/// Sets the state and records who did; a cancelled plan takes its waiting runs back in the same transaction.
fn apply(connection: &Connection, plan: BatchId, state: PlanState, decision: &Decision) -> Result<usize> {
    let ended_at = (!state.is_active()).then(|| micros(decision.at));
    let is_stopped = state == PlanState::Stopped;
    let reason = is_stopped.then(|| decision.sentence()).flatten();
    let cause = is_stopped.then(|| decision.stored_cause()).flatten();
    connection.execute(
        "UPDATE planes SET estado = ?, motivo = ?, causa = ?, terminado_en = make_timestamptz(?::BIGINT) WHERE id = ?::UUID",
        params![state.as_str(), reason, cause, ended_at, plan.to_string()],
    )?;
    record(connection, plan, decision)?;
    if state != PlanState::Cancelled {
        return Ok(0);
    }
    let message = RunMessage::CancelledBy { nombre: decision.actor.clone() };
    let sentence = run_message(Language::Es, &message);
    Ok(connection.execute(
        "UPDATE etl_ejecuciones SET estado = 'cancelado', fecha_fin = make_timestamptz(?::BIGINT), error_mensaje = ?,
            error_detalle = ?
         WHERE lote_id = ?::UUID AND estado = 'en_cola'",
        params![micros(decision.at), sentence, message.to_stored(), plan.to_string()],
    )?)
}
