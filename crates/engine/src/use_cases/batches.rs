//! One batch: how far it is, and its runs. For the command that queued it in this process: no page and no
//! endpoint asks, so there is nobody to check.

use domain::BatchId;
use domain::read_model::{BatchProgress, RunView};

use super::progress::view;
use crate::{Engine, UseCaseError};

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
}
