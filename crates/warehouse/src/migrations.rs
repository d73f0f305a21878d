//! The schema, as numbered steps that are applied once each.
//!
//! A step that has been released is never edited: the database keeps the checksum of what was applied, and a program
//! whose step differs refuses to go on. A change is a new step.

use duckdb::{Connection, params};

use crate::{Result, WarehouseError};

const STEPS: &[(i32, &str, &str)] = &[
    (1, "runs_and_coverage", include_str!("../migrations/0001_runs_and_coverage.sql")),
    (2, "sales_and_stock", include_str!("../migrations/0002_sales_and_stock.sql")),
    (3, "views", include_str!("../migrations/0003_views.sql")),
    (4, "gaps_covered_in_parts", include_str!("../migrations/0004_gaps_covered_in_parts.sql")),
    (5, "plans", include_str!("../migrations/0005_plans.sql")),
    (6, "proofs", include_str!("../migrations/0006_proofs.sql")),
    (7, "justifications_and_decisions", include_str!("../migrations/0007_justifications_and_decisions.sql")),
    (8, "reconciliations", include_str!("../migrations/0008_reconciliations.sql")),
    (9, "recoveries_told", include_str!("../migrations/0009_recoveries_told.sql")),
    (11, "calendars", include_str!("../migrations/0011_calendars.sql")),
    (12, "later_changes", include_str!("../migrations/0012_later_changes.sql")),
    (13, "waived_numbers", include_str!("../migrations/0013_waived_numbers.sql")),
    (14, "calendars_of_the_file", include_str!("../migrations/0014_calendars_of_the_file.sql")),
];

/// Brings the schema up to date; each missing step in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS esquema_migraciones (
            version INTEGER NOT NULL, nombre VARCHAR NOT NULL, suma VARCHAR NOT NULL,
            aplicada_en TIMESTAMPTZ NOT NULL DEFAULT current_timestamp)",
    )?;
    let applied = applied(connection)?;
    let known = STEPS.last().map_or(0, |(version, ..)| *version);
    if let Some(found) = applied.iter().map(|(version, _)| *version).max().filter(|found| *found > known) {
        return Err(WarehouseError::TooNew { found, known });
    }
    for (version, name, sql) in STEPS {
        let transaction = connection.transaction()?;
        let sum: String = transaction.query_row("SELECT md5(?)", [sql], |row| row.get(0))?;
        match applied.iter().find(|(applied, _)| applied == version) {
            Some((_, applied_sum)) if *applied_sum == sum => {}
            Some(_) => return Err(WarehouseError::MigrationChanged { version: *version }),
            None => {
                transaction.execute_batch(sql)?;
                transaction.execute(
                    "INSERT INTO esquema_migraciones (version, nombre, suma) VALUES (?, ?, ?)",
                    params![version, name, sum],
                )?;
            }
        }
        transaction.commit()?;
    }
    Ok(())
}

fn applied(connection: &Connection) -> Result<Vec<(i32, String)>> {
    let mut statement = connection.prepare("SELECT version, suma FROM esquema_migraciones ORDER BY version")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
