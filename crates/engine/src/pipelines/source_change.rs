//! What the source changes later: it is kept before it is loaded, and of a closed day it is an alarm.

use std::collections::{BTreeMap, HashSet};

use domain::later_change::{Answered, Difference, by_half_hour};
use domain::reconciliation::SourceDifference;
use domain::sale::SaleLine;
use domain::window::{HALF_HOUR, readings};
use domain::{Interval, RunMode};
use jiff::civil::Date;
use monitoring::{FoundChange, SourceChange};
use warehouse::{Receipt, SalesWindow, WarehouseError};

use super::job::Job;

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

/// What was seen to differ, and is not loaded yet.
#[must_use = "what is not loaded after all has to be reported"]
pub(super) struct Seen(Vec<Difference>);

/// Keeps what differs from what is loaded, so that it is a gap also where the load fails or is killed. A live window is of
/// time that nobody had before, unless it is doubted for what it would take away.
pub(super) async fn note(
    job: &Job<'_>,
    window: &SalesWindow,
    answer: Announcement,
    lines: &[SaleLine],
    is_doubted: bool,
) -> Seen {
    if job.record.mode == RunMode::Incremental && !is_doubted {
        return Seen(Vec::new());
    }
    // The load itself goes on: where it succeeds, nothing is lost.
    let seen = compare(job, window, answer, lines).await.unwrap_or_else(|error| {
        tracing::warn!(run = %job.record.id, %error, "whether the source changed what is loaded could not be kept");
        Vec::new()
    });
    Seen(seen)
}

async fn compare(
    job: &Job<'_>,
    window: &SalesWindow,
    answer: Announcement,
    lines: &[SaleLine],
) -> Result<Vec<Difference>, WarehouseError> {
    let warehouse = &job.engine.warehouse;
    let branch = &window.branch;
    let mut known = warehouse.sales_history(vec![branch.clone()], window.interval, window.local).await?;
    let Some(known) = known.remove(branch).filter(|known| !known.covered.is_empty()) else { return Ok(Vec::new()) };
    let answered = Answered {
        window: window.interval,
        announced: answer.announced,
        received: answer.received,
        is_of_window_only: answer.is_of_window_only,
        half_hours: &by_half_hour(lines),
    };
    let differences = answered.differences(&known, &job.branch.zone);
    if !differences.is_empty() {
        let half_hours = differences.len();
        tracing::info!(run = %job.record.id, half_hours, "the source has something else than is loaded");
        let (run, now) = (job.record.id, job.engine.clock.now());
        warehouse.note_later_changes(run, branch.clone(), differences.clone(), now).await?;
    }
    Ok(differences)
}

/// Lines at the very end of a window come with it and are of the next half hour. Where that one is loaded without them, it is a gap
/// until it is loaded again: the source may have moved them there, or got them late.
pub(super) async fn note_lines_at_end(job: &Job<'_>, window: &SalesWindow, lines: &[SaleLine]) {
    if lines.is_empty() {
        return;
    }
    if let Err(error) = note_missing_after(job, window, lines).await {
        tracing::warn!(run = %job.record.id, %error, "whether lines at the end of the window are loaded could not be looked up");
    }
}

async fn note_missing_after(job: &Job<'_>, window: &SalesWindow, lines: &[SaleLine]) -> Result<(), WarehouseError> {
    let (warehouse, branch, start) = (&job.engine.warehouse, &window.branch, window.interval.end());
    let next = start.checked_add(HALF_HOUR).ok().and_then(|end| Interval::new(start, end));
    let Some((half_hour, local)) = next.and_then(|next| Some((next, readings(next, &job.branch.zone)?))) else {
        return Ok(());
    };
    let mut known = warehouse.sales_history(vec![branch.clone()], half_hour, local).await?;
    if known.remove(branch).is_none_or(|known| !known.covered.covers(&half_hour)) {
        return Ok(());
    }
    let next = SalesWindow { branch: branch.clone(), interval: half_hour, local };
    let loaded: HashSet<_> =
        warehouse.loaded_lines(next).await?.into_iter().map(|known| (known.invoice, known.line)).collect();
    let is_missing = |line: &&SaleLine| !loaded.contains(&(line.numero_factura.to_string(), line.linea));
    let missing = lines.iter().filter(is_missing).count() as u64;
    if missing == 0 {
        return Ok(());
    }
    tracing::info!(run = %job.record.id, missing, "the half hour after the window has other lines now");
    let loaded = loaded.len() as u64;
    let difference = Difference { half_hour, measured: half_hour, loaded, announced: loaded + missing, usd: None };
    warehouse.note_later_changes(job.record.id, branch.clone(), vec![difference], job.engine.clock.now()).await
}

/// Notifies the team of days that were over, that differ, and that this run could not load: they are gaps.
pub(super) fn alarm_of_waiting(job: &Job<'_>, seen: &Seen) {
    let zone = &job.branch.zone;
    let today = zone.to_datetime(job.engine.clock.now()).date();
    let mut days: BTreeMap<Date, Vec<&Difference>> = BTreeMap::new();
    for difference in &seen.0 {
        days.entry(zone.to_datetime(difference.half_hour.start()).date()).or_default().push(difference);
    }
    for (date, differences) in days.into_iter().filter(|(date, _)| *date < today) {
        // A window that only says that it differs somewhere has its numbers once, and not for each of its half hours.
        let measured: BTreeMap<_, _> = differences.iter().map(|found| (found.measured.start(), *found)).collect();
        notify(
            job,
            date,
            FoundChange::Waiting {
                half_hours: differences.len() as u64,
                loaded: measured.values().map(|found| found.loaded).sum(),
                announced: measured.values().map(|found| found.announced).sum(),
            },
        );
    }
}

fn notify(job: &Job<'_>, date: Date, found: FoundChange<'_>) {
    job.engine.monitoring.source_changed(&SourceChange {
        branch: &job.branch.id,
        date: &date.to_string(),
        run: &job.record.id.to_string(),
        found,
    });
}

/// Notifies the team where a run found that the source changed a day that was over. The rows are committed already, so
/// nothing that fails here fails the run.
pub(super) async fn alarm(job: &Job<'_>, receipt: &Receipt) {
    let is_same = receipt.added + receipt.changed + receipt.removed == 0;
    // Live windows load what was not there; only what is loaded again can have changed.
    if is_same || job.record.mode == RunMode::Incremental {
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
    let (usd, bs) = (difference.usd().to_string(), difference.bs().to_string());
    let SourceDifference { added, changed, removed, .. } = difference;
    notify(job, found.date, FoundChange::Loaded { added, changed, removed, usd: &usd, bs: &bs });
}
