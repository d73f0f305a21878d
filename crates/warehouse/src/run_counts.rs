//! How many runs there are of each kind, store, mode and state, without counting all of them each time.
//!
//! A run that has ended stays as it is, and rows are added behind all others. So the counts of the rows before the first run that
//! has not ended are kept, and the rows from there on are counted for each question. Where runs are deleted
//! ([`crate::retention`]), and DuckDB later gives rows other numbers for it, both together are not as many as there are, and all
//! are counted anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::database::Connection;
use domain::filter::RunFilter;
use domain::read_model::RunTotals;

use crate::Result;

/// Rows that are counted for each question, about, before those that have ended among them are added to what is kept.
const ROWS_COUNTED_MAX: u64 = 20_000;

/// What is kept, of the rows before one.
#[derive(Default)]
pub(crate) struct RunCounts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    before_row: i64,
    counts: Counts,
}

type Counts = HashMap<Key, u64>;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: String,
    branch: String,
    mode: String,
    state: String,
}

impl Key {
    fn is_of(&self, filter: &RunFilter) -> bool {
        filter.kind.is_none_or(|kind| kind.as_str() == self.kind)
            && filter.branch.as_ref().is_none_or(|branch| branch.as_str() == self.branch)
            && filter.mode.is_none_or(|mode| mode.as_str() == self.mode)
            && filter.state.is_none_or(|state| state.as_str() == self.state)
    }
}

impl RunCounts {
    /// After runs were deleted.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    /// The totals under a filter, whose batch and cursor are not looked at.
    pub(crate) fn totals(&self, connection: &Connection, filter: &RunFilter) -> Result<RunTotals> {
        if !connection.is_file() {
            // PostgreSQL counts by its index, and rows of other processes come in any order.
            return Ok(totals_of(&count(connection, "true")?, filter));
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut later = kept.later(connection)?;
        if later.values().sum::<u64>() > ROWS_COUNTED_MAX {
            kept.advance(connection)?;
            later = count(connection, &format!("rowid >= {}", kept.before_row))?;
        }
        for (key, count) in &kept.counts {
            *later.entry(key.clone()).or_default() += count;
        }
        Ok(totals_of(&later, filter))
    }
}

fn totals_of(counts: &Counts, filter: &RunFilter) -> RunTotals {
    let mut totals = RunTotals::default();
    for (key, count) in counts.iter().filter(|(key, _)| key.is_of(filter)) {
        totals.ejecuciones += count;
        match key.state.as_str() {
            "exitoso" => totals.exitosas += count,
            "fallido" | "parcial" | "interrumpido" => totals.fallidas += count,
            "en_proceso" => totals.en_proceso += count,
            "en_cola" => totals.en_cola += count,
            _ => {}
        }
    }
    totals
}

impl Kept {
    /// The rows behind those that are kept; all of them, where what is kept is not so any more.
    fn later(&mut self, connection: &Connection) -> Result<Counts> {
        let later = count(connection, &format!("rowid >= {}", self.before_row))?;
        let rows: u64 =
            connection.prepare("SELECT count(*)::UBIGINT FROM etl_ejecuciones")?.query_row([], |row| row.get(0))?;
        if self.counts.values().chain(later.values()).sum::<u64>() == rows {
            return Ok(later);
        }
        *self = Self::default();
        count(connection, "true")
    }

    /// Adds the rows before the first that has not ended.
    fn advance(&mut self, connection: &Connection) -> Result<()> {
        let before: i64 = connection
            .prepare(&format!(
                "SELECT coalesce(
                    (SELECT min(rowid) FROM etl_ejecuciones
                     WHERE rowid >= {from} AND estado IN ('en_cola', 'en_proceso')),
                    (SELECT max(rowid) + 1 FROM etl_ejecuciones WHERE rowid >= {from}), {from})",
                from = self.before_row
            ))?
            .query_row([], |row| row.get(0))?;
        let ended = count(connection, &format!("rowid >= {} AND rowid < {before}", self.before_row))?;
        for (key, count) in ended {
            *self.counts.entry(key).or_default() += count;
        }
        self.before_row = before;
        Ok(())
    }
}

fn count(connection: &Connection, condition: &str) -> Result<Counts> {
    let mut statement = connection.prepare(&format!(
        "SELECT etl_tipo, ubicacion_id, modo, estado, count(*)::UBIGINT FROM etl_ejecuciones WHERE {condition} GROUP BY 1, 2, 3, 4"
    ))?;
    let mut rows = statement.query([])?;
    let mut counts = Counts::new();
    while let Some(row) = rows.next()? {
        counts
            .insert(Key { kind: row.get(0)?, branch: row.get(1)?, mode: row.get(2)?, state: row.get(3)? }, row.get(4)?);
    }
    Ok(counts)
}
