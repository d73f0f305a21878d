//! How far batches are.

use domain::plan::held_time;
use domain::read_model::{BatchProgress, PlanInProgress, Progress};
use jiff::{SignedDuration, Timestamp};
use warehouse::{BatchCounts, Subject};

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Batches in progress, and those that ended within the last minutes. What schedules queue is routine and left out.
    pub async fn progress(&self, actor: &Actor) -> Result<Progress, UseCaseError> {
        actor.may_watch()?;
        let question = Question::new("progress", &(), &[Subject::Runs, Subject::Plans]);
        self.cached(question, self.progress_now()).await
    }

    async fn progress_now(&self) -> Result<Progress, UseCaseError> {
        let now = self.clock.now();
        let since = now.checked_sub(self.settings.progress_shown).unwrap_or(now);
        let batches = self.warehouse.batches_since(since).await?;
        Ok(Progress { lotes: batches.into_iter().map(|batch| view(batch, now)).collect(), generado_en: now })
    }
}

/// A batch as it is shown. Rate and time left follow from what was done since its first run started.
pub(crate) fn view(batch: BatchCounts, now: Timestamp) -> BatchProgress {
    let until = batch.ended_at.unwrap_or(now);
    // While a plan is held nothing of it starts: that time says nothing of how fast it is.
    let held = batch.plan.as_ref().map_or(SignedDuration::ZERO, |plan| held_time(plan.actions.iter().copied(), until));
    let running = |since: Timestamp| (until.duration_since(since) - held).max(SignedDuration::ZERO);
    let seconds = batch.started_at.map_or(0.0, |start| running(start).as_secs_f64());
    let rate = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
    let left = batch.runs - batch.finished;
    // A plan that is held says nothing of when it will be done.
    let is_going_on = batch.plan.as_ref().is_none_or(|plan| plan.state.lets_windows_start());
    let windows_a_second = rate(batch.succeeded + batch.failed);
    BatchProgress {
        lote_id: batch.id,
        motivo: batch.reason,
        solicitado_por: batch.requested_by,
        ventanas: batch.runs,
        // What was taken back was not done.
        terminadas: batch.succeeded + batch.failed,
        exitosas: batch.succeeded,
        fallidas: batch.failed,
        lineas: batch.loaded,
        lineas_por_segundo: rate(batch.loaded).round(),
        segundos_restantes: (windows_a_second > 0.0 && is_going_on)
            .then(|| (left as f64 / windows_a_second).ceil() as u64),
        creado_en: batch.created_at,
        segundos_en_marcha: running(batch.created_at).as_secs_f64(),
        terminado_en: batch.ended_at,
        plan: batch.plan.map(|plan| PlanInProgress {
            hash: plan.hash,
            estado: plan.state,
            motivo: plan.reason,
            causa: plan.cause,
        }),
    }
}
