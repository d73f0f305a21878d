//! `recuperaciones_avisadas`: recoveries that have ended, and whether that was reported.

use crate::database::{Connection, Row, params};
use domain::{BatchId, BranchId, ErrorClass};
use jiff::Timestamp;

use crate::instants::{identified, micros, named};
use crate::runs::{RECORD_COLUMNS, RunRecord, record};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// All runs of a batch for one branch, which have ended without a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedRecovery {
    /// The batch.
    pub batch: BatchId,
    /// The branch.
    pub branch: BranchId,
    /// From where it was asked for. Of a batch of an earlier version, who asked: that was no name of a person then.
    pub origin: String,
    /// Its runs; the one that ended last is the last.
    pub runs: Vec<EndedRun>,
}

/// A run that has ended, and what of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedRun {
    /// The run.
    pub record: RunRecord,
    /// Why it failed, where it did.
    pub class: Option<ErrorClass>,
    /// The same for people.
    pub message: Option<String>,
}

impl Warehouse {
    /// Recoveries of one batch, or of all, that have ended without a report.
    pub async fn ended_recoveries(&self, only: Option<BatchId>) -> Result<Vec<EndedRecovery>> {
        self.read("recuperaciones_terminadas", move |connection| {
            let mut ended = Vec::new();
            for (batch, branch) in unnotified(connection, only)? {
                let runs = runs_of(connection, batch, &branch)?;
                let origin = origin_of(connection, batch)?;
                ended.push(EndedRecovery { batch, branch, origin, runs });
            }
            Ok(ended)
        })
        .await
    }

    /// Notes that a recovery is reported; false where it was already.
    pub async fn note_recovery_notified(&self, batch: BatchId, branch: BranchId, now: Timestamp) -> Result<bool> {
        self.write("anotar_recuperacion_avisada", move |transaction| {
            let (batch, branch) = (batch.to_string(), branch.as_str());
            let added = transaction.execute(
                "INSERT INTO recuperaciones_avisadas
                 SELECT ?::UUID, ?, make_timestamptz(?::BIGINT)
                 WHERE NOT EXISTS (
                    SELECT 1 FROM recuperaciones_avisadas WHERE lote_id = ?::UUID AND ubicacion_id = ?)",
                params![batch, branch, micros(now), batch, branch],
            )?;
            Ok(added == 1)
        })
        .await
    }
}

fn unnotified(connection: &Connection, only: Option<BatchId>) -> Result<Vec<(BatchId, BranchId)>> {
    let batch = only.map(|batch| batch.to_string());
    let mut statement = connection.prepare(
        "SELECT lote_id::VARCHAR, ubicacion_id
         FROM etl_ejecuciones
         WHERE NOT EXISTS (
            SELECT 1 FROM recuperaciones_avisadas AS avisada
            WHERE avisada.lote_id = etl_ejecuciones.lote_id AND avisada.ubicacion_id = etl_ejecuciones.ubicacion_id)
           AND modo = 'recuperacion' AND lote_id IS NOT NULL AND (?::UUID IS NULL OR lote_id = ?::UUID)
         GROUP BY 1, 2
         HAVING count(*) FILTER (WHERE estado IN ('en_cola', 'en_proceso')) = 0
         ORDER BY 1, 2",
    )?;
    let mut rows = statement.query(params![batch, batch])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let branch = BranchId::new(row.get::<_, String>(1)?);
        let batch = identified("lote_id", &row.get::<_, String>(0)?).or_set_aside("etl_ejecuciones")?;
        found.extend(batch.map(|batch| (batch, branch)));
    }
    Ok(found)
}

fn origin_of(connection: &Connection, batch: BatchId) -> Result<String> {
    let mut statement = connection.prepare("SELECT coalesce(origen, solicitado_por) FROM lotes WHERE id = ?::UUID")?;
    let mut rows = statement.query([batch.to_string()])?;
    let known: Option<String> = match rows.next()? {
        Some(row) => row.get(0)?,
        None => None,
    };
    Ok(known.unwrap_or_else(|| "desconocido".to_owned()))
}

fn runs_of(connection: &Connection, batch: BatchId, branch: &BranchId) -> Result<Vec<EndedRun>> {
    let mut statement = connection.prepare(&format!(
        "SELECT {RECORD_COLUMNS}, error_tipo, error_mensaje FROM etl_ejecuciones
         WHERE lote_id = ?::UUID AND ubicacion_id = ? AND modo = 'recuperacion' ORDER BY fecha_fin, id"
    ))?;
    let mut rows = statement.query(params![batch.to_string(), branch.as_str()])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.extend(ended_run(row).or_set_aside("etl_ejecuciones")?);
    }
    Ok(runs)
}

fn ended_run(row: &Row<'_>) -> Result<EndedRun> {
    let class: Option<String> = row.get(12)?;
    Ok(EndedRun {
        record: record(row)?,
        class: class.map(|name| named("error_tipo", &name)).transpose()?,
        message: row.get(13)?,
    })
}
