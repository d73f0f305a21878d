//! One run, with what the list leaves out.

use crate::database::{Connection, Row};
use domain::RunId;
use domain::read_model::{LineChanges, RunView};
use jiff::civil::DateTime;

use super::run_page::{VIEW_COLUMNS, view, views, zone_of};
use crate::literal::with_values;
use crate::reconciliations::receipts;
use crate::run_place;
use crate::{Result, Warehouse};

/// Other runs of a window that are read; who wants more of them has the list.
const OTHERS_MAX: u32 = 50;

/// A run, and what is known of it beyond the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// As the list has it.
    pub view: RunView,
    /// When it was queued, on its branch's clock.
    pub queued_local: DateTime,
    /// When it ended, on its branch's clock.
    pub ended_local: Option<DateTime>,
    /// Why its batch was asked for.
    pub batch_reason: Option<String>,
    /// How long the extraction took.
    pub extract_milliseconds: Option<u64>,
    /// How long the load took.
    pub load_milliseconds: Option<u64>,
    /// What the load changed.
    pub changes: Option<LineChanges>,
    /// Other runs with a part of its window, the latest queued first.
    pub others: Vec<RunView>,
    /// How many there are.
    pub others_total: u64,
}

/// The same store and kind, and at least an instant of the same window. Its bounds are written out, so that the blocks of
/// other times are skipped.
const OTHERS: &str = "WHERE id <> ?::UUID AND etl_tipo = ? AND ubicacion_id = ?
    AND ventana_desde < make_timestamptz(?) AND ventana_hasta > make_timestamptz(?)";

impl Warehouse {
    /// One run with everything known of it, if there is one.
    pub async fn run_detail(&self, run: RunId) -> Result<Option<StoredRun>> {
        self.read("ejecucion_completa", move |connection| {
            let Some((mut stored, (from, to))) = stored(connection, run)? else { return Ok(None) };
            stored.view.conciliacion = receipts(connection, std::slice::from_ref(&stored.view))?.remove(&run);
            let (kind, branch) = (stored.view.etl_tipo.as_str(), &stored.view.ubicacion_id);
            let others = with_values(OTHERS, &[&run, &kind, branch, &to, &from]);
            stored.others = views(connection, &format!("{others} ORDER BY id DESC LIMIT {OTHERS_MAX}"))?;
            stored.others_total = stored.others.len() as u64;
            if stored.others_total == u64::from(OTHERS_MAX) {
                stored.others_total = connection
                    .prepare(&format!("SELECT count(*)::UBIGINT FROM etl_ejecuciones {others}"))?
                    .query_row([], |row| row.get(0))?;
            }
            Ok(Some(stored))
        })
        .await
    }
}

/// A run without the others, and its window in microseconds.
fn stored(connection: &Connection, run: RunId) -> Result<Option<(StoredRun, (i64, i64))>> {
    for of_run in run_place::of_run(run) {
        if let Some(found) = stored_where(connection, &of_run)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn stored_where(connection: &Connection, of_run: &str) -> Result<Option<(StoredRun, (i64, i64))>> {
    let mut statement = connection.prepare(&format!(
        "SELECT {VIEW_COLUMNS},
            (SELECT any_value(motivo) FROM lotes WHERE lotes.id = lote_id), fase_extraccion_ms, fase_carga_ms,
            lineas_agregadas, lineas_cambiadas, lineas_retiradas, epoch_us(ventana_desde), epoch_us(ventana_hasta)
         FROM etl_ejecuciones WHERE {of_run}"
    ))?;
    let mut rows = statement.query([])?;
    rows.next()?.map(|row| Ok((read(row)?, (row.get(32)?, row.get(33)?)))).transpose()
}

fn read(row: &Row<'_>) -> Result<StoredRun> {
    let (view, zone) = (view(row)?, zone_of(row)?);
    let changes = match (row.get(29)?, row.get(30)?, row.get(31)?) {
        (Some(agregadas), Some(cambiadas), Some(retiradas)) => Some(LineChanges { agregadas, cambiadas, retiradas }),
        _ => None,
    };
    Ok(StoredRun {
        queued_local: zone.to_datetime(view.creado_en),
        ended_local: view.fecha_fin.map(|ended_at| zone.to_datetime(ended_at)),
        view,
        batch_reason: row.get(26)?,
        extract_milliseconds: row.get(27)?,
        load_milliseconds: row.get(28)?,
        changes,
        others: Vec::new(),
        others_total: 0,
    })
}
