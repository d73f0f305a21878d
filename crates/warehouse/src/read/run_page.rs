//! The list of runs.

use crate::database::{Connection, Row};
use domain::filter::{RunCursor, RunFilter};
use domain::read_model::{RunTotals, RunView};
use domain::run_message::RunText;
use domain::{BatchId, BranchId, RunId};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::instants::{date_of_epoch_days, identified, instant, micros, named};
use crate::literal::{list, with_values};
use crate::reconciliations::receipts;
use crate::runs::run_text;
use crate::set_aside::{ReadRow, report_unreadable_row};
use crate::{Result, Warehouse};

pub(super) const VIEW_COLUMNS: &str =
    "id::VARCHAR, etl_tipo, ubicacion_id, ubicacion_nombre, estado, modo, epoch_us(creado_en),
    epoch_us(fecha_inicio), zona, epoch_us(fecha_fin), duracion_segundos,
    epoch_ms(fecha_desde::TIMESTAMP) // 86400000, epoch_ms(fecha_hasta::TIMESTAMP) // 86400000, hora_desde, hora_hasta,
    registros_extraidos, registros_cargados, error_tipo, error_mensaje, intento, solicitado_por, lote_id::VARCHAR,
    traza_id, version_etl, host, error_detalle";

/// Latest start first; those that have not started last, the latest queued first.
const ORDER: &str = "ORDER BY fecha_inicio DESC NULLS LAST, id DESC";

impl Warehouse {
    /// One page of runs, their totals under the same filter, and the cursor of the next page.
    pub async fn run_page(&self, filter: RunFilter) -> Result<(Vec<RunView>, RunTotals, Option<RunCursor>)> {
        let counts = self.run_counts();
        self.read("ejecuciones", move |connection| {
            let totals = match filter.batch {
                Some(_) => totals(connection, &filter)?,
                None => counts.totals(connection, &filter)?,
            };
            let mut views = page(connection, &filter)?;
            let limit = filter.limit as usize;
            let more = views.len() > limit;
            views.truncate(limit);
            let next =
                views.last().filter(|_| more).map(|last| RunCursor { started_at: last.fecha_inicio, run: last.id });
            Ok((views, totals, next))
        })
        .await
    }

    /// The runs of a batch, in order of their windows.
    pub async fn batch_runs(&self, batch: BatchId) -> Result<Vec<RunView>> {
        self.read("ejecuciones_de_lote", move |connection| {
            let of_batch = of_batch(batch);
            views(connection, &format!("WHERE {of_batch} ORDER BY ubicacion_id, ventana_desde, id"))
        })
        .await
    }

    /// Runs by their identifiers, in order of their windows.
    pub async fn run_views(&self, runs: Vec<RunId>) -> Result<Vec<RunView>> {
        self.read("ejecuciones_por_id", move |connection| {
            if runs.is_empty() {
                return Ok(Vec::new());
            }
            views(connection, &format!("WHERE id IN ({}) ORDER BY ubicacion_id, ventana_desde, id", list(&runs)))
        })
        .await
    }
}

/// The runs of a batch. None is older than it, and the table is in order of age, so that the blocks before it are skipped.
fn of_batch(batch: BatchId) -> String {
    format!(
        "lote_id = '{batch}'::UUID
         AND creado_en >= coalesce((SELECT min(lotes.creado_en) FROM lotes WHERE lotes.id = '{batch}'::UUID), 'infinity')"
    )
}

/// The conditions of a filter, but for its cursor.
fn conditions(filter: &RunFilter) -> Vec<String> {
    let mut conditions = Vec::new();
    if let Some(kind) = filter.kind {
        conditions.push(with_values("etl_tipo = ?", &[&kind.as_str()]));
    }
    if let Some(branch) = &filter.branch {
        conditions.push(with_values("ubicacion_id = ?", &[branch]));
    }
    if let Some(mode) = filter.mode {
        conditions.push(with_values("modo = ?", &[&mode.as_str()]));
    }
    if let Some(state) = filter.state {
        conditions.push(with_values("estado = ?", &[&state.as_str()]));
    }
    conditions.extend(filter.batch.map(of_batch));
    conditions
}

fn page(connection: &Connection, filter: &RunFilter) -> Result<Vec<RunView>> {
    let mut conditions = conditions(filter);
    match filter.cursor {
        Some(RunCursor { started_at: Some(started_at), run }) => conditions.push(with_values(
            "(fecha_inicio IS NULL OR fecha_inicio < make_timestamptz(?)
              OR (fecha_inicio = make_timestamptz(?) AND id < ?::UUID))",
            &[&micros(started_at), &micros(started_at), &run],
        )),
        Some(RunCursor { started_at: None, run }) => {
            conditions.push(with_values("fecha_inicio IS NULL AND id < ?::UUID", &[&run]));
        }
        None => {}
    }
    // One more than requested shows whether there is a next page.
    views(connection, &format!("{} {ORDER} LIMIT {}", where_all(&conditions), filter.limit + 1))
}

fn where_all(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) }
}

fn totals(connection: &Connection, filter: &RunFilter) -> Result<RunTotals> {
    let sql = format!(
        "SELECT count(*)::UBIGINT, count(*) FILTER (WHERE estado = 'exitoso')::UBIGINT,
            count(*) FILTER (WHERE estado IN ('fallido', 'parcial', 'interrumpido'))::UBIGINT,
            count(*) FILTER (WHERE estado = 'en_proceso')::UBIGINT, count(*) FILTER (WHERE estado = 'en_cola')::UBIGINT
         FROM etl_ejecuciones {}",
        where_all(&conditions(filter))
    );
    Ok(connection.prepare(&sql)?.query_row([], |row| {
        Ok(RunTotals {
            ejecuciones: row.get(0)?,
            exitosas: row.get(1)?,
            fallidas: row.get(2)?,
            en_proceso: row.get(3)?,
            en_cola: row.get(4)?,
        })
    })?)
}

pub(super) fn views(connection: &Connection, rest: &str) -> Result<Vec<RunView>> {
    let mut statement = connection.prepare(&format!("SELECT {VIEW_COLUMNS} FROM etl_ejecuciones {rest}"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(view(row).or_set_aside("etl_ejecuciones")?);
    }
    let receipts = receipts(connection, &found)?;
    for run in &mut found {
        run.conciliacion = receipts.get(&run.id).cloned();
    }
    Ok(found)
}

pub(super) fn view(row: &Row<'_>) -> Result<RunView> {
    let text = |index: usize| row.get::<_, String>(index);
    let moment = |index: usize| -> Result<Option<Timestamp>> {
        row.get::<_, Option<i64>>(index)?.map(|micros| instant("fecha", micros)).transpose()
    };
    let day = |index: usize| -> Result<_> {
        let days = row.get::<_, i64>(index)?;
        date_of_epoch_days("fecha", i32::try_from(days).unwrap_or(i32::MAX))
    };
    let started_at = moment(7)?;
    let zone = zone_of(row)?;
    let text_of_run = run_text(row, 18, 25)?;
    Ok(RunView {
        id: identified("id", &text(0)?)?,
        etl_tipo: named("etl_tipo", &text(1)?)?,
        ubicacion_id: BranchId::new(text(2)?),
        ubicacion_nombre: text(3)?,
        estado: named("estado", &text(4)?)?,
        modo: named("modo", &text(5)?)?,
        creado_en: instant("creado_en", row.get(6)?)?,
        fecha_inicio: started_at,
        fecha_inicio_local: started_at.map(|started_at| zone.to_datetime(started_at)),
        fecha_fin: moment(9)?,
        duracion_segundos: row.get(10)?,
        fecha_desde: day(11)?,
        fecha_hasta: day(12)?,
        hora_desde: text(13)?,
        hora_hasta: text(14)?,
        registros_extraidos: row.get(15)?,
        registros_cargados: row.get(16)?,
        error_tipo: row.get::<_, Option<String>>(17)?.map(|text| named("error_tipo", &text)).transpose()?,
        error_detalle: text_of_run.as_ref().and_then(RunText::message),
        error_mensaje: text_of_run.map(|text| text.sentence),
        intento: row.get(19)?,
        solicitado_por: row.get(20)?,
        lote_id: row.get::<_, Option<String>>(21)?.map(|text| identified("lote_id", &text)).transpose()?,
        traza_id: row.get(22)?,
        version_etl: text(23)?,
        host: row.get(24)?,
        conciliacion: None,
    })
}

/// The zone of a row. One that nobody knows must not stop a list, as it would in DuckDB's own conversion: it is read as UTC.
pub(super) fn zone_of(row: &Row<'_>) -> Result<TimeZone> {
    let name: String = row.get(8)?;
    Ok(TimeZone::get(&name).unwrap_or_else(|_| {
        report_unreadable_row("etl_ejecuciones", "zona", &name);
        TimeZone::UTC
    }))
}
