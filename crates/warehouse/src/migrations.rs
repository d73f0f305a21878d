//! The schema, as numbered steps that are applied once each.
//!
//! A step that has been released is never edited: the database keeps the checksum of what was applied, and a program
//! whose step differs refuses to go on. A change is a new step.

use std::cmp::Ordering;

use crate::database::{Connection, Turn, params};

use crate::database::postgres::schema::STEPS as STEPS_OF_POSTGRES;
use crate::{Result, WarehouseError};

type Step = (i32, &'static str, &'static str);

const STEPS: &[Step] = &[
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
    (15, "losses_in_doubt", include_str!("../migrations/0015_losses_in_doubt.sql")),
    (16, "snapshots_of_warehouses", include_str!("../migrations/0016_snapshots_of_warehouses.sql")),
    (17, "listing_of_stores", include_str!("../migrations/0017_listing_of_stores.sql")),
    (20, "access", include_str!("../migrations/0020_access.sql")),
    (21, "audit_chain", include_str!("../migrations/0021_audit_chain.sql")),
    (25, "notices", include_str!("../migrations/0025_notices.sql")),
    (28, "audit_of_decisions", include_str!("../migrations/0028_audit_of_decisions.sql")),
    (29, "clock_of_the_source", include_str!("../migrations/0029_clock_of_the_source.sql")),
    (31, "saved_views", include_str!("../migrations/0031_saved_views.sql")),
    (33, "run_messages", include_str!("../migrations/0033_run_messages.sql")),
    (34, "stop_causes", include_str!("../migrations/0034_stop_causes.sql")),
    (35, "echoes_of_the_source", include_str!("../migrations/0035_echoes_of_the_source.sql")),
    (38, "identities", include_str!("../migrations/0038_identities.sql")),
    (39, "moment_of_doubted_losses", include_str!("../migrations/0039_moment_of_doubted_losses.sql")),
];

fn steps(connection: &Connection) -> &'static [Step] {
    if connection.is_file() { STEPS } else { STEPS_OF_POSTGRES }
}

/// Brings the schema up to date; each missing step in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    // Processes that share a database may start at the same time: what one of them has done, the next one finds.
    let transaction = connection.transaction(Turn::Alone)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS esquema_migraciones (
            version INTEGER NOT NULL, nombre VARCHAR NOT NULL, suma VARCHAR NOT NULL,
            aplicada_en TIMESTAMPTZ NOT NULL DEFAULT current_timestamp)",
    )?;
    transaction.commit()?;
    let found = applied(connection)?;
    if let (Some(found), known) = versions(connection, &found)
        && found > known
    {
        return Err(WarehouseError::TooNew { found, known });
    }
    for (version, name, sql) in steps(connection) {
        let transaction = connection.transaction(Turn::Alone)?;
        let applied = applied(&transaction)?;
        let sum: String = transaction.query_row("SELECT md5(?)", params![sql], |row| row.get(0))?;
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

/// The version of a schema that [`migrate`] will change; None where there is nothing yet, or nothing to change.
pub(crate) fn earlier_schema(connection: &Connection) -> Result<Option<i32>> {
    let applied = applied_if_any(connection)?;
    let is_missing = steps(connection).iter().any(|(step, ..)| applied.iter().all(|(version, _)| version != step));
    let (found, known) = versions(connection, &applied);
    Ok(found.filter(|found| is_missing && *found <= known))
}

/// Whether the schema is one that this program can bring up to date, or has; nothing is changed.
pub(crate) fn require_known(connection: &Connection) -> Result<()> {
    match require_schema(connection) {
        Err(WarehouseError::TooOld { .. }) => Ok(()),
        outcome => outcome,
    }
}

/// Whether the schema is this program's; nothing is changed.
pub(crate) fn require_schema(connection: &Connection) -> Result<()> {
    let (found, known) = versions(connection, &applied_if_any(connection)?);
    let found = found.unwrap_or(0);
    match found.cmp(&known) {
        Ordering::Greater => Err(WarehouseError::TooNew { found, known }),
        Ordering::Less => Err(WarehouseError::TooOld { found, known }),
        Ordering::Equal => Ok(()),
    }
}

fn applied_if_any(connection: &Connection) -> Result<Vec<(i32, String)>> {
    let table = "SELECT count(*) > 0 FROM information_schema.tables
        WHERE table_schema = current_schema() AND table_name = 'esquema_migraciones'";
    let has_schema: bool = connection.query_row(table, [], |row| row.get(0))?;
    if has_schema { applied(connection) } else { Ok(Vec::new()) }
}

/// The latest version that was applied, and the latest that this program knows.
fn versions(connection: &Connection, applied: &[(i32, String)]) -> (Option<i32>, i32) {
    let known = steps(connection).last().map_or(0, |(version, ..)| *version);
    (applied.iter().map(|(version, _)| *version).max(), known)
}

fn applied(connection: &Connection) -> Result<Vec<(i32, String)>> {
    let mut statement = connection.prepare("SELECT version, suma FROM esquema_migraciones ORDER BY version")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
