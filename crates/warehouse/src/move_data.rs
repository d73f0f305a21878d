//! Moving a database from a file to a server, or back: table by table, the large ones month by month, each part in a transaction. Who
//! is killed meanwhile moves on where they were: a part that is there whole is left as it is.

use std::sync::{Arc, LazyLock};

use duckdb::arrow::array::{ArrayRef, StringArray};

use crate::database::{Connection, Row, Turn, params};
use crate::migrations::{migrate, require_schema};
use crate::warehouse::open_place;
use crate::{Access, Place, Result, WarehouseError, WarehouseSettings};

/// Tables that are moved by the months of a column; the others are moved whole.
const BY_MONTH: [(&str, &str); 6] = [
    ("etl_ejecuciones", "creado_en"),
    ("cobertura", "desde"),
    ("ventas", "fecha_hora"),
    ("ventas_por_media_hora", "media_hora"),
    ("secuencias", "media_hora"),
    ("stock_historico", "capturado_en"),
];

/// Tables that belong to one kind of database.
const NOT_MOVED: [&str; 3] = ["esquema_migraciones", "procesos", "cargas_de_tienda"];

/// What is added up on both sides, beside the number of rows.
const SUMS: [(&str, &str); 4] = [
    ("ventas", "sum(venta_total_bs)"),
    ("ventas", "sum(venta_total_usd)"),
    ("cobertura", "sum(epoch_us(hasta) - epoch_us(desde))"),
    ("stock_actual", "sum(stock)"),
];

/// Rows that are in memory at once, as text.
const PIECE_ROWS: usize = 5_000;

/// Names of columns of text, as many as the widest table has and more.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| (0..100).map(|index| format!("c{index}")).collect());

/// A part that was moved, for whoever shows how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedPart {
    /// The table.
    pub table: String,
    /// The month, as `2025-11`; None of a table that is moved whole.
    pub month: Option<String>,
    /// Its rows.
    pub rows: u64,
    /// Whether it was there already.
    pub was_there: bool,
}

/// Why a database was not moved. What was moved before stays, and the next attempt goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// Processes work with one of the two.
    #[error("{0} processes work with the database: end them first")]
    InUse(u64),
    /// A table is not the same on both sides; there are rows that nobody moved.
    #[error("{table} has {found} instead of {expected} where it was moved to")]
    Differs {
        /// The table.
        table: String,
        /// What was counted or added up.
        found: String,
        /// The same where it came from.
        expected: String,
    },
    /// One of the two databases refused.
    #[error(transparent)]
    Database(#[from] WarehouseError),
}

impl From<crate::DatabaseError> for MoveError {
    fn from(error: crate::DatabaseError) -> Self {
        Self::Database(error.into())
    }
}

/// Moves all of one database to another one, which is made where there is none, and compares both. The first one stays as it is.
/// Nobody may work with either meanwhile.
///
/// # Errors
///
/// [`MoveError::InUse`] where processes hold leases; [`MoveError::Differs`] where the other database has something else.
pub fn move_database(from: Place, to: Place, mut moved: impl FnMut(MovedPart)) -> std::result::Result<(), MoveError> {
    let open =
        |place: Place, access: Access| open_place(&WarehouseSettings { place, access, ..WarehouseSettings::default() });
    let (from, mut to) = (open(from, Access::ReadOnly)?, open(to, Access::ReadAndWrite)?);
    require_schema(&from.connection)?;
    migrate(&mut to.connection)?;
    let (source, target) = (&from.connection, &mut to.connection);
    for connection in [source, &*target] {
        refuse_processes(connection)?;
    }
    for table in tables(source)? {
        for part in parts(source, &table)? {
            let rows = count(source, &part)?;
            let was_there = count(target, &part)? == rows;
            if !was_there {
                copy(source, target, &part)?;
            }
            moved(MovedPart { table: table.clone(), month: part.month, rows, was_there });
        }
        let whole = Part { table: table.clone(), month: None, condition: "true".to_owned() };
        compare(&table, count(source, &whole)?.to_string(), count(target, &whole)?.to_string())?;
    }
    for (table, sum) in SUMS {
        compare(table, added_up(source, table, sum)?, added_up(target, table, sum)?)?;
    }
    if let Some(mark) = to.file.as_ref().and_then(|file| file.mark()) {
        mark.write();
    }
    Ok(())
}

/// Rows that are moved together.
struct Part {
    table: String,
    month: Option<String>,
    condition: String,
}

fn refuse_processes(connection: &Connection) -> std::result::Result<(), MoveError> {
    if connection.is_file() {
        // A file has one process, which has a lock on it.
        return Ok(());
    }
    let sql = "SELECT count(*) FROM procesos WHERE vence_en > clock_timestamp()";
    match connection.query_row(sql, params![], |row| row.get(0))? {
        0 => Ok(()),
        processes => Err(MoveError::InUse(processes)),
    }
}

fn tables(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT table_name FROM information_schema.tables
         WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name",
    )?;
    let names = statement.query_map(params![], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<crate::database::Result<_>>()?;
    Ok(names.into_iter().filter(|name| !NOT_MOVED.contains(&name.as_str())).collect())
}

fn parts(source: &Connection, table: &str) -> Result<Vec<Part>> {
    let whole = || Part { table: table.to_owned(), month: None, condition: "true".to_owned() };
    let Some((_, column)) = BY_MONTH.iter().find(|(name, _)| *name == table) else { return Ok(vec![whole()]) };
    let mut statement = source
        .prepare(&format!("SELECT DISTINCT date_trunc('month', {column})::DATE::VARCHAR FROM {table} ORDER BY 1"))?;
    let months = statement.query_map(params![], |row| row.get::<_, String>(0))?;
    let months: Vec<String> = months.collect::<crate::database::Result<_>>()?;
    let part = |day: String| Part {
        table: table.to_owned(),
        condition: format!("date_trunc('month', {column})::DATE = DATE '{day}'"),
        month: Some(day.chars().take(7).collect()),
    };
    Ok(months.into_iter().map(part).collect())
}

fn count(connection: &Connection, part: &Part) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {} WHERE {}", part.table, part.condition);
    Ok(connection.query_row(&sql, params![], |row| row.get(0))?)
}

fn added_up(connection: &Connection, table: &str, sum: &str) -> Result<String> {
    let sql = format!("SELECT coalesce({sum}, 0)::VARCHAR FROM {table}");
    Ok(connection.query_row(&sql, params![], |row| row.get(0))?)
}

fn compare(table: &str, expected: String, found: String) -> std::result::Result<(), MoveError> {
    // A sum of nothing has no decimals on one side.
    let usual = |text: &str| text.parse::<rust_decimal::Decimal>().map(|number| number.normalize()).ok();
    if expected == found || usual(&expected).is_some() && usual(&expected) == usual(&found) {
        return Ok(());
    }
    Err(MoveError::Differs { table: table.to_owned(), found, expected })
}

/// Columns and their types where they are moved to. What only the other kind of database has is made there.
fn columns(source: &Connection, target: &Connection, table: &str) -> Result<Vec<(String, String)>> {
    let of = |connection: &Connection| -> Result<Vec<(String, String)>> {
        let mut statement = connection.prepare(
            "SELECT column_name, data_type FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position",
        )?;
        let columns = statement.query_map(params![table], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(columns.collect::<crate::database::Result<_>>()?)
    };
    let known = of(source)?;
    Ok(of(target)?.into_iter().filter(|(name, _)| known.iter().any(|(other, _)| other == name)).collect())
}

/// Replaces a part: every value goes as text, which both databases write and read alike.
fn copy(source: &Connection, target: &mut Connection, part: &Part) -> Result<()> {
    let columns = columns(source, target, &part.table)?;
    let list = |what: &dyn Fn(&(String, String)) -> String| columns.iter().map(what).collect::<Vec<_>>().join(", ");
    let numbered = |what: &dyn Fn(usize, &str) -> String| {
        columns.iter().enumerate().map(|(index, (_, kind))| what(index, kind)).collect::<Vec<_>>().join(", ")
    };
    let names = list(&|(name, _)| format!("\"{name}\""));
    let texts = list(&|(name, _)| format!("\"{name}\"::VARCHAR"));
    let typed = numbered(&|index, kind| format!("c{index}::{kind}"));
    let declared = numbered(&|index, _| format!("c{index} VARCHAR"));
    let transaction = target.transaction(Turn::Alone)?;
    transaction.replace_temporary_table("mudanza", &format!("({declared})"))?;
    {
        let mut statement = source.prepare(&format!(
            "SELECT {texts} FROM {} WHERE {} ORDER BY {}",
            part.table,
            part.condition,
            // As they were added: what has no other order keeps it.
            source.choose("rowid", "ctid")
        ))?;
        let mut rows = statement.query(params![])?;
        let mut values: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len()];
        let mut is_over = false;
        while !is_over {
            match rows.next()? {
                Some(row) => read(row, &mut values)?,
                None => is_over = true,
            }
            let waiting = values.first().map_or(0, Vec::len);
            if waiting == PIECE_ROWS || is_over && waiting > 0 {
                let pieces = NAMES.iter().zip(values.iter_mut()).map(|(name, values)| {
                    (name.as_str(), Arc::new(StringArray::from(std::mem::take(values))) as ArrayRef)
                });
                transaction.append("mudanza", [Ok::<_, WarehouseError>(pieces.collect())])?;
            }
        }
    }
    transaction.execute_batch(&format!("DELETE FROM {} WHERE {}", part.table, part.condition))?;
    transaction.execute_batch(&format!("INSERT INTO {} ({names}) SELECT {typed} FROM mudanza", part.table))?;
    transaction.execute_batch("DROP TABLE mudanza")?;
    Ok(transaction.commit()?)
}

fn read(row: &Row<'_>, values: &mut [Vec<Option<String>>]) -> Result<()> {
    for (index, column) in values.iter_mut().enumerate() {
        column.push(row.get(index)?);
    }
    Ok(())
}
