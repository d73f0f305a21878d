//! DuckDB, in a file of this process or in memory.

use std::collections::HashMap;
use std::sync::Arc;

use duckdb::arrow::array::RecordBatch;
use duckdb::arrow::datatypes::{DataType, Field, Schema};
use duckdb::types::{ToSqlOutput, ValueRef};
use duckdb::{Connection, Row, ToSql};

use super::row::Column;
use super::{Columns, DatabaseError, ReadColumn, Value};

impl ToSql for Value {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Truth(value) => ValueRef::Boolean(*value),
            Self::Whole(value) => ValueRef::BigInt(*value),
            Self::Count(value) => ValueRef::UBigInt(*value),
            Self::Fraction(value) => ValueRef::Double(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

impl ReadColumn for Row<'_> {
    fn column(&self, index: usize) -> Result<Column<'_>, DatabaseError> {
        Ok(Column::File(self.get_ref(index)?))
    }
}

/// Pieces that are handed over to the table at once. The appender keeps a copy of them until then, and each time costs the
/// planning of a statement.
const PIECES_FLUSHED: usize = 4;

/// See [`super::Connection::append`]; all pieces have the same columns.
pub(super) fn append<Error: From<DatabaseError>>(
    connection: &Connection,
    table: &str,
    pieces: impl IntoIterator<Item = Result<Columns, Error>>,
) -> Result<(), Error> {
    let of_duckdb = |error: duckdb::Error| DatabaseError::from(error);
    let mut pieces = pieces.into_iter().peekable();
    let Some(Ok(first)) = pieces.peek() else { return pieces.next().map_or(Ok(()), |first| first.map(drop)) };
    let names: Vec<&str> = first.iter().map(|(name, _)| *name).collect();
    let mut appender = connection.appender_with_columns(table, &names).map_err(of_duckdb)?;
    for (place, columns) in pieces.enumerate() {
        if place > 0 && place % PIECES_FLUSHED == 0 {
            appender.flush().map_err(of_duckdb)?;
        }
        appender.append_record_batch(batch_of(columns?)?).map_err(of_duckdb)?;
    }
    Ok(appender.flush().map_err(of_duckdb)?)
}

fn batch_of(columns: Columns) -> Result<RecordBatch, DatabaseError> {
    let fields: Vec<Field> = columns.iter().map(|(name, array)| field(name, array.data_type())).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| DatabaseError::Column { index: 0, detail: error.to_string() })
}

/// What has the width of an identifier is one: DuckDB takes it as it is, and would parse a text.
fn field(name: &str, kind: &DataType) -> Field {
    let field = Field::new(name, kind.clone(), true);
    match kind {
        DataType::FixedSizeBinary(_) => {
            field.with_metadata(HashMap::from([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())]))
        }
        _ => field,
    }
}
