//! An answer that would take away a good part of what is loaded is not believed at once: the lines stay, the window is a gap,
//! and the answer is asked for again.

use domain::RunMode;
use domain::loss::{doubtful, is_believed, keys_of};
use domain::sale::SaleLine;
use warehouse::{SalesWindow, StockSnapshot, WarehouseError};

use super::{Job, messages};

/// Why an answer is not loaded, in Spanish; none where it may be.
pub(super) async fn of(
    job: &Job<'_>,
    window: &SalesWindow,
    lines: &[SaleLine],
) -> Result<Option<String>, WarehouseError> {
    // Nobody had a live window before, unless it is tried again.
    if job.record.mode == RunMode::Incremental && job.record.attempt == 1 {
        return Ok(None);
    }
    let warehouse = &job.engine.warehouse;
    let loaded = warehouse.loaded_lines(window.clone()).await?;
    if loaded.is_empty() {
        return Ok(None);
    }
    let (now, limits) = (job.engine.clock.now(), job.engine.settings.loss_limits);
    let losses = doubtful(&loaded, &keys_of(lines), limits);
    if losses.is_empty() || is_believed(&losses, &warehouse.doubted_losses(window.clone()).await?, now, limits) {
        return Ok(None);
    }
    let gone: u64 = losses.iter().map(|loss| loss.gone).sum();
    tracing::warn!(run = %job.record.id, branch = %window.branch, gone, loaded = loaded.len(), "an answer would take lines away");
    warehouse.doubt(job.record.id, window.clone(), losses, now).await?;
    Ok(Some(messages::would_lose(gone, loaded.len() as u64, limits.pause)))
}

/// Why a snapshot is not taken, in Spanish; none where it may be.
pub(super) async fn of_stock(job: &Job<'_>, snapshot: &StockSnapshot) -> Result<Option<String>, WarehouseError> {
    let warehouse = &job.engine.warehouse;
    let (now, limits) = (job.engine.clock.now(), job.engine.settings.loss_limits);
    let mut said = None;
    for known in warehouse.last_snapshots(snapshot.branch.clone()).await? {
        let Some(taken) = snapshot.warehouses.iter().find(|taken| taken.code == known.warehouse) else { continue };
        let (before, articles) = (known.articles, taken.articles.len() as u64);
        if !limits.is_doubtful(before, articles) {
            continue;
        }
        // About as many as were doubted: stock goes on changing meanwhile.
        let since = known
            .doubted
            .filter(|(doubted, _)| !limits.is_doubtful(*doubted, articles) && !limits.is_doubtful(articles, *doubted));
        match since {
            Some((_, since)) if now.duration_since(since) >= limits.pause => continue,
            Some(_) => {}
            None => warehouse.doubt_snapshot(snapshot.branch.clone(), known.warehouse.clone(), articles, now).await?,
        }
        said = Some(messages::would_empty(&known.warehouse, before, articles, limits.pause));
    }
    Ok(said)
}
