//! One batch: how far it is, its runs, and waiting for its end. For the command that queued it in this process: no page and no
//! endpoint asks, so there is nobody to check.

use std::time::Duration;

use domain::BatchId;
use domain::read_model::{BatchProgress, RunView};
use tokio::sync::broadcast::error::RecvError;

use super::progress::view;
use crate::{Engine, UseCaseError};

/// How often a batch is looked at without having heard of a change.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

impl Engine {
    /// How far a batch is.
    pub async fn batch(&self, batch: BatchId) -> Result<BatchProgress, UseCaseError> {
        let counts = self.warehouse.batch(batch).await?.ok_or(UseCaseError::UnknownBatch)?;
        if counts.ended_at.is_some() {
            self.answers.tell_end();
        }
        Ok(view(counts, self.clock.now()))
    }

    /// The runs of a batch, by store and window.
    pub async fn batch_runs(&self, batch: BatchId) -> Result<Vec<RunView>, UseCaseError> {
        Ok(self.warehouse.batch_runs(batch).await?)
    }

    /// Waits until every run of a batch has ended.
    pub async fn wait_for_batch(&self, batch: BatchId) -> Result<BatchProgress, UseCaseError> {
        let mut events = self.events();
        loop {
            let progress = self.batch(batch).await?;
            if progress.terminado_en.is_some() {
                return Ok(progress);
            }
            tokio::select! {
                // Having missed some is as good as having heard one.
                heard = events.recv() => if matches!(heard, Err(RecvError::Closed)) { return Err(UseCaseError::ShuttingDown) },
                // An end that was stored after its event was heard.
                () = tokio::time::sleep(LOOK_INTERVAL) => {}
            }
        }
    }
}
