//! What was known at a moment of the past. Coverage and runs are only ever added, and waivers keep from when to when they
//! counted, so nothing has to be kept beside them.

use domain::gap::Attempt;
use domain::later_change::LaterChange;
use domain::{BranchId, EtlKind, Interval, RunState};
use duckdb::{Connection, Row, params};
use jiff::Timestamp;

use crate::coverage::BranchIntervals;
use crate::instants::{identified, instant, interval, micros, named};
use crate::later_changes::changes;
use crate::runs::run_text;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// What gaps are computed from, as it was known at a moment.
#[derive(Clone, Debug, Default)]
pub struct PastEvidence {
    /// Windows that were covered by then.
    pub covered: BranchIntervals,
    /// Half hours that were covered and that the source had otherwise then; of sales.
    pub changes: Vec<(BranchId, LaterChange)>,
    /// Windows that were given up then.
    pub waived: BranchIntervals,
    /// Runs in the state they had then, but for those that had succeeded.
    pub attempts: Vec<(BranchId, Attempt)>,
    /// The start of the first window of each branch that was covered by then.
    pub first_covered: Vec<(BranchId, Timestamp)>,
}

impl Warehouse {
    /// The evidence of one kind and range as it was at a moment; of one branch, or of all.
    pub async fn evidence_at(
        &self,
        kind: EtlKind,
        branch: Option<BranchId>,
        range: Interval<Timestamp>,
        moment: Timestamp,
    ) -> Result<PastEvidence> {
        self.read_long("evidencia_pasada", move |connection| {
            let scope = Scope { connection, kind, branch: branch.as_ref(), range, moment };
            Ok(PastEvidence {
                covered: scope.intervals("cobertura", "")?,
                changes: match kind {
                    EtlKind::Sales => changes(connection, branch.as_ref(), range, Some(moment))?,
                    EtlKind::Inventory => Vec::new(),
                },
                waived: scope.intervals(
                    "exenciones",
                    "AND (retirada_en IS NULL OR retirada_en > make_timestamptz(?::BIGINT))",
                )?,
                attempts: scope.attempts()?,
                first_covered: scope.first_covered()?,
            })
        })
        .await
    }
}

struct Scope<'scope> {
    connection: &'scope Connection,
    kind: EtlKind,
    branch: Option<&'scope BranchId>,
    range: Interval<Timestamp>,
    moment: Timestamp,
}

impl Scope<'_> {
    fn intervals(&self, table: &str, condition: &str) -> Result<BranchIntervals> {
        let branch = self.branch.map(BranchId::as_str);
        let mut statement = self.connection.prepare(&format!(
            "SELECT DISTINCT ubicacion_id, epoch_us(desde), epoch_us(hasta) FROM {table}
             WHERE etl_tipo = ? AND (? IS NULL OR ubicacion_id = ?)
               AND desde < make_timestamptz(?::BIGINT) AND hasta > make_timestamptz(?::BIGINT)
               AND registrada_en <= make_timestamptz(?::BIGINT) {condition}"
        ))?;
        let (end, start, moment) = (micros(self.range.end()), micros(self.range.start()), micros(self.moment));
        let kind = self.kind.as_str();
        let mut rows = match condition {
            "" => statement.query(params![kind, branch, branch, end, start, moment])?,
            _ => statement.query(params![kind, branch, branch, end, start, moment, moment])?,
        };
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let branch = BranchId::new(row.get::<_, String>(0)?);
            let part = interval("desde", row.get(1)?, row.get(2)?).or_set_aside("cobertura")?;
            found.extend(part.map(|part| (branch, part)));
        }
        Ok(found)
    }

    /// A run that has succeeded since was in work, or waited, until it did.
    fn attempts(&self) -> Result<Vec<(BranchId, Attempt)>> {
        let branch = self.branch.map(BranchId::as_str);
        let moment = micros(self.moment);
        let mut statement = self.connection.prepare(
            "SELECT ubicacion_id, id::VARCHAR, epoch_us(ventana_desde), epoch_us(ventana_hasta), estado, error_tipo,
                error_mensaje, error_detalle,
                fecha_fin IS NOT NULL AND fecha_fin <= make_timestamptz(?::BIGINT),
                fecha_inicio IS NOT NULL AND fecha_inicio <= make_timestamptz(?::BIGINT)
             FROM etl_ejecuciones
             WHERE etl_tipo = ? AND (? IS NULL OR ubicacion_id = ?)
               AND ventana_desde < make_timestamptz(?::BIGINT) AND ventana_hasta > make_timestamptz(?::BIGINT)
               AND creado_en <= make_timestamptz(?::BIGINT)
               AND (estado <> 'exitoso' OR fecha_fin > make_timestamptz(?::BIGINT))",
        )?;
        let mut rows = statement.query(params![
            moment,
            moment,
            self.kind.as_str(),
            branch,
            branch,
            micros(self.range.end()),
            micros(self.range.start()),
            moment,
            moment,
        ])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let branch = BranchId::new(row.get::<_, String>(0)?);
            found.extend(attempt(row).or_set_aside("etl_ejecuciones")?.map(|attempt| (branch, attempt)));
        }
        Ok(found)
    }

    fn first_covered(&self) -> Result<Vec<(BranchId, Timestamp)>> {
        let mut statement = self.connection.prepare(
            "SELECT ubicacion_id, epoch_us(min(desde)) FROM cobertura
             WHERE etl_tipo = ? AND registrada_en <= make_timestamptz(?::BIGINT) GROUP BY ubicacion_id",
        )?;
        let mut rows = statement.query(params![self.kind.as_str(), micros(self.moment)])?;
        let mut first = Vec::new();
        while let Some(row) = rows.next()? {
            first.push((BranchId::new(row.get::<_, String>(0)?), instant("desde", row.get(1)?)?));
        }
        Ok(first)
    }
}

fn attempt(row: &Row<'_>) -> Result<Attempt> {
    let (ended, started): (bool, bool) = (row.get(8)?, row.get(9)?);
    let state = match (ended, started) {
        (true, _) => named("estado", &row.get::<_, String>(4)?)?,
        (false, true) => RunState::Running,
        (false, false) => RunState::Queued,
    };
    let error = row.get::<_, Option<String>>(5)?.filter(|_| ended);
    Ok(Attempt {
        run: identified("id", &row.get::<_, String>(1)?)?,
        interval: interval("ventana", row.get(2)?, row.get(3)?)?,
        state,
        error: error.map(|text| named("error_tipo", &text)).transpose()?,
        message: run_text(row, 6, 7)?.filter(|_| ended),
    })
}
