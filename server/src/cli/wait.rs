//! Waits for batches, and shows meanwhile how far they are.

use std::time::{Duration, Instant};

use domain::BatchId;
use domain::read_model::BatchProgress;

use super::target::Target;
use crate::failure::Failure;
use crate::output::progress::{Figures, ProgressDisplay};
use crate::runtime;

/// How often progress is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(300);

/// Waits until every batch has ended. Asked to stop, it ends with a failure; what is queued stays queued.
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
