//! Reliability figures.

use crate::database::{Connection, Row, params};
use domain::BranchId;
use domain::filter::MetricsFilter;
use domain::read_model::RunFigures;
use jiff::Timestamp;

use crate::instants::micros;
use crate::{Result, Warehouse};

/// The figures of a branch, with the name its latest runs have.
pub type RunFiguresByBranch = Vec<(BranchId, String, RunFigures)>;

const FIGURES: &str = "count(*)::UBIGINT, count(*) FILTER (WHERE estado = 'exitoso')::UBIGINT,
    count(*) FILTER (WHERE estado IN ('fallido', 'parcial', 'interrumpido'))::UBIGINT,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY duracion_segundos),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY duracion_segundos),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY fase_extraccion_ms) FILTER (WHERE estado = 'exitoso'),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY fase_extraccion_ms) FILTER (WHERE estado = 'exitoso'),
    coalesce(sum(registros_cargados), 0)::UBIGINT";

const ENDED: &str = "FROM etl_ejecuciones
    WHERE estado NOT IN ('en_cola', 'en_proceso') AND fecha_fin >= make_timestamptz(?::BIGINT)
      AND (? IS NULL OR etl_tipo = ?) AND (? IS NULL OR ubicacion_id = ?)";

impl Warehouse {
    /// Figures of the runs that ended at or after a moment: of all, and by branch.
    pub async fn metrics(&self, filter: MetricsFilter, since: Timestamp) -> Result<(RunFigures, RunFiguresByBranch)> {
        self.read_long("metricas", move |connection| {
            let overall = query(connection, &format!("SELECT '', '', {FIGURES} {ENDED}"), &filter, since)?;
            let by_branch = query(
                connection,
                &format!(
                    "SELECT ubicacion_id, (array_agg(ubicacion_nombre ORDER BY id DESC))[1], {FIGURES} {ENDED}
                     GROUP BY ubicacion_id ORDER BY ubicacion_id"
                ),
                &filter,
                since,
            )?;
            Ok((overall.into_iter().next().map(|(.., figures)| figures).unwrap_or_default(), by_branch))
        })
        .await
    }
}

fn query(connection: &Connection, sql: &str, filter: &MetricsFilter, since: Timestamp) -> Result<RunFiguresByBranch> {
    let kind = filter.kind.map(domain::EtlKind::as_str);
    let branch = filter.branch.as_ref().map(BranchId::as_str);
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![micros(since), kind, kind, branch, branch])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((BranchId::new(row.get::<_, String>(0)?), row.get(1)?, figures(row)?));
    }
    Ok(found)
}

fn figures(row: &Row<'_>) -> Result<RunFigures> {
    let (succeeded, failed): (u64, u64) = (row.get(3)?, row.get(4)?);
    let judged = succeeded + failed;
    Ok(RunFigures {
        ejecuciones: row.get(2)?,
        exitosas: succeeded,
        fallidas: failed,
        tasa_exito_pct: (judged > 0).then(|| (succeeded as f64 / judged as f64 * 10_000.0).round() / 100.0),
        duracion_p50_segundos: row.get(5)?,
        duracion_p95_segundos: row.get(6)?,
        extraccion_p50_segundos: row.get::<_, Option<f64>>(7)?.map(seconds),
        extraccion_p95_segundos: row.get::<_, Option<f64>>(8)?.map(seconds),
        registros: row.get(9)?,
    })
}

/// To the millisecond, as runs are measured: a percentile between two of them has no more to say.
fn seconds(milliseconds: f64) -> f64 {
    milliseconds.round() / 1_000.0
}
