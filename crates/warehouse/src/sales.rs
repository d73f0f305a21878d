//! `ventas`: a window's lines are replaced as a whole, in the transaction that covers it (DESIGN, rules 3 and 4).

use std::sync::Arc;
use std::time::Instant;

use crate::database::{Connection, Value, params};
use domain::run_message::RunMessage;
use domain::sale::SaleLine;
use domain::{ErrorClass, EtlKind, RunId, RunState};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::columns::{PIECE_ROWS, local_micros};
use crate::coverage::cover;
use crate::fresh_window::Load;
use crate::invoice_days::InvoiceDays;
use crate::literal::with_values;
use crate::months;
use crate::reconciliations::reconcile;
use crate::runs::{EndRow, RunEnd, end_run, end_succeeded};
use crate::sale_columns::{sale_column_list, sale_column_names, sale_columns, sale_columns_with_clock};
use crate::sales_window::{IN_WINDOW, Receipt, SalesWindow, window_values};
use crate::summaries::{summarise, summarise_half_hour};
use crate::{Result, Warehouse, fresh_window, losses, other_days};

impl Warehouse {
    /// Adds the lines of a short answer that are not there yet and ends the run `parcial`. Nothing is changed or
    /// removed, half hours that are covered are not touched, also within a longer window, and no window is covered.
    pub async fn commit_partial_sales(
        &self,
        end: RunEnd,
        window: SalesWindow,
        lines: impl Into<Arc<Vec<SaleLine>>>,
        message: RunMessage,
    ) -> Result<Receipt> {
        let (days, lines) = (self.invoice_days(), lines.into());
        self.write("agregar_ventas_parciales", move |transaction| {
            let started = Instant::now();
            stage(transaction, &lines)?;
            let is_for_them = matches!(message, RunMessage::LinesOfOtherDay { .. });
            let noted = is_for_them.then(|| (end.run, end.clock.now()));
            other_days::skip_lines_of_other_days(transaction, &days, &window, &lines, noted)?;
            let added = insert_missing(transaction, &window, &end)?;
            if added > 0 {
                summarise(transaction, &window, true)?;
            }
            transaction.execute_batch("DROP TABLE carga_ventas")?;
            let receipt = Receipt { loaded: added, added, changed: 0, removed: 0 };
            let ended_at = end.clock.now();
            end_run(
                transaction,
                &EndRow {
                    run: end.run,
                    ended_at,
                    state: RunState::Partial,
                    extracted: Some(end.extracted),
                    announced: end.announced,
                    http_status: None,
                    loaded: Some(receipt.loaded),
                    class: Some(ErrorClass::InvalidData),
                    message: Some(&message),
                    phases: end.phases,
                    load: started.elapsed(),
                    changes: Some((receipt.added, 0, 0)),
                },
            )?;
            Ok(receipt)
        })
        .await
    }
}

/// A window's lines, to be committed.
#[derive(Debug)]
pub(crate) struct WindowCommit {
    end: RunEnd,
    window: SalesWindow,
    lines: Arc<Vec<SaleLine>>,
}

impl WindowCommit {
    pub(crate) fn new(end: RunEnd, window: SalesWindow, lines: Arc<Vec<SaleLine>>) -> Self {
        Self { end, window, lines }
    }

    fn as_load(&self) -> Load<'_> {
        Load { run: self.end.run, window: &self.window, lines: &self.lines }
    }

    fn succeeded(&self, ended_at: Timestamp, receipt: Receipt, started: Instant) -> EndRow<'_> {
        EndRow {
            run: self.end.run,
            ended_at,
            state: RunState::Succeeded,
            extracted: Some(self.end.extracted),
            announced: self.end.announced,
            http_status: None,
            loaded: Some(receipt.loaded),
            class: None,
            message: None,
            phases: self.end.phases,
            load: started.elapsed(),
            changes: Some((receipt.added, receipt.changed, receipt.removed)),
        }
    }
}

/// Commits those windows that nothing was there of; None for the others, of which nothing is done.
pub(crate) fn commit_fresh(
    connection: &Connection,
    days: &InvoiceDays,
    commits: &[&WindowCommit],
) -> Result<Vec<Option<Receipt>>> {
    let started = Instant::now();
    connection.lock_stores(commits.iter().map(|commit| &commit.window.branch))?;
    let loads: Vec<Load<'_>> = commits.iter().map(|commit| commit.as_load()).collect();
    let now = |place: usize| commits.get(place).map_or(Timestamp::MIN, |commit| commit.end.clock.now());
    let committed = fresh_window::commit(connection, days, &loads, now)?;
    let mut ends = Vec::new();
    let mut receipts = Vec::new();
    for (commit, ended_at) in commits.iter().zip(committed) {
        let added = commit.lines.len() as u64;
        let receipt = ended_at.map(|_| Receipt { loaded: added, added, changed: 0, removed: 0 });
        ends.extend(ended_at.zip(receipt).map(|(at, receipt)| commit.succeeded(at, receipt, started)));
        receipts.push(receipt);
    }
    if !ends.is_empty() {
        end_succeeded(connection, &ends)?;
    }
    Ok(receipts)
}

/// See [`Warehouse::commit_sales_window`].
pub(crate) fn commit_window(connection: &Connection, days: &InvoiceDays, commit: &WindowCommit) -> Result<Receipt> {
    let started = Instant::now();
    if let Some(receipt) = commit_fresh(connection, days, &[commit])?.into_iter().next().flatten() {
        return Ok(receipt);
    }
    let WindowCommit { end, window, lines } = commit;
    stage(connection, lines)?;
    other_days::refuse_lines_of_other_days(connection, days, window, lines, end.run)?;
    let existing = existing_lines(connection, window)?;
    if existing.elsewhere > 0 {
        move_rescheduled_lines(connection, window, (end.run, end.clock.now()))?;
    }
    let receipt = compare(connection, window, lines.len() as u64, existing)?;
    reconcile(connection, window, end.run, &receipt, end.clock.now())?;
    if receipt.added + receipt.changed + receipt.removed > 0 {
        if receipt.changed + receipt.removed > 0 || receipt.added < receipt.loaded {
            connection.prepare(&format!("DELETE FROM ventas WHERE {IN_WINDOW}"))?.execute(window_values(window))?;
        }
        insert_staged(connection, window, end)?;
        summarise(connection, window, receipt.added < receipt.loaded || receipt.removed > 0)?;
    }
    losses::clear_doubts(connection, window)?;
    connection.execute_batch("DROP TABLE carga_ventas")?;
    let ended_at = end.clock.now();
    cover(connection, EtlKind::Sales, &window.branch, window.interval, end.run, ended_at)?;
    end_run(connection, &commit.succeeded(ended_at, receipt, started))?;
    Ok(receipt)
}

/// What is staged and neither there nor in a half hour that is covered. Keys are compared within the window's days: what
/// another day has is not staged any more. Coverage is of instants, lines are of the branch's
/// clock: the run knows its zone.
const MISSING: &str = "NOT EXISTS (
    SELECT 1 FROM ventas AS antes
    WHERE antes.ubicacion_id = ? AND antes.fecha_hora >= make_timestamp(?::BIGINT) AND antes.fecha_hora < make_timestamp(?::BIGINT)
      AND antes.numero_factura = carga_ventas.numero_factura AND antes.linea = carga_ventas.linea)
  AND NOT EXISTS (
    SELECT 1 FROM cobertura JOIN etl_ejecuciones AS ejecucion ON ejecucion.id = ?::UUID
    WHERE cobertura.etl_tipo = ? AND cobertura.ubicacion_id = ?
      AND cobertura.desde < ejecucion.ventana_hasta AND cobertura.hasta > ejecucion.ventana_desde
      AND carga_ventas.fecha_hora >= timezone(ejecucion.zona, cobertura.desde)
      AND carga_ventas.fecha_hora < timezone(ejecucion.zona, cobertura.hasta))";

/// Puts the lines into a table of this connection, with the columns of `ventas` but for branch and run.
fn stage(connection: &Connection, lines: &[SaleLine]) -> Result<()> {
    let columns = sale_columns_with_clock("VARCHAR");
    connection.replace_temporary_table("carga_ventas", &format!("AS SELECT {columns} FROM ventas LIMIT 0"))?;
    connection.append("carga_ventas", lines.chunks(PIECE_ROWS).map(|piece| sale_columns(&[piece])))
}

/// Lines that are there already.
#[derive(Clone, Copy)]
struct ExistingLines {
    in_window: u64,
    /// In other half hours of the window's day, though they are staged: the source gives them another hour now.
    elsewhere: u64,
}

/// What is staged and in another half hour of the window's day.
const IN_OTHER_HALF_HOUR: &str = "ubicacion_id = ? AND fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT)
    AND NOT (fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT))
    AND (ventas.numero_factura, ventas.linea) IN (SELECT staged.numero_factura, staged.linea FROM carga_ventas AS staged)";

/// The days that a window lies in. Keys are compared within them; what another day had is in the window by now.
fn days_of(window: &SalesWindow) -> (DateTime, DateTime) {
    let midnight = |date: Date| date.at(0, 0, 0, 0);
    let (start, end) = (window.local.start(), window.local.end());
    let is_midnight = end == midnight(end.date());
    (midnight(start.date()), if is_midnight { end } else { midnight(end.date().tomorrow().unwrap_or(end.date())) })
}

fn other_half_hours(window: &SalesWindow) -> [Value; 5] {
    let (from, to) = days_of(window);
    let [branch, start, end] = window_values(window);
    [branch, Value::Whole(local_micros(from)), Value::Whole(local_micros(to)), start, end]
}

/// Looks at the day once: it is done for every run.
fn existing_lines(connection: &Connection, window: &SalesWindow) -> Result<ExistingLines> {
    let (from, to) = days_of(window);
    let (start, end) = (local_micros(window.local.start()), local_micros(window.local.end()));
    let sql = with_values(
        "SELECT count(*) FILTER (WHERE en_ventana)::UBIGINT,
            count(*) FILTER (WHERE NOT en_ventana AND carga.linea IS NOT NULL)::UBIGINT
         FROM (
            SELECT numero_factura, linea,
                fecha_hora >= make_timestamp(?) AND fecha_hora < make_timestamp(?) AS en_ventana
            FROM ventas
            WHERE ubicacion_id = ? AND fecha_hora >= make_timestamp(?) AND fecha_hora < make_timestamp(?)
         ) AS dia LEFT JOIN (SELECT numero_factura, linea FROM carga_ventas) AS carga USING (numero_factura, linea)",
        &[&start, &end, &window.branch, &local_micros(from), &local_micros(to)],
    );
    let mut statement = connection.prepare(&sql)?;
    Ok(statement.query_row([], |row| Ok(ExistingLines { in_window: row.get(0)?, elsewhere: row.get(1)? }))?)
}

/// Takes lines out of the half hours that the source had them in before, so that none is there twice. They keep their old
/// `hora`, by which the comparison sees that they have changed. A half hour that is covered and has lost lines is a gap until it
/// is loaded again: what is left of it was never compared with the source.
fn move_rescheduled_lines(
    connection: &Connection,
    window: &SalesWindow,
    (run, seen_at): (RunId, Timestamp),
) -> Result<()> {
    let lost = format!(
        "SELECT epoch_us(time_bucket(INTERVAL '30 minutes', fecha_hora)), count(*) FROM ventas
         WHERE {IN_OTHER_HALF_HOUR} GROUP BY 1"
    );
    let lost: Vec<(i64, i64)> = connection
        .prepare(&lost)?
        .query_map(other_half_hours(window), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<std::result::Result<_, _>>()?;
    for (half_hour, lines) in &lost {
        other_days::note(connection, window, *half_hour, *lines, (run, seen_at))?;
    }
    let here = format!(
        "UPDATE ventas SET fecha_hora = carga_ventas.fecha_hora FROM carga_ventas
         WHERE ventas.numero_factura = carga_ventas.numero_factura AND ventas.linea = carga_ventas.linea AND {}",
        IN_OTHER_HALF_HOUR.replace("fecha_hora", "ventas.fecha_hora").replace("ubicacion_id", "ventas.ubicacion_id")
    );
    connection.execute(&here, other_half_hours(window))?;
    for (half_hour, _) in lost {
        summarise_half_hour(connection, &window.branch, half_hour)?;
    }
    Ok(())
}

/// Compares what is staged with what is there.
fn compare(connection: &Connection, window: &SalesWindow, staged: u64, existing: ExistingLines) -> Result<Receipt> {
    if existing.in_window + existing.elsewhere == 0 {
        return Ok(Receipt { loaded: staged, added: staged, changed: 0, removed: 0 });
    }
    // Both sides as one value each: every column counts, whatever columns there are.
    let columns = sale_column_list();
    let sql = format!(
        "WITH antes AS (
            SELECT numero_factura, linea, true AS estaba, ventas_sin AS fila FROM (
                SELECT {columns} FROM ventas WHERE {IN_WINDOW}) AS ventas_sin),
         ahora AS (
            SELECT numero_factura, linea, true AS esta, carga_sin AS fila FROM (
                SELECT {columns} FROM carga_ventas) AS carga_sin)
         SELECT
            count(*) FILTER (WHERE antes.estaba IS NULL)::UBIGINT,
            count(*) FILTER (WHERE antes.estaba AND ahora.esta AND antes.fila IS DISTINCT FROM ahora.fila)::UBIGINT,
            count(*) FILTER (WHERE ahora.esta IS NULL)::UBIGINT
         FROM antes FULL JOIN ahora USING (numero_factura, linea)"
    );
    let (added, changed, removed) = connection
        .prepare(&sql)?
        .query_row(window_values(window), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(Receipt { loaded: staged, added, changed, removed })
}

fn insert_of_staged() -> String {
    format!(
        "INSERT INTO ventas ({}, ubicacion_id, ejecucion_id) SELECT {}, ?, ?::UUID FROM carga_ventas",
        sale_column_names(),
        sale_column_list()
    )
}

fn insert_staged(connection: &Connection, window: &SalesWindow, end: &RunEnd) -> Result<()> {
    months::make(connection, "ventas", [window.local.start().date(), window.local.end().date()])?;
    connection.execute(&insert_of_staged(), params![window.branch.as_str(), end.run.to_string()])?;
    Ok(())
}

/// Says how many there were.
fn insert_missing(connection: &Connection, window: &SalesWindow, end: &RunEnd) -> Result<u64> {
    let (branch, run) = (window.branch.as_str(), end.run.to_string());
    let (from, to) = days_of(window);
    months::make(connection, "ventas", [from.date(), to.date()])?;
    let inserted = connection.execute(
        &format!("{} WHERE {MISSING}", insert_of_staged()),
        params![branch, run, branch, local_micros(from), local_micros(to), run, EtlKind::Sales.as_str(), branch],
    )?;
    Ok(inserted as u64)
}
