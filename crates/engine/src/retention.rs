//! What is forgotten in time, each night: in small pieces, so that no half hour waits for it.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use warehouse::WarehouseError;

use crate::engine::Engine;
use crate::settings::RetentionSettings;

/// How much was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Forgotten {
    runs: usize,
    stock_changes: usize,
}

/// Forgets in a task of its own, after the night's comparison was queued.
pub(crate) fn begin(engine: &Engine, now: Timestamp) {
    let task = engine.clone();
    engine.spawn(async move {
        match AssertUnwindSafe(forget(&task, now)).catch_unwind().await {
            Ok(Ok(Forgotten { runs, stock_changes })) => {
                tracing::info!(runs, stock_changes, "what is kept no longer was deleted")
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "what is kept no longer could not be deleted; it is tried again the next night")
            }
            Err(_) => tracing::error!("deleting what is kept no longer panicked"),
        }
    });
}

async fn forget(engine: &Engine, now: Timestamp) -> Result<Forgotten, WarehouseError> {
    let RetentionSettings { firings_days, runs_days, stock_days, piece_rows } = engine.settings.retention;
    let warehouse = &engine.warehouse;
    if let Some(before) = days_before(now, firings_days) {
        warehouse.forget_firings(before).await?;
    }
    let mut forgotten = Forgotten::default();
    if let Some(before) = days_before(now, runs_days) {
        forgotten.runs = in_pieces(engine, piece_rows, || warehouse.forget_runs(before, piece_rows)).await?;
    }
    if let Some(before) = days_before(now, stock_days) {
        forgotten.stock_changes =
            in_pieces(engine, piece_rows, || warehouse.forget_stock_changes(before, piece_rows)).await?;
    }
    Ok(forgotten)
}

/// None for ever.
fn days_before(now: Timestamp, days: u32) -> Option<Timestamp> {
    now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok().filter(|_| days > 0)
}

/// Until a piece is smaller than it may be, or the engine stops. Other writes have their turn between two.
async fn in_pieces<Deleting>(
    engine: &Engine,
    piece_rows: usize,
    mut delete: impl FnMut() -> Deleting,
) -> Result<usize, WarehouseError>
where
    Deleting: Future<Output = Result<usize, WarehouseError>>,
{
    let stopping = engine.stopping.subscribe();
    let mut deleted = 0;
    while !*stopping.borrow() {
        let piece = delete().await?;
        deleted += piece;
        if piece < piece_rows {
            break;
        }
    }
    Ok(deleted)
}
