//! Sales of one window: ask the POS, keep what lies in the window, replace it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use domain::run_message::RunMessage;
use domain::sale::{SaleLine, SalesAnswer, UnreadableLine};
use domain::window::readings;
use domain::{Branch, EtlKind, Interval};
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use klk::{KlkError, Received, SalesQuestion};
use monitoring::Measurements;
use rust_decimal::Decimal;
use warehouse::{PhaseTimes, RunEnd, SalesWindow, WarehouseError};

use super::error::PipelineError;
use super::job::{Job, Outcome};
use super::source_change::{self, Announcement};
use super::{dispute, doubt, messages};
use crate::requests::RequestWatcher;
use crate::run_logs::RunStep;

pub(super) async fn run(job: &Job<'_>) -> Result<Outcome, PipelineError> {
    let window = window_of(job)?;
    let question = question_of(job.branch, window.local).ok_or(PipelineError::NotOneDay)?;

    let started = Instant::now();
    let received =
        job.monitor.extract(|step| ask(job, RequestWatcher::of_run(step, job.engine, job.record), &question)).await?;
    // Until the lines are written, what they take is not anybody else's.
    let (mut answer, _memory) = received.into_parts();
    let phases = PhaseTimes { extract: started.elapsed() };
    let (announced, distinct) = (answer.announced, answer.lines.len() as u64);
    let announcement = Announcement {
        announced: answer.lines_of_source(),
        received: distinct,
        is_of_window_only: question.to.is_none(),
    };
    log_unreadable(job, &answer);
    let of_another_store = take_lines_of_another_store(job, &mut answer);
    if let (Some(message), true) = (&of_another_store, answer.lines.is_empty()) {
        return Err(PipelineError::Short { message: message.clone(), extracted: distinct });
    }
    let made_at = answer.generated_at;
    let no_proof = match of_another_store
        .or_else(|| job.engine.source_echoes.hidden_in(EtlKind::Sales, &answer.echoes))
        .or_else(|| wrong_moment(job, &answer, window.interval.end()))
    {
        None => older_than_loaded(job, &window, made_at).await?,
        found => found,
    };
    let proves = no_proof.is_none();
    let complete = answer.is_complete() && proves;
    let message = no_proof.unwrap_or_else(|| messages::incomplete(job.branch, &answer));

    let (local_start, local_end) = (window.local.start(), window.local.end());
    let (lines, lines_at_end) = job
        .monitor
        .transform(|step| async move {
            let (before, lines_at_end): (Vec<_>, Vec<_>) =
                answer.lines.into_iter().partition(|line| line.local_moment() < local_end);
            let lines: Vec<_> = before.into_iter().filter(|line| line.local_moment() >= local_start).collect();
            step.rows(distinct, lines.len() as u64);
            Ok::<_, PipelineError>((lines, lines_at_end))
        })
        .await?;
    if complete && !job.is_first_live_attempt() {
        source_change::note_lines_at_end(job, &window, &lines_at_end).await;
    }
    let measurements = |loaded: u64, (invoices, total_usd): (u64, Decimal)| Measurements::Sales {
        lines_extracted: distinct,
        lines_loaded: loaded,
        invoices,
        total_usd,
    };
    let figures = figures_of(&lines);
    let end = RunEnd {
        run: job.record.id,
        clock: job.commit_clock(),
        extracted: distinct,
        announced: Some(announced),
        phases,
    };
    job.note(RunStep::Writes { lines: lines.len() as u64 });
    let warehouse = &job.engine.warehouse;
    let doubt = if complete { doubt::of(job, &window, &lines, made_at).await? } else { None };
    let is_doubted = doubt.is_some();
    let dispute = if complete && !is_doubted { dispute::of(job, &window, &lines).await? } else { None };
    let is_loaded_whole = complete && !is_doubted && dispute.is_none();
    let message = doubt.or(dispute).unwrap_or(message);

    let (lines, mut message) = (Arc::new(lines), message);
    if is_loaded_whole {
        let (end, window, lines) = (end.clone(), window.clone(), Arc::clone(&lines));
        let committed = job
            .monitor
            .load(|step| async move {
                let seen = source_change::note(job, &window, announcement, &lines, false).await;
                let commit = || warehouse.commit_sales_window(end.clone(), window.clone(), Arc::clone(&lines));
                let committing = job.engine.write_retries().commit(commit);
                let committed = job.engine.meters.commits.time(committing).await;
                let receipt = match committed {
                    Err(WarehouseError::LinesElsewhere(elsewhere)) => return Ok(Err(elsewhere)),
                    committed => committed.inspect_err(|_| source_change::alarm_of_waiting(job, &seen))?,
                };
                step.rows_replaced(receipt.changed + receipt.removed, receipt.changed + receipt.added);
                step.committed();
                Ok::<_, PipelineError>(Ok(receipt))
            })
            .await?;
        match committed {
            Ok(receipt) => {
                let (added, changed, removed) = (receipt.added, receipt.changed, receipt.removed);
                job.note(RunStep::Committed { added, changed, removed });
                source_change::alarm(job, &receipt).await;
                return Ok(Outcome::Whole(measurements(receipt.loaded, figures)));
            }
            Err(elsewhere) => message = dispute::of_other_day(job, elsewhere),
        }
    }

    let stored = message.clone();
    let receipt = job
        .monitor
        .load(|step| async move {
            if proves {
                let seen = source_change::note(job, &window, announcement, &lines, is_doubted).await;
                source_change::alarm_of_waiting(job, &seen);
            }
            let receipt = warehouse.commit_partial_sales(end, window, lines, stored).await?;
            step.rows_replaced(0, receipt.added);
            step.committed();
            Ok::<_, PipelineError>(receipt)
        })
        .await?;
    job.note(RunStep::Committed { added: receipt.added, changed: 0, removed: 0 });
    Ok(Outcome::Partial { message, measurements: measurements(receipt.loaded, figures), is_doubted })
}

fn window_of(job: &Job<'_>) -> Result<SalesWindow, PipelineError> {
    let interval: Interval<Timestamp> = job.record.interval;
    let local = readings(interval, &job.branch.zone).ok_or(PipelineError::NotOneDay)?;
    Ok(SalesWindow { branch: job.branch.id.clone(), interval, local })
}

/// The question whose answer has every line of a window. The hours are left out at the ends of the day: up to the end
/// of the day then means up to its last sale, with every fraction of a second.
pub(crate) fn question_of(branch: &Branch, local: Interval<DateTime>) -> Option<SalesQuestion> {
    let (start, end) = (local.start(), local.end());
    let to_midnight = end.time() == Time::midnight() && start.date().tomorrow().ok() == Some(end.date());
    if !to_midnight && start.date() != end.date() {
        return None;
    }
    let from = (start.time() != Time::midnight()).then_some(start.time());
    let to = (!to_midnight).then_some(end.time());
    let mut question = SalesQuestion::of_day(branch.code.clone(), start.date());
    question.from = from;
    question.to = to;
    Some(question)
}

/// Asks; an answer that is short or has a line of the wrong shape is asked for again, since the POS may have been in
/// the middle of writing.
async fn ask(
    job: &Job<'_>,
    watcher: Arc<RequestWatcher>,
    question: &SalesQuestion,
) -> Result<Received<SalesAnswer>, PipelineError> {
    let client = job.client(watcher.clone());
    let requested_at = job.engine.clock.now();
    let mut left = job.engine.settings.short_answer_retries;
    loop {
        let response = client.sales(question).await;
        if let Ok(answer) = &response {
            job.engine.measure_source_clock(EtlKind::Sales, answer.generated_at, requested_at).await;
            job.engine.note_source_echoes(EtlKind::Sales, &answer.echoes).await;
        }
        match response {
            Ok(answer) if answer.is_complete() || left == 0 => return Ok(answer),
            Ok(answer) => {
                let (announced, distinct, unreadable) = (answer.announced, answer.lines.len(), answer.unreadable);
                job.note(RunStep::CameShort { received: distinct as u64, announced });
                tracing::warn!(run = %job.record.id, announced, distinct, unreadable, "a short answer is asked for again");
            }
            Err(KlkError::Malformed { .. }) if left > 0 => {}
            Err(error) => {
                watcher.failed(&error);
                return Err(error.into());
            }
        }
        left -= 1;
    }
}

/// For whoever mends it at the source: each line that cannot be read, as far as the response keeps them.
fn log_unreadable(job: &Job<'_>, answer: &SalesAnswer) {
    for UnreadableLine { place, invoice, line, field, value } in &answer.unreadable_lines {
        tracing::warn!(
            run = %job.record.id,
            branch = %job.branch.id,
            place,
            invoice,
            line,
            field,
            value,
            "a line of the response cannot be read and is not loaded"
        );
    }
}

/// What is wrong with a response that the source made before the window had ended: sales of its last minutes are not in it. One
/// that hides when it was made, as no other of the source does, may be such a one.
fn wrong_moment(job: &Job<'_>, answer: &SalesAnswer, window_end: Timestamp) -> Option<RunMessage> {
    let Some(made_at) = answer.generated_at else {
        return job.engine.source_clock.is_shown_by(EtlKind::Sales).then_some(RunMessage::WithoutMoment);
    };
    let tolerance = job.engine.settings.source_clock_tolerance;
    let is_early = window_end.checked_sub(tolerance).is_ok_and(|earliest| made_at < earliest);
    is_early.then(|| messages::made_too_early(made_at, window_end, &job.branch.zone))
}

/// Takes out the lines that left another store's warehouse, whatever `meta` says of the store, and says so: that store has them too.
fn take_lines_of_another_store(job: &Job<'_>, answer: &mut SalesAnswer) -> Option<RunMessage> {
    let own: Vec<&str> = job.branch.warehouses.iter().map(|warehouse| warehouse.code.as_str()).collect();
    let branches = job.engine.branches.all();
    let others: HashSet<&str> = (branches.iter())
        .filter(|branch| branch.id != job.branch.id)
        .flat_map(|branch| branch.warehouses.iter().map(|warehouse| warehouse.code.as_str()))
        .filter(|code| !own.contains(code))
        .collect();
    let is_foreign = |line: &SaleLine| others.contains(warehouse_of(line));
    let came = answer.lines.len();
    let first = answer.lines.iter().find(|line| is_foreign(line))?;
    let (almacen, factura, linea) = (warehouse_of(first).to_owned(), first.numero_factura.to_string(), first.linea);
    answer.lines.retain(|line| !is_foreign(line));
    if answer.lines.is_empty() {
        let campo = "codigo_almacen".to_owned();
        return Some(RunMessage::OtherQuestion { campo, pedido: own.join(", "), respondido: almacen });
    }
    let ajenas = (came - answer.lines.len()) as u64;
    Some(RunMessage::LinesOfOtherStore { llegaron: came as u64, ajenas, almacen, factura, linea })
}

fn warehouse_of(line: &SaleLine) -> &str {
    line.codigo_almacen.as_deref().unwrap_or_default().trim()
}

/// What is wrong with a response that was made before what is loaded of its window was committed, as by a cache: what it does not
/// have may have been sold since. Clocks that never agreed say nothing of it.
async fn older_than_loaded(
    job: &Job<'_>,
    window: &SalesWindow,
    made_at: Option<Timestamp>,
) -> Result<Option<RunMessage>, PipelineError> {
    let engine = job.engine;
    let Some(made_at) = made_at.filter(|_| engine.source_clock.has_agreed() && !job.is_first_live_attempt()) else {
        return Ok(None);
    };
    let Some(loaded_at) = engine.warehouse.last_commit(window.clone()).await? else { return Ok(None) };
    let is_older = loaded_at.duration_since(made_at) > engine.settings.clock_drift_max;
    let local = |at: Timestamp| job.branch.zone.to_datetime(at);
    Ok(is_older.then(|| RunMessage::OlderThanLoaded { generada: local(made_at), cargada: local(loaded_at) }))
}

/// Distinct invoices, and what all lines are worth.
fn figures_of(lines: &[SaleLine]) -> (u64, Decimal) {
    let invoices: HashSet<&str> = lines.iter().map(|line| line.numero_factura.as_str()).collect();
    (invoices.len() as u64, lines.iter().map(|line| line.venta_total_usd).sum())
}

#[cfg(test)]
mod tests {
    use domain::{BranchCode, BranchId, Calendar};
    use jiff::tz::TimeZone;
    use rstest::rstest;

    use super::*;

    fn branch() -> Branch {
        Branch {
            id: BranchId::new("tienda_08"),
            code: BranchCode::new("SUC002"),
            name: "BOSQUE".to_owned(),
            zone: TimeZone::UTC.into(),
            calendar: Calendar::every_day("08:00-24:00".parse().unwrap()),
            calendar_counts_from: None,
            warehouses: Vec::new(),
        }
    }

    fn asked(from: &str, to: &str) -> Option<String> {
        let local = Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        question_of(&branch(), local).map(|question| serde_json::to_string(&question).unwrap())
    }

    #[rstest]
    #[case("2025-11-17T12:00", "2025-11-17T12:30", r#","hora_desde":"12:00","hora_hasta":"12:30""#)]
    #[case("2025-11-17T23:30", "2025-11-18T00:00", r#","hora_desde":"23:30""#)]
    #[case("2025-11-17T00:00", "2025-11-17T00:30", r#","hora_hasta":"00:30""#)]
    #[case("2025-11-17T00:00", "2025-11-18T00:00", "")]
    fn a_window_is_asked_for_on_its_own_day(#[case] from: &str, #[case] to: &str, #[case] hours: &str) {
        let body = format!(r#"{{"sucursal":"SUC002","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17"{hours}}}"#);
        assert_eq!(asked(from, to), Some(body));
    }

    #[rstest]
    #[case("2025-11-17T23:30", "2025-11-18T00:30")]
    #[case("2025-11-17T00:00", "2025-11-19T00:00")]
    fn a_window_over_midnight_is_never_asked_for(#[case] from: &str, #[case] to: &str) {
        assert_eq!(asked(from, to), None);
    }
}
