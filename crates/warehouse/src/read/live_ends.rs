//! How live half hours ended.

use domain::{BranchId, ErrorClass, EtlKind, Interval, RunMode, RunState};
use jiff::Timestamp;

use crate::instants::{instant, micros};
use crate::literal::with_values;
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
                let (branch, state, class): (String, String, Option<String>) = (row.get(0)?, row.get(3)?, row.get(4)?);
                let (from, to) = (instant("ventana_desde", row.get(1)?)?, instant("ventana_hasta", row.get(2)?)?);
                let (Some(interval), Ok(state)) = (Interval::new(from, to), state.parse()) else { continue };
                let class = class.and_then(|class| class.parse().ok());
                ends.push(LiveEnd { branch: BranchId::new(branch), interval, state, class });
            }
            Ok(ends)
        })
        .await
    }
}
