//! What runs prove, or failed with.

use std::collections::HashSet;

use crate::database::{Connection, Row};
use domain::cause::RunFacts;
use domain::{BranchId, EtlKind, Interval, RunId};
use jiff::Timestamp;

use crate::instants::{identified, instant, interval, micros, named};
use crate::literal::{list, with_values};
use crate::run_place;
use crate::runs::run_text;
use crate::set_aside::ReadRow;
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
    estado_http, registros_anunciados, registros_extraidos, epoch_us(fecha_fin), error_detalle";

impl Warehouse {
    /// The facts of runs by their identifiers, in no order.
    pub async fn run_facts(&self, runs: Vec<RunId>) -> Result<Vec<RunFacts>> {
        self.read("hechos_de_ejecuciones", move |connection| {
            let (Some(first), Some(last)) = (runs.iter().min(), runs.iter().max()) else { return Ok(Vec::new()) };
            let wanted = runs.iter().collect::<HashSet<_>>().len();
            let everywhere = format!("id IN ({})", list(&runs));
            if let Some(near) = run_place::near(*first, *last) {
                let found = facts(connection, &format!("{near} AND {everywhere}"))?;
                if found.len() == wanted {
                    return Ok(found);
                }
            }
            facts(connection, &everywhere)
        })
        .await
    }

    /// The commits of a store's time, the first first.
    pub async fn commits(&self, kind: EtlKind, branch: BranchId, range: Interval<Timestamp>) -> Result<Vec<Commit>> {
        self.read("certificados", move |connection| {
            let columns = COLUMNS.replace("epoch_us(fecha_fin)", "epoch_us(registrada_en)");
            let covers = with_values(
                "FROM cobertura WHERE cobertura.etl_tipo = ? AND cobertura.ubicacion_id = ?
                   AND cobertura.desde < make_timestamptz(?) AND cobertura.hasta > make_timestamptz(?)",
                &[&kind.as_str(), &branch, &micros(range.end()), &micros(range.start())],
            );
            let (wanted, first, last): (u64, Option<String>, Option<String>) = connection
                .prepare(&format!(
                    "SELECT count(*)::UBIGINT, min(ejecucion_id::VARCHAR), max(ejecucion_id::VARCHAR) {covers}"
                ))?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
            let commits = |of_runs: &str| {
                let mut statement = connection.prepare(&format!(
                    "SELECT {columns},
                        (coalesce(lineas_agregadas, 0) + coalesce(lineas_cambiadas, 0) + coalesce(lineas_retiradas, 0))::UBIGINT
                     FROM (SELECT ejecucion_id, registrada_en {covers}) AS commits
                     JOIN (SELECT * FROM etl_ejecuciones WHERE {of_runs}) AS ejecucion ON ejecucion.id = commits.ejecucion_id
                     ORDER BY registrada_en, id"
                ))?;
                let mut rows = statement.query([])?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.extend(commit_of(row).or_set_aside("etl_ejecuciones")?);
                }
                Ok::<_, crate::WarehouseError>(found)
            };
            let ids = (identified("ejecucion_id", &first)?, identified("ejecucion_id", &last)?);
            if let Some(near) = run_place::near(ids.0, ids.1) {
                let found = commits(&near)?;
                if found.len() as u64 == wanted {
                    return Ok(found);
                }
            }
            commits("true")
        })
        .await
    }
}

fn facts(connection: &Connection, condition: &str) -> Result<Vec<RunFacts>> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM etl_ejecuciones WHERE {condition}"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(facts_of(row).or_set_aside("etl_ejecuciones")?);
    }
    Ok(found)
}

fn commit_of(row: &Row<'_>) -> Result<Commit> {
    let committed_at = instant("registrada_en", row.get(9)?)?;
    Ok(Commit { facts: facts_of(row)?, committed_at, lines_changed: row.get(11)? })
}

fn facts_of(row: &Row<'_>) -> Result<RunFacts> {
    let named_error = row.get::<_, Option<String>>(4)?.map(|text| named("error_tipo", &text)).transpose()?;
    Ok(RunFacts {
        run: identified("id", &row.get::<_, String>(0)?)?,
        window: interval("ventana", row.get(1)?, row.get(2)?)?,
        state: named("estado", &row.get::<_, String>(3)?)?,
        error: named_error,
        message: run_text(row, 5, 10)?,
        http_status: row.get(6)?,
        announced: row.get(7)?,
        received: row.get(8)?,
        ended_at: row.get::<_, Option<i64>>(9)?.map(|micros| instant("fecha_fin", micros)).transpose()?,
    })
}
