//! Lists as files of other programs. DuckDB writes them, from a database of its own in memory: the analytics database reads and
//! writes no other file.

use std::path::Path;

use duckdb::{Connection, appender_params_from_iter};

use crate::WarehouseError;
use crate::literal::Literal as _;

/// A format that DuckDB writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Text with commas and a line of names.
    Csv,
    /// Columns, compressed.
    Parquet,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// As it stands.
    Text,
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Number,
    /// `true` or `false`.
    Truth,
}

impl ColumnKind {
    const fn sql(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR",
            Self::Whole => "BIGINT",
            Self::Number => "DOUBLE",
            Self::Truth => "BOOLEAN",
        }
    }
}

/// Rows with named columns; each value as a text, None where there is none.
#[derive(Clone, Debug, Default)]
pub struct PlainTable {
    /// Names and kinds.
    pub columns: Vec<(String, ColumnKind)>,
    /// As many values each as there are columns.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Writes a table into a file that does not exist yet.
///
/// A spreadsheet takes a text that begins like a formula for one, so that in CSV such a text begins with an apostrophe.
pub fn write_table(table: &PlainTable, format: TableFormat, path: &Path) -> Result<(), WarehouseError> {
    let connection = Connection::open_in_memory()?;
    let name = |index: usize| format!("c{index}");
    let declared: Vec<String> = (0..table.columns.len()).map(|index| format!("{} VARCHAR", name(index))).collect();
    connection.execute_batch(&format!("CREATE TABLE lista (numero BIGINT, {})", declared.join(", ")))?;
    {
        let mut appender = connection.appender("lista")?;
        for (number, row) in table.rows.iter().enumerate() {
            let values = row.iter().zip(&table.columns).map(|(value, (_, kind))| {
                let is_guarded = format == TableFormat::Csv && *kind == ColumnKind::Text;
                value.as_ref().map(|value| if is_guarded { guarded(value) } else { value.clone() })
            });
            let number = Some(number.to_string());
            appender.append_row(appender_params_from_iter(std::iter::once(number).chain(values)))?;
        }
        appender.flush()?;
    }
    let chosen = table.columns.iter().enumerate().map(|(index, (label, kind))| {
        format!("TRY_CAST({} AS {}) AS \"{}\"", name(index), kind.sql(), label.replace('"', "\"\""))
    });
    let options = match format {
        TableFormat::Csv => "FORMAT csv, HEADER",
        TableFormat::Parquet => "FORMAT parquet, COMPRESSION zstd",
    };
    let mut target = String::new();
    path.to_string_lossy().as_ref().write(&mut target);
    let chosen: Vec<String> = chosen.collect();
    let statement = format!("COPY (SELECT {} FROM lista ORDER BY numero) TO {target} ({options})", chosen.join(", "));
    connection.execute_batch(&statement)?;
    Ok(())
}

fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> PlainTable {
        let text = |value: &str| Some(value.to_owned());
        PlainTable {
            columns: vec![
                ("tienda".to_owned(), ColumnKind::Text),
                ("ventanas".to_owned(), ColumnKind::Whole),
                ("usd".to_owned(), ColumnKind::Number),
                ("recuperable".to_owned(), ColumnKind::Truth),
            ],
            rows: vec![
                vec![text("=1+1, \"ARTIGAS\""), text("6"), text("17440.5"), text("true")],
                vec![text("añil"), None, None, text("false")],
            ],
        }
    }

    #[test]
    fn a_csv_keeps_every_text_and_is_safe_in_a_spreadsheet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's.csv");
        write_table(&table(), TableFormat::Csv, &path).unwrap();
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "tienda,ventanas,usd,recuperable\n\"'=1+1, \"\"ARTIGAS\"\"\",6,17440.5,true\nañil,,,false\n"
        );
    }

    #[test]
    fn a_table_without_rows_is_a_file_with_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let empty = PlainTable { rows: Vec::new(), ..table() };
        let (csv, parquet) = (folder.path().join("lista.csv"), folder.path().join("lista.parquet"));
        write_table(&empty, TableFormat::Csv, &csv).unwrap();
        write_table(&empty, TableFormat::Parquet, &parquet).unwrap();
        assert_eq!(std::fs::read_to_string(csv).unwrap(), "tienda,ventanas,usd,recuperable\n");
        let connection = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT count(usd) FROM '{}'", parquet.display());
        assert_eq!(connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }

    #[test]
    fn a_parquet_file_has_the_kinds_of_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lista.parquet");
        write_table(&table(), TableFormat::Parquet, &path).unwrap();
        let connection = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT sum(ventanas)::BIGINT, sum(usd), min(tienda) FROM '{}'", path.display());
        let read = connection
            .query_row(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?, row.get::<_, String>(2)?)))
            .unwrap();
        assert_eq!(read, (6, 17440.5, "=1+1, \"ARTIGAS\"".to_owned()));
    }
}
