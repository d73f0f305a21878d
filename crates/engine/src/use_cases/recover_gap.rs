//! Recovering what is missing of a period: preview and start of a plan in one.

use domain::plan::{PlanHash, PlanOptions, PlanScope};
use domain::read_model::{PlanPeriod, RecoverGapAnswer, RecoverGapRequest, RunView};
use domain::{BatchId, Branch, EtlKind, RunId};
use monitoring::GapRecovery;
use texts::Language;

use crate::plans::request::{self, RequestLimits};
use crate::plans::{seal, start};
use crate::{Actor, Engine, UseCaseError};

/// Runs that a recovery found or made, by their identifiers.
#[derive(Default)]
struct Recovery {
    plan: Option<(BatchId, PlanHash)>,
    queued: Vec<RunId>,
    in_progress: Vec<RunId>,
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
        actor.may_operate_in(&branch)?;
        if !request.etl_tipo.is_recoverable() {
            return Err(UseCaseError::Unrecoverable);
        }
        let limits = RequestLimits::of(&self.settings, self.clock.now());
        let range = request::local_period(&branch, &period_of(&request), limits.days)?;
        let part = request::elapsed_part(&branch, range, limits.now).ok_or(UseCaseError::NothingToExtract)?;
        let recovery = self.queue_missing(actor, PlanScope { parts: vec![part] }).await?;
        announce(actor, &branch, &request, &recovery.queued);
        let ejecuciones = self.warehouse.run_views(recovery.queued).await?;
        let en_curso = self.warehouse.run_views(recovery.in_progress).await?;
        let mensaje = message(&ejecuciones, &en_curso);
        let (lote_id, plan_hash) = recovery.plan.unzip();
        Ok(RecoverGapAnswer { lote_id, plan_hash, ejecuciones, en_curso, mensaje })
    }

    async fn queue_missing(&self, actor: &Actor, scope: PlanScope) -> Result<Recovery, UseCaseError> {
        let planning = self.lock_planning().await;
        let sealed = seal::seal(&self.evidence_reader(), EtlKind::Sales, &scope, PlanOptions::default()).await?;
        if sealed.plan.windows().is_empty() {
            return Ok(Recovery { in_progress: sealed.in_progress, ..Recovery::default() });
        }
        let known = start::propose(self, actor, sealed.plan.clone(), false).await?;
        let queued = start::start(self, planning, actor, &known, &sealed.plan).await?;
        Ok(Recovery {
            plan: Some((known.id, known.hash)),
            queued: queued.iter().map(|run| run.id).collect(),
            in_progress: sealed.in_progress,
        })
    }
}

fn period_of(request: &RecoverGapRequest) -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: Some(request.ubicacion_id.clone()),
        fecha_desde: request.fecha_desde.clone(),
        fecha_hasta: Some(request.fecha_hasta.clone()),
        hora_desde: request.hora_desde.clone(),
        hora_hasta: request.hora_hasta.clone(),
    }
}

/// Notifies the team of what was asked for, by whom, and what it queued.
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
        // Who it was, the database knows; the name of a person does not leave.
        requested_by: actor.origin.as_str(),
        runs,
        caused_by: None,
    }
    .apply();
}

fn message(queued: &[RunView], in_progress: &[RunView]) -> String {
    let texts = Language::Es.answer();
    let windows = |count: usize| if count == 1 { texts.window().to_owned() } else { texts.windows(count) };
    match (queued.len(), in_progress.len()) {
        (0, 0) => texts.nothing_missing().to_owned(),
        (0, work) => texts.already_in_progress(windows(work)),
        (new, 0) => texts.queued(windows(new)),
        (new, work) => texts.queued_and_in_progress(windows(new), windows(work)),
    }
}
