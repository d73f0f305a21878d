//! A plan is started: its state, its batch and all of its runs change in one transaction, or nothing does.

use crate::database::params;
use domain::plan::{PlanAction, PlanState};

use super::{Decision, record, state_of};
use crate::instants::micros;
use crate::queue::{accept, insert_batch, insert_runs};
use crate::{NewBatch, NewRun, Result, RunRecord, Warehouse};

/// What came of starting a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartOutcome {
    /// Its runs wait, every one that was given and in that order.
    Started(Vec<RunRecord>),
    /// It was started before, or is not known; nothing was queued.
    NotProposed,
    /// A window of it is queued or in progress already; nothing was queued.
    InProgress,
}

impl Warehouse {
    /// Starts a plan that was shown, whose id is the batch's: all of its runs are queued, or none.
    pub async fn start_plan(&self, batch: NewBatch, runs: Vec<NewRun>, decision: Decision) -> Result<StartOutcome> {
        self.write("iniciar_plan", move |transaction| {
            let id = batch.id.to_string();
            let known = state_of(transaction, batch.id)?;
            if known.is_none_or(|state| state.after(PlanAction::Start).is_none()) {
                return Ok(StartOutcome::NotProposed);
            }
            let asked = runs.len();
            let (accepted, outcome) = accept(transaction, &batch, runs)?;
            if accepted.len() != asked || !outcome.in_progress.is_empty() {
                return Ok(StartOutcome::InProgress);
            }
            transaction.execute(
                "UPDATE planes SET estado = ?, iniciado_en = make_timestamptz(?::BIGINT), iniciado_por = ?
                 WHERE id = ?::UUID",
                params![PlanState::Running.as_str(), micros(decision.at), decision.actor, id],
            )?;
            insert_batch(transaction, &batch)?;
            insert_runs(transaction, &batch, &accepted)?;
            record(transaction, batch.id, &decision)?;
            Ok(StartOutcome::Started(accepted.into_iter().map(|(_, record)| record).collect()))
        })
        .await
    }
}
