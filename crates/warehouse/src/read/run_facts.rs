//! What runs prove, or failed with.

use domain::cause::RunFacts;
use domain::{BranchId, EtlKind, Interval, RunId};
use duckdb::{Connection, Row, ToSql, params_from_iter};
use jiff::Timestamp;

use crate::instants::{identified, instant, interval, micros, named};
use crate::{Result, Warehouse};

/// A run that covers time, and when it was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// What it proves.
    pub facts: RunFacts,
    /// When.
    pub committed_at: Timestamp,
    /// Lines that it added, changed or took away.
    pub lines_changed: u64,
}

const COLUMNS: &str =
    "id::VARCHAR, epoch_us(ventana_desde), epoch_us(ventana_hasta), estado, error_tipo, error_mensaje,
    estado_http, registros_anunciados, registros_extraidos, epoch_us(fecha_fin)";

impl Warehouse {
    /// The facts of runs by their identifiers, in no order.
    pub async fn run_facts(&self, runs: Vec<RunId>) -> Result<Vec<RunFacts>> {
        self.read("hechos_de_ejecuciones", move |connection| {
            let (Some(first), Some(last)) = (runs.iter().min(), runs.iter().max()) else { return Ok(Vec::new()) };
            let marks = vec!["?::UUID"; runs.len()].join(", ");
            // The bounds let whole blocks be skipped: identifiers are in order of time, and a list of them is not.
            let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(first.to_string()), Box::new(last.to_string())];
            values.extend(runs.iter().map(|run| Box::new(run.to_string()) as Box<dyn ToSql>));
            let condition = format!("id >= ?::UUID AND id <= ?::UUID AND id IN ({marks})");
            facts(connection, &condition, values)
        })
        .await
    }

    /// The commits of a store's time, the first first.
    pub async fn commits(&self, kind: EtlKind, branch: BranchId, range: Interval<Timestamp>) -> Result<Vec<Commit>> {
        self.read("certificados", move |connection| {
            let columns = COLUMNS.replace("epoch_us(fecha_fin)", "epoch_us(registrada_en)");
            let mut statement = connection.prepare(&format!(
                "SELECT {columns},
                    (coalesce(lineas_agregadas, 0) + coalesce(lineas_cambiadas, 0) + coalesce(lineas_retiradas, 0))::UBIGINT
                 FROM cobertura JOIN etl_ejecuciones AS ejecucion ON ejecucion.id = cobertura.ejecucion_id
                 WHERE cobertura.etl_tipo = ? AND cobertura.ubicacion_id = ?
                   AND cobertura.desde < make_timestamptz(?::BIGINT) AND cobertura.hasta > make_timestamptz(?::BIGINT)
                 ORDER BY registrada_en, id"
            ))?;
            let values: Vec<Box<dyn ToSql>> = vec![
                Box::new(kind.as_str()),
                Box::new(branch.as_str().to_owned()),
                Box::new(micros(range.end())),
                Box::new(micros(range.start())),
            ];
            let mut rows = statement.query(params_from_iter(values))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let committed_at = instant("registrada_en", row.get(9)?)?;
                found.push(Commit { facts: facts_of(row)?, committed_at, lines_changed: row.get(10)? });
            }
            Ok(found)
        })
        .await
    }
}

fn facts(connection: &Connection, condition: &str, values: Vec<Box<dyn ToSql>>) -> Result<Vec<RunFacts>> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM etl_ejecuciones WHERE {condition}"))?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(facts_of(row)?);
    }
    Ok(found)
}

fn facts_of(row: &Row<'_>) -> Result<RunFacts> {
    let named_error = row.get::<_, Option<String>>(4)?.map(|text| named("error_tipo", &text)).transpose()?;
    Ok(RunFacts {
        run: identified("id", &row.get::<_, String>(0)?)?,
        window: interval("ventana", row.get(1)?, row.get(2)?)?,
        state: named("estado", &row.get::<_, String>(3)?)?,
        error: named_error,
        message: row.get(5)?,
        http_status: row.get(6)?,
        announced: row.get(7)?,
        received: row.get(8)?,
        ended_at: row.get::<_, Option<i64>>(9)?.map(|micros| instant("fecha_fin", micros)).transpose()?,
    })
}
