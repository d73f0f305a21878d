//! A closed day that changes at the source is an alarm.

use domain::RunMode;
use monitoring::SourceChange;
use warehouse::Receipt;

use super::Job;

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
