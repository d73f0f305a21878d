//! Recovering what is missing of a period.

use domain::filter::InvalidParameter;
use domain::gap::GapEvidence;
use domain::read_model::{RecoverGapAnswer, RecoverGapRequest, RunView};
use domain::recovery::windows_to_recover;
use domain::window::half_hour_floor;
use domain::{BatchId, Branch, EtlKind, Interval, RunId, RunMode};
use jiff::Timestamp;
use monitoring::GapRecovery;
use warehouse::RunRecord;

use super::period::{check_days, date, end_time, period, start_time};
use crate::{Actor, Engine, UseCaseError, gaps};

/// Runs that a recovery found or made, by their identifiers.
#[derive(Default)]
struct Recovery {
    batch: Option<BatchId>,
    queued: Vec<RunId>,
    in_work: Vec<RunId>,
}

impl Engine {
    /// Queues the half hours that are missing of a period, each once whoever asks, and names the runs that are at it
    /// already. What has not ended yet is not missing.
    pub async fn recover_gap(
        &self,
        actor: &Actor,
        request: RecoverGapRequest,
    ) -> Result<RecoverGapAnswer, UseCaseError> {
        actor.may_operate()?;
        let branch = self.branches.require(&request.ubicacion_id)?;
        if request.etl_tipo == EtlKind::Inventory {
            return Err(UseCaseError::Unrecoverable);
        }
        let range = self.recovery_period(branch, &request)?;
        if range.start() >= half_hour_floor(self.clock.now(), &branch.zone) {
            return Err(UseCaseError::NothingToExtract);
        }
        let recovery = self.queue_missing(actor, branch, range).await?;
        announce(actor, branch, &request, &recovery.queued);
        let ejecuciones = self.warehouse.run_views(recovery.queued).await?;
        let en_curso = self.warehouse.run_views(recovery.in_work).await?;
        let mensaje = message(&ejecuciones, &en_curso);
        Ok(RecoverGapAnswer { lote_id: recovery.batch, ejecuciones, en_curso, mensaje })
    }

    async fn queue_missing(
        &self,
        actor: &Actor,
        branch: &Branch,
        range: Interval<Timestamp>,
    ) -> Result<Recovery, UseCaseError> {
        let planning = self.plan().await;
        let evidence = gaps::evidence(self, EtlKind::Sales, &[branch], range, self.clock.now()).await?;
        let mut recovery = Recovery::default();
        let mut runs = Vec::new();
        for (branch, evidence) in &evidence.by_branch {
            recovery.in_work.extend(at_it(evidence));
            let windows = windows_to_recover(&branch.id, EtlKind::Sales, range, evidence, &branch.zone);
            runs.extend(
                windows
                    .into_iter()
                    .map(|window| self.new_run(EtlKind::Sales, branch, window.interval, RunMode::Recovery)),
            );
        }
        if !runs.is_empty() {
            let answer = self.queue_batch(planning, "recuperacion", actor, runs).await?;
            recovery.batch = answer.batch;
            recovery.queued = answer.queued.iter().map(id_of).collect();
            recovery.in_work.extend(answer.in_work.iter().map(id_of));
        }
        recovery.in_work.sort_unstable();
        recovery.in_work.dedup();
        Ok(recovery)
    }

    /// The asked period as instants of the branch's clock.
    fn recovery_period(
        &self,
        branch: &Branch,
        request: &RecoverGapRequest,
    ) -> Result<Interval<Timestamp>, InvalidParameter> {
        let (from, to) = (date("fecha_desde", &request.fecha_desde)?, date("fecha_hasta", &request.fecha_hasta)?);
        check_days(from, to, self.settings.recovery_days_max)?;
        let time_from = start_time("hora_desde", request.hora_desde.as_deref())?;
        let time_to = end_time("hora_hasta", request.hora_hasta.as_deref())?;
        period(branch, (from, time_from), (to, time_to))
    }
}

/// Runs that have missing windows waiting or in work, by whoever asked for them.
fn at_it(evidence: &GapEvidence) -> Vec<RunId> {
    let missing = evidence.missing();
    let unfinished = evidence.attempts.iter().filter(|attempt| !attempt.state.is_final());
    unfinished.filter(|attempt| missing.overlaps(&attempt.interval)).map(|attempt| attempt.run).collect()
}

/// Tells the team what was asked for, by whom, and what it queued.
fn announce(actor: &Actor, branch: &Branch, request: &RecoverGapRequest, runs: &[RunId]) {
    let moment = |date: &str, time: Option<&str>, default: &str| format!("{date} {}", time.unwrap_or(default));
    let from = moment(&request.fecha_desde, request.hora_desde.as_deref(), "00:00");
    let to = moment(&request.fecha_hasta, request.hora_hasta.as_deref(), "24:00");
    GapRecovery {
        kind: request.etl_tipo,
        branch: &branch.id,
        from: &from,
        to: &to,
        windows: runs.len(),
        requested_by: &actor.name,
        runs,
        caused_by: None,
    }
    .apply();
}

fn id_of(record: &RunRecord) -> RunId {
    record.id
}

fn message(queued: &[RunView], in_work: &[RunView]) -> String {
    let windows = |count: usize| if count == 1 { "1 ventana".to_owned() } else { format!("{count} ventanas") };
    match (queued.len(), in_work.len()) {
        (0, 0) => "No falta nada en ese período.".to_owned(),
        (0, work) => format!("Ya hay {} de ese período en curso.", windows(work)),
        (new, 0) => format!("{} en cola.", windows(new)),
        (new, work) => format!("{} en cola; {} ya en curso.", windows(new), windows(work)),
    }
}
