//! A plan is held, goes on, is taken back, or has ended.

use crate::database::{Connection, params};
use domain::plan::{PlanAction, PlanState, StopCause};
use domain::run_message::RunMessage;
use domain::{BatchId, BranchId, RunId};
use texts::{Language, run_message};

use super::{Decision, plans, record, state_of};
use crate::instants::{identified, micros};
use crate::literal::list;
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

    /// Takes back what waits of one store of a plan that goes on with the others, and gives those runs. None where nothing of other
    /// stores waits or is in progress, or the plan is held: nothing is done then.
    pub async fn skip_store(&self, plan: BatchId, branch: BranchId, decision: Decision) -> Result<Option<Vec<RunId>>> {
        self.write("omitir_tienda", move |transaction| {
            let is_running = state_of(transaction, plan)?.is_some_and(PlanState::lets_windows_start);
            let counts = waiting_of(transaction, plan, &branch)?;
            if !is_running || counts.of_others == 0 {
                return Ok(None);
            }
            if !counts.own.is_empty() {
                take_back(transaction, &counts.own, &decision)?;
                record(transaction, plan, &decision)?;
            }
            Ok(Some(counts.own))
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

/// What of a plan has not ended.
struct Unfinished {
    /// Runs of the store that wait.
    own: Vec<RunId>,
    /// Runs of other stores that wait or are in progress.
    of_others: u64,
}

fn waiting_of(connection: &Connection, plan: BatchId, branch: &BranchId) -> Result<Unfinished> {
    let mut statement = connection.prepare(
        "SELECT id::VARCHAR, ubicacion_id = ?, estado = 'en_cola' FROM etl_ejecuciones
         WHERE lote_id = ?::UUID AND estado IN ('en_cola', 'en_proceso') ORDER BY id",
    )?;
    let mut rows = statement.query(params![branch.as_str(), plan.to_string()])?;
    let mut unfinished = Unfinished { own: Vec::new(), of_others: 0 };
    while let Some(row) = rows.next()? {
        let (is_own, waits): (bool, bool) = (row.get(1)?, row.get(2)?);
        match (is_own, waits) {
            (true, true) => unfinished.own.push(identified("id", &row.get::<_, String>(0)?)?),
            (true, false) => {}
            (false, _) => unfinished.of_others += 1,
        }
    }
    Ok(unfinished)
}

fn take_back(connection: &Connection, runs: &[RunId], decision: &Decision) -> Result<()> {
    let failures = match &decision.cause {
        Some(StopCause::Branch { fallas, .. } | StopCause::Overall { fallas }) => *fallas,
        None => 0,
    };
    let message = RunMessage::StoreSkipped { fallas: failures };
    connection.execute(
        &format!(
            "UPDATE etl_ejecuciones SET estado = 'cancelado', fecha_fin = make_timestamptz(?::BIGINT), error_mensaje = ?,
                error_detalle = ?
             WHERE id IN ({}) AND estado = 'en_cola'",
            list(runs)
        ),
        params![micros(decision.at), run_message(Language::Es, &message), message.to_stored()],
    )?;
    Ok(())
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
