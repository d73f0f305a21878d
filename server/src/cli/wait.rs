//! Waits for batches, and shows meanwhile how far they are.

use std::time::{Duration, Instant};

use domain::BatchId;
use domain::plan::PlanState;
use domain::read_model::{BatchProgress, PlanInProgress};

use super::target::Target;
use crate::failure::Failure;
use crate::output::progress::{Figures, ProgressDisplay};
use crate::runtime;

/// How often progress is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(300);

/// What is said of a plan that waits for somebody, where nothing else is going on.
fn held(progress: &[BatchProgress]) -> Option<String> {
    let mut waiting = progress.iter().filter(|batch| batch.terminado_en.is_none()).map(|batch| batch.plan.as_ref());
    let is_held = |plan: &PlanInProgress| matches!(plan.estado, PlanState::Stopped | PlanState::Paused);
    let plan = waiting.next()?.filter(|plan| is_held(plan))?;
    if !waiting.all(|plan| plan.is_some_and(is_held)) {
        return None;
    }
    let reason = plan.motivo.as_deref().unwrap_or_default();
    Some(if plan.estado == PlanState::Stopped {
        format!("el plan se detuvo: {reason} Para seguir: klk recuperar --plan {}", plan.hash.short())
    } else {
        format!("el plan {} está en pausa: nada de él empieza hasta que alguien lo reanude", plan.hash.short())
    })
}

/// Waits until every batch has ended, or only waits for somebody. Asked to stop, it ends with a failure; what is queued stays queued.
pub async fn for_batches(target: &Target, batches: &[BatchId], is_json: bool) -> Result<Vec<BatchProgress>, Failure> {
    let mut display = ProgressDisplay::new(is_json);
    let stop = runtime::stop_signal();
    tokio::pin!(stop);
    loop {
        let progress = target.progress(batches).await?;
        let figures = Figures::of(&progress);
        if progress.iter().all(|batch| batch.terminado_en.is_some()) {
            display.finish(&figures);
            return Ok(progress);
        }
        if let Some(held) = held(&progress) {
            display.finish(&figures);
            return Err(Failure::Incomplete(held));
        }
        display.update(&figures, Instant::now());
        tokio::select! {
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
            () = &mut stop => {
                display.finish(&figures);
                return Err(Failure::Incomplete("detenido antes de terminar; lo que falta queda en cola".to_owned()));
            }
        }
    }
}
