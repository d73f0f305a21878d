//! What the source changes later: it is kept before it is loaded, and of a closed day it is an alarm.

use domain::RunMode;
use domain::later_change::{Answered, by_half_hour};
use domain::sale::SaleLine;
use monitoring::SourceChange;
use warehouse::{Receipt, SalesWindow, WarehouseError};

use super::Job;

/// What an answer says of its window, beside its lines.
#[derive(Clone, Copy)]
pub(super) struct Announcement {
    /// Lines that it announced.
    pub(super) announced: u64,
    /// Distinct lines that came.
    pub(super) received: u64,
    /// Whether lines at the very end of the window are not among them.
    pub(super) is_of_window_only: bool,
}

/// Keeps what differs from what is loaded, so that it is a gap also where the load fails or is killed. A live window is of
/// time that nobody had before.
pub(super) async fn note(job: &Job<'_>, window: &SalesWindow, answer: Announcement, lines: &[SaleLine]) {
    if job.record.mode == RunMode::Incremental {
        return;
    }
    // The load itself goes on: where it succeeds, nothing is lost.
    if let Err(error) = compare(job, window, answer, lines).await {
        tracing::warn!(run = %job.record.id, %error, "whether the source changed what is loaded could not be kept");
    }
}

async fn compare(
    job: &Job<'_>,
    window: &SalesWindow,
    answer: Announcement,
    lines: &[SaleLine],
) -> Result<(), WarehouseError> {
    let warehouse = &job.engine.warehouse;
    let branch = &window.branch;
    let mut known = warehouse.sales_history(vec![branch.clone()], window.interval, window.local).await?;
    let Some(known) = known.remove(branch).filter(|known| !known.covered.is_empty()) else { return Ok(()) };
    let answered = Answered {
        window: window.interval,
        announced: answer.announced,
        received: answer.received,
        is_of_window_only: answer.is_of_window_only,
        half_hours: &by_half_hour(lines),
    };
    let differences = answered.differences(&known, &job.branch.zone);
    if differences.is_empty() {
        return Ok(());
    }
    tracing::info!(run = %job.record.id, half_hours = differences.len(), "the source has something else than is loaded");
    warehouse.note_later_changes(job.record.id, branch.clone(), differences, job.engine.clock.now()).await
}

/// Tells the team where a run found that the source changed a day that was over. The rows are committed already, so
/// nothing that fails here fails the run.
pub(super) async fn alarm(job: &Job<'_>, receipt: &Receipt) {
    let is_same = receipt.added + receipt.changed + receipt.removed == 0;
    // Live windows and recoveries load what was not there; only what is loaded again can have changed.
    if is_same || job.record.mode != RunMode::Full {
        return;
    }
    let found = match job.engine.warehouse.reconciliation(job.record.id).await {
        Ok(Some(found)) if found.is_day_over && found.difference.lines() > 0 => found,
        Ok(_) => return,
        Err(error) => {
            tracing::warn!(run = %job.record.id, %error, "whether the source changed a closed day could not be read");
            return;
        }
    };
    let difference = found.difference;
    tracing::warn!(branch = %found.branch, date = %found.date, lines = difference.lines(), "the source changed a closed day");
    job.engine.monitoring.source_changed(&SourceChange {
        branch: &found.branch,
        date: &found.date.to_string(),
        run: &job.record.id.to_string(),
        added: difference.added,
        changed: difference.changed,
        removed: difference.removed,
        usd: &difference.usd().to_string(),
        bs: &difference.bs().to_string(),
    });
}
