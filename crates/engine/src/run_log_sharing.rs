//! Where processes share a database, what the runs of one do is stored for a while, for those that do not do them.

use std::time::Duration;

use domain::RunId;

use crate::engine::Engine;

/// How often other processes hear what runs of this one do.
const SHARED_EVERY: Duration = Duration::from_millis(250);

/// Has other processes hear what runs of this one do, until the engine stops. How a run ends after that is in its row.
pub(crate) async fn keep_shared(engine: Engine) {
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(SHARED_EVERY) => false,
            () = engine.stopped() => true,
        };
        let unheard = engine.run_logs.take_unheard();
        let runs: Vec<RunId> = unheard.iter().map(|(run, _)| *run).collect();
        if let Err(error) = engine.warehouse.keep_run_steps(unheard).await {
            tracing::debug!(%error, "other processes do not hear yet what runs do");
            runs.into_iter().for_each(|run| engine.run_logs.share(run));
        }
        if is_last {
            return;
        }
    }
}
