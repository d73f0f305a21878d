//! What gaps are computed from, read in one transaction: as it is now, or as it was known at a moment of the past. Coverage and
//! runs are only ever added, and waivers keep from when to when they counted, so nothing has to be kept beside them for the past.

use crate::database::{Connection, Row, params};
use domain::gap::Attempt;
use domain::later_change::LaterChange;
use domain::sequence::NumberRun;
use domain::{BranchId, EtlKind, Interval, RunState};
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::calendars::{CalendarRow, calendar_changes};
use crate::coverage::{self, BranchIntervals};
use crate::instants::{identified, instant, interval, micros, named};
use crate::later_changes::changes;
use crate::number_waivers::{NumberWaiver, waivers_of};
use crate::read::numbers::broken_sequences;
use crate::runs::run_text;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// Which evidence is read.
#[derive(Clone, Debug)]
pub struct EvidenceFilter {
    /// Sales or stock.
    pub kind: EtlKind,
    /// One branch; all where it is None.
    pub branch: Option<BranchId>,
    /// Runs with points of it.
    pub range: Interval<Timestamp>,
    /// Coverage, changes and waivers with points of it: the range and the time around it in which invoice numbers have neighbours.
    pub around: Interval<Timestamp>,
    /// Where invoice numbers are compared; None where they are not.
    pub numbers: Option<NumberRange>,
    /// As it was known at that moment; as it is now where it is None. Numbers are known as they are now only.
    pub known_at: Option<Timestamp>,
}

impl EvidenceFilter {
    /// Of all branches and a range, as it is now, without invoice numbers.
    pub fn of_range(kind: EtlKind, range: Interval<Timestamp>) -> Self {
        Self { kind, branch: None, range, around: range, numbers: None, known_at: None }
    }
}

/// Where invoice numbers are compared, on the stores' clocks.
#[derive(Clone, Copy, Debug)]
pub struct NumberRange {
    /// The numbers of it.
    pub compared: Interval<DateTime>,
    /// With their nearest neighbours within it.
    pub reach: Interval<DateTime>,
}

/// What gaps are computed from. All of it is of one committed state: a run that succeeds meanwhile is either in progress, or its
/// window is covered and its numbers are there.
#[derive(Clone, Debug, Default)]
pub struct EvidenceRows {
    /// Covered windows.
    pub covered: BranchIntervals,
    /// Covered half hours that the source has otherwise by now; of sales.
    pub changes: Vec<(BranchId, LaterChange)>,
    /// Windows that were given up.
    pub waived: BranchIntervals,
    /// Runs that did not succeed, or have not ended.
    pub attempts: Vec<(BranchId, Attempt)>,
    /// The start of the first covered window of each branch; of stock.
    pub first_covered: Vec<(BranchId, Timestamp)>,
    /// Numbers in a row, of registers in which they don't follow each other.
    pub number_runs: Vec<(BranchId, NumberRun)>,
    /// Missing numbers that were justified; read only where there are `number_runs`.
    pub number_waivers: Vec<NumberWaiver>,
    /// What was changed in the calendars, in the order in which it was registered.
    pub calendar_changes: Vec<CalendarRow>,
}

impl Warehouse {
    /// Reads evidence.
    pub async fn evidence(&self, filter: EvidenceFilter) -> Result<EvidenceRows> {
        match filter.known_at {
            None => self.read("evidencia", move |connection| current(connection, &filter)).await,
            Some(moment) => {
                self.read_long("evidencia_pasada", move |connection| known_at(connection, &filter, moment)).await
            }
        }
    }
}

fn current(connection: &Connection, filter: &EvidenceFilter) -> Result<EvidenceRows> {
    let (kind, branch, around) = (filter.kind, filter.branch.as_ref(), filter.around);
    let is_sales = kind == EtlKind::Sales;
    let number_runs = match filter.numbers {
        Some(numbers) if is_sales => broken_sequences(connection, branch, numbers.compared, numbers.reach)?,
        _ => Vec::new(),
    };
    Ok(EvidenceRows {
        covered: coverage::covered(connection, kind, branch, around)?,
        changes: if is_sales { changes(connection, branch, around, None)? } else { Vec::new() },
        waived: coverage::waived(connection, kind, branch, around)?,
        attempts: coverage::attempts(connection, kind, branch, filter.range)?,
        first_covered: if is_sales { Vec::new() } else { coverage::first_covered(connection, kind)? },
        number_waivers: match number_runs.is_empty() {
            true => Vec::new(),
            false => waivers_of(connection, branch, around)?,
        },
        number_runs,
        calendar_changes: calendar_changes(connection, None)?,
    })
}

fn known_at(connection: &Connection, filter: &EvidenceFilter, moment: Timestamp) -> Result<EvidenceRows> {
    let (kind, branch, range) = (filter.kind, filter.branch.as_ref(), filter.range);
    let scope = Scope { connection, kind, branch, range, moment };
    let is_sales = kind == EtlKind::Sales;
    Ok(EvidenceRows {
        covered: scope.intervals("cobertura", "")?,
        changes: if is_sales { changes(connection, branch, range, Some(moment))? } else { Vec::new() },
        waived: scope
            .intervals("exenciones", "AND (retirada_en IS NULL OR retirada_en > make_timestamptz(?::BIGINT))")?,
        attempts: scope.attempts()?,
        first_covered: if is_sales { Vec::new() } else { scope.first_covered()? },
        number_runs: Vec::new(),
        number_waivers: Vec::new(),
        calendar_changes: calendar_changes(connection, Some(moment))?,
    })
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

    /// A run that has succeeded since was in progress, or waited, until it did.
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
        // How its plan was then is not kept.
        is_held: false,
        error: error.map(|text| named("error_tipo", &text)).transpose()?,
        message: run_text(row, 6, 7)?.filter(|_| ended),
    })
}
