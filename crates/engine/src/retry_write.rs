//! Small writes that a run cannot do without: tried again while the database refuses, as it does on a full disk.

use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use tokio::sync::watch;
use warehouse::WarehouseError;

/// How a write that the database refuses is tried again.
pub(crate) struct WriteRetries {
    /// Times after the first one.
    pub(crate) retries: u32,
    /// Between two of them.
    pub(crate) pause: Duration,
    /// True once nothing new may start: nothing is tried again from there on.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl WriteRetries {
    /// Writes until the database takes it, cannot ever take it, has refused as often as the settings allow, or the engine
    /// stops. A run whose start or end is not stored would be taken for running until the next start.
    pub(crate) async fn write<T, Writing>(self, write: impl FnMut() -> Writing) -> Result<T, WarehouseError>
    where
        Writing: Future<Output = Result<T, WarehouseError>>,
    {
        let Self { retries, pause, stopping } = self;
        let policy =
            ConstantBuilder::new().with_delay(pause).with_max_times(usize::try_from(retries).unwrap_or(usize::MAX));
        let may_pass = |error: &WarehouseError| {
            let passes =
                matches!(error, WarehouseError::Statement(_) | WarehouseError::Away(_) | WarehouseError::Panicked);
            passes && !*stopping.borrow()
        };
        let waiting = stopping.clone();
        let sleep = move |pause| {
            let mut stopping = waiting.clone();
            async move {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    // One last time: the disk may have room again.
                    _ = stopping.changed() => {}
                }
            }
        };
        write
            .retry(policy)
            .sleep(sleep)
            .when(may_pass)
            .notify(|error, _| tracing::warn!(%error, "a write is retried"))
            .await
    }

    /// The same of a commit, which is tried again only where the server did not answer: what it refuses is wrong with the lines,
    /// or a disk that is full for longer than a worker should wait.
    pub(crate) async fn commit<T, Writing>(self, mut commit: impl FnMut() -> Writing) -> Result<T, WarehouseError>
    where
        Writing: Future<Output = Result<T, WarehouseError>>,
    {
        match commit().await {
            Err(WarehouseError::Away(error)) => {
                tracing::warn!(%error, "a commit waits for the database");
                self.write(commit).await
            }
            outcome => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn thrice(stopping: watch::Receiver<bool>) -> WriteRetries {
        WriteRetries { retries: 3, pause: Duration::from_millis(1), stopping }
    }

    /// How often a write was tried that is refused so often.
    async fn tries(refusals: u32, stopping: bool, error: fn() -> WarehouseError) -> (bool, u32) {
        let (sender, receiver) = watch::channel(stopping);
        let mut tried = 0;
        let write = || {
            tried += 1;
            std::future::ready(if tried > refusals { Ok(()) } else { Err(error()) })
        };
        let written = thrice(receiver).write(write).await;
        drop(sender);
        (written.is_ok(), tried)
    }

    #[rstest]
    #[case::taken_at_once(0, false, (true, 1))]
    #[case::taken_in_the_end(3, false, (true, 4))]
    #[case::never_taken(9, false, (false, 4))]
    #[case::while_the_engine_stops(1, true, (false, 1))]
    #[tokio::test]
    async fn a_refused_write_is_tried_again_a_few_times(
        #[case] refusals: u32,
        #[case] stopping: bool,
        #[case] outcome: (bool, u32),
    ) {
        assert_eq!(tries(refusals, stopping, || WarehouseError::Panicked).await, outcome);
    }

    #[tokio::test]
    async fn what_can_never_be_written_is_not_tried_again() {
        assert_eq!(tries(1, false, || WarehouseError::Closed).await, (false, 1));
    }

    #[tokio::test]
    async fn a_commit_that_is_refused_is_not_tried_again() {
        let (_sender, receiver) = watch::channel(false);
        let mut tried = 0;
        let commit = || {
            tried += 1;
            std::future::ready(Err::<(), _>(WarehouseError::Panicked))
        };
        assert!(thrice(receiver).commit(commit).await.is_err());
        assert_eq!(tried, 1);
    }
}
