//! A line that the source has in two half hours at once. Each load would take it from the other half hour, which would be a gap
//! and take it back: the one whose response comes third is left pending, and says which line it is.

use std::collections::HashSet;

use domain::Interval;
use domain::loss::KnownLine;
use domain::run_message::RunMessage;
use domain::sale::SaleLine;
use domain::window::HALF_HOUR;
use warehouse::{LinesElsewhere, SalesWindow, WarehouseError};

use super::job::Job;

/// Why a response is not loaded as a whole some of whose lines another day has.
pub(super) fn of_other_day(job: &Job<'_>, elsewhere: LinesElsewhere) -> RunMessage {
    let LinesElsewhere { invoice: factura, line: linea, half_hour, lines: cantidad, is_confirmed } = elsewhere;
    tracing::warn!(run = %job.record.id, branch = %job.branch.id, lines = cantidad, is_confirmed, "lines are loaded in another day");
    if is_confirmed {
        RunMessage::LineInTwoHalfHours { factura, linea, tambien: half_hour, cantidad }
    } else {
        RunMessage::LinesOfOtherDay { factura, linea, cargada_en: half_hour, cantidad }
    }
}

/// Why a response is not loaded as a whole; None where it may be.
pub(super) async fn of(
    job: &Job<'_>,
    window: &SalesWindow,
    lines: &[SaleLine],
) -> Result<Option<RunMessage>, WarehouseError> {
    if job.is_first_live_attempt() {
        return Ok(None);
    }
    let warehouse = &job.engine.warehouse;
    let mut disputed: Vec<KnownLine> = Vec::new();
    for start in warehouse.exchanged_half_hours(window.clone()).await? {
        let Some(local) = start.checked_add(HALF_HOUR).ok().and_then(|end| Interval::new(start, end)) else { continue };
        let came: HashSet<(&str, i32)> = lines.iter().map(|line| (line.numero_factura.as_str(), line.linea)).collect();
        let other = warehouse.loaded_lines(SalesWindow { local, ..window.clone() }).await?;
        disputed.extend(other.into_iter().filter(|line| came.contains(&(line.invoice.as_str(), line.line))));
    }
    disputed.sort_unstable_by(|one, other| (&one.invoice, one.line).cmp(&(&other.invoice, other.line)));
    let cantidad = disputed.len() as u64;
    let Some(first) = disputed.into_iter().next() else { return Ok(None) };
    tracing::warn!(run = %job.record.id, branch = %window.branch, lines = cantidad, "lines are in two half hours of the source");
    let KnownLine { half_hour: tambien, invoice: factura, line: linea, .. } = first;
    Ok(Some(RunMessage::LineInTwoHalfHours { factura, linea, tambien, cantidad }))
}
