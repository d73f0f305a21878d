//! Moving a database from a file to a server, or back: table by table, the large ones month by month, each part in a transaction. Who
//! is killed meanwhile moves on where they were: a part that is there as it is where it came from is left as it is.
//!
//! Only an empty database is moved to, or one that a move from the same database left unfinished, which has a mark until it is
//! whole (`half_moved.rs`). Nobody else opens it meanwhile.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use duckdb::arrow::array::{ArrayRef, StringArray};
use jiff::civil::Date;

use crate::database::{Connection, Row, Turn, params};
use crate::half_moved::{MARK, is_half_moved};
use crate::migrations::{migrate, require_schema};
use crate::months;
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

/// Tables that belong to one kind of database, or to a move.
const NOT_MOVED: [&str; 8] = [
    "esquema_migraciones",
    "procesos",
    "cargas_de_tienda",
    "pasos_de_ejecucion",
    "intentos_de_entrada",
    "entradas_en_curso",
    "codigos_iniciales",
    MARK,
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
    /// There is something in the database that nobody moved there; all of it is as it was.
    #[error("{table} has {rows} rows where it would be moved to")]
    NotEmpty {
        /// The first table with rows.
        table: String,
        /// How many.
        rows: u64,
    },
    /// A table is not the same on both sides.
    #[error("{table} has {found} instead of {expected} where it was moved to")]
    Differs {
        /// The table.
        table: String,
        /// What was counted.
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
/// [`MoveError::InUse`] where processes hold leases; [`MoveError::NotEmpty`] where the other database has something else.
pub fn move_database(from: Place, to: Place, mut moved: impl FnMut(MovedPart)) -> std::result::Result<(), MoveError> {
    let open =
        |place: Place, access: Access| open_place(&WarehouseSettings { place, access, ..WarehouseSettings::default() });
    let (from, mut to) = (open(from, Access::ReadOnly)?, open(to, Access::ReadAndWrite)?);
    if is_half_moved(&from.connection)? {
        return Err(WarehouseError::HalfMoved.into());
    }
    require_schema(&from.connection)?;
    migrate(&mut to.connection)?;
    let (source, target) = (&from.connection, &mut to.connection);
    for connection in [source, &*target] {
        refuse_processes(connection)?;
    }
    let tables = tables(source)?;
    begin(source, target, &tables)?;
    for table in tables {
        let columns = columns(source, target, &table)?;
        for part in parts(source, &table)? {
            let rows = count(source, &part)?;
            let was_there = count(target, &part)? == rows
                && fingerprint(source, &part, &columns)? == fingerprint(target, &part, &columns)?;
            if !was_there {
                let read = copy(source, target, &part, &columns)?;
                compare(&table, read.to_string(), fingerprint(target, &part, &columns)?.to_string())?;
            }
            let month = part.month.map(|day| day.strftime("%Y-%m").to_string());
            moved(MovedPart { table: table.clone(), month, rows, was_there });
        }
        let whole = Part::whole(&table);
        compare(&table, count(source, &whole)?.to_string(), count(target, &whole)?.to_string())?;
    }
    target.execute_batch(&format!("DROP TABLE {MARK}"))?;
    if let Some(mark) = to.file.as_ref().and_then(|file| file.mark()) {
        mark.write();
    }
    Ok(())
}

/// Marks the database that is moved to, where it is empty or has the mark of a move from the same one.
fn begin(source: &Connection, target: &mut Connection, tables: &[String]) -> std::result::Result<(), MoveError> {
    // When the tables of a database were made is the same for no other one.
    let origin: String = source.query_row(
        "SELECT md5(string_agg(version::VARCHAR || ' ' || epoch_us(aplicada_en)::VARCHAR, ',' ORDER BY version))
         FROM esquema_migraciones",
        params![],
        |row| row.get(0),
    )?;
    if is_half_moved(target)? {
        let of: String = target.query_row(&format!("SELECT origen FROM {MARK}"), params![], |row| row.get(0))?;
        return compare(MARK, origin, of);
    }
    for table in tables {
        let rows = count(target, &Part::whole(table))?;
        if rows > 0 {
            return Err(MoveError::NotEmpty { table: table.clone(), rows });
        }
    }
    let transaction = target.transaction(Turn::Alone)?;
    transaction.execute_batch(&format!("CREATE TABLE {MARK} (origen VARCHAR NOT NULL)"))?;
    transaction.execute(&format!("INSERT INTO {MARK} VALUES (?)"), params![origin])?;
    Ok(transaction.commit()?)
}

/// Rows that are moved together.
struct Part {
    table: String,
    /// Its first day.
    month: Option<Date>,
    condition: String,
}

impl Part {
    fn whole(table: &str) -> Self {
        Self { table: table.to_owned(), month: None, condition: "true".to_owned() }
    }
}

/// The number of some rows and the sum of their hashes, which are the same in any order.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Fingerprint {
    rows: u64,
    sum: u64,
}

impl Fingerprint {
    fn add(&mut self, values: impl Iterator<Item = Option<String>>) {
        let mut hasher = DefaultHasher::new();
        values.for_each(|value| value.map(|value| canonical(&value)).hash(&mut hasher));
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hasher.finish());
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({:016x})", self.rows, self.sum)
    }
}

/// A value in one form for both databases: they differ in how many zeros end a number or a time, and one has no NUL.
fn canonical(value: &str) -> String {
    let is_number = value.contains('.') && value.chars().all(|sign| sign.is_ascii_digit() || ".:- ".contains(sign));
    if is_number {
        return value.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    value.replace('\0', "\u{2400}")
}

/// Reads the rows of a part.
fn fingerprint(connection: &Connection, part: &Part, columns: &[(String, String)]) -> Result<Fingerprint> {
    let mut statement = connection.prepare(&select(connection, part, columns))?;
    let mut rows = statement.query(params![])?;
    let mut found = Fingerprint::default();
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|index| row.get(index)).collect::<crate::database::Result<Vec<_>>>()?;
        found.add(values.into_iter());
    }
    Ok(found)
}

/// Every value as text.
fn select(connection: &Connection, part: &Part, columns: &[(String, String)]) -> String {
    let texts: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"::VARCHAR")).collect();
    // As they were added: what has no other order keeps it.
    let order = connection.choose("rowid", "ctid");
    format!("SELECT {} FROM {} WHERE {} ORDER BY {order}", texts.join(", "), part.table, part.condition)
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
    let Some((_, column)) = BY_MONTH.iter().find(|(name, _)| *name == table) else {
        return Ok(vec![Part::whole(table)]);
    };
    let mut statement = source
        .prepare(&format!("SELECT DISTINCT date_trunc('month', {column})::DATE::VARCHAR FROM {table} ORDER BY 1"))?;
    let months = statement.query_map(params![], |row| row.get::<_, String>(0))?;
    let months: Vec<String> = months.collect::<crate::database::Result<_>>()?;
    let part = |day: String| Part {
        table: table.to_owned(),
        condition: format!("{column} >= DATE '{day}' AND {column} < DATE '{day}' + INTERVAL '1 month'"),
        month: day.parse().ok(),
    };
    Ok(months.into_iter().map(part).collect())
}

fn count(connection: &Connection, part: &Part) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {} WHERE {}", part.table, part.condition);
    Ok(connection.query_row(&sql, params![], |row| row.get(0))?)
}

fn compare(table: &str, expected: String, found: String) -> std::result::Result<(), MoveError> {
    if expected == found {
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

/// Replaces a part, and gives what was read of it: every value goes as text, which both databases write and read alike.
fn copy(
    source: &Connection,
    target: &mut Connection,
    part: &Part,
    columns: &[(String, String)],
) -> Result<Fingerprint> {
    let list = |what: &dyn Fn(&(String, String)) -> String| columns.iter().map(what).collect::<Vec<_>>().join(", ");
    let numbered = |what: &dyn Fn(usize, &str) -> String| {
        columns.iter().enumerate().map(|(index, (_, kind))| what(index, kind)).collect::<Vec<_>>().join(", ")
    };
    let names = list(&|(name, _)| format!("\"{name}\""));
    let typed = numbered(&|index, kind| format!("c{index}::{kind}"));
    let declared = numbered(&|index, _| format!("c{index} VARCHAR"));
    let transaction = target.transaction(Turn::Alone)?;
    if !transaction.is_file() {
        // Nobody waits for it, and what is read may take long to come.
        transaction.execute_batch("SET LOCAL idle_in_transaction_session_timeout = 0")?;
    }
    transaction.replace_temporary_table("mudanza", &format!("({declared})"))?;
    let mut found = Fingerprint::default();
    {
        let mut statement = source.prepare(&select(source, part, columns))?;
        let mut rows = statement.query(params![])?;
        let mut values: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len()];
        let mut is_over = false;
        while !is_over {
            match rows.next()? {
                Some(row) => {
                    read(row, &mut values)?;
                    found.add(values.iter().map(|column| column.last().cloned().flatten()));
                }
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
    months::make(&transaction, &part.table, part.month)?;
    transaction.execute_batch(&format!("INSERT INTO {} ({names}) SELECT {typed} FROM mudanza", part.table))?;
    transaction.execute_batch("DROP TABLE mudanza")?;
    transaction.commit()?;
    Ok(found)
}

fn read(row: &Row<'_>, values: &mut [Vec<Option<String>>]) -> Result<()> {
    for (index, column) in values.iter_mut().enumerate() {
        column.push(row.get(index)?);
    }
    Ok(())
}
