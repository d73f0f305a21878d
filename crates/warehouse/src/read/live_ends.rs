//! How live half hours ended.

use crate::database::Row;
use domain::{BranchId, ErrorClass, EtlKind, Interval, RunMode, RunState};
use jiff::Timestamp;

use crate::instants::{interval, micros, named};
use crate::literal::with_values;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// How a store's live half hour ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEnd {
    /// Whose.
    pub branch: BranchId,
    /// The half hour.
    pub interval: Interval<Timestamp>,
    /// The state of its run.
    pub state: RunState,
    /// Of a run that failed.
    pub class: Option<ErrorClass>,
}

impl Warehouse {
    /// Live runs of sales that were queued since a moment and have ended. Of a row that cannot be read, nothing is said.
    pub async fn live_ends(&self, since: Timestamp) -> Result<Vec<LiveEnd>> {
        self.read("medias_horas_en_vivo", move |connection| {
            let mut statement = connection.prepare(&with_values(
                "SELECT ubicacion_id, epoch_us(ventana_desde), epoch_us(ventana_hasta), estado, error_tipo
                 FROM etl_ejecuciones
                 WHERE etl_tipo = ? AND modo = ? AND creado_en >= make_timestamptz(?)
                   AND estado NOT IN ('en_cola', 'en_proceso')
                 ORDER BY ventana_desde",
                &[&EtlKind::Sales.as_str(), &RunMode::Incremental.as_str(), &micros(since)],
            ))?;
            let mut rows = statement.query([])?;
            let mut ends = Vec::new();
            while let Some(row) = rows.next()? {
                ends.extend(live_end(row).or_set_aside("etl_ejecuciones")?);
            }
            Ok(ends)
        })
        .await
    }
}

fn live_end(row: &Row<'_>) -> Result<LiveEnd> {
    Ok(LiveEnd {
        branch: BranchId::new(row.get::<_, String>(0)?),
        interval: interval("ventana", row.get(1)?, row.get(2)?)?,
        state: named("estado", &row.get::<_, String>(3)?)?,
        class: row.get::<_, Option<String>>(4)?.map(|text| named("error_tipo", &text)).transpose()?,
    })
}
