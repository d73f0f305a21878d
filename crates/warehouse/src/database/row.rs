//! What a statement returns.

use duckdb::types::{FromSql, ValueRef};

use super::{DatabaseError, Result};

/// A column of a row, as a database gives it.
pub(crate) enum Column<'row> {
    /// Of the file.
    File(ValueRef<'row>),
    /// Of PostgreSQL, which writes every value as text.
    Text(Option<&'row str>),
}

/// A row that columns can be read of.
pub(crate) trait ReadColumn {
    fn column(&self, index: usize) -> Result<Column<'_>>;
}

/// A row of whichever database.
pub(crate) type Row<'row> = dyn ReadColumn + 'row;

impl dyn ReadColumn + '_ {
    /// The value of a column, counted from 0.
    pub(crate) fn get<Index: ColumnIndex, T: FromColumn>(&self, index: Index) -> Result<T> {
        let index = index.place();
        let value = match self.column(index)? {
            Column::File(value) => T::column_result(value).map_err(|error| error.to_string()),
            Column::Text(text) => T::from_text(text),
        };
        value.map_err(|detail| DatabaseError::Column { index, detail })
    }
}

/// The place of a column. A parameter of its own, so that `get::<_, String>` names the type of the value only.
pub(crate) trait ColumnIndex {
    fn place(self) -> usize;
}

impl ColumnIndex for usize {
    fn place(self) -> usize {
        self
    }
}

/// What can be read of a column.
pub(crate) trait FromColumn: FromSql {
    /// Of PostgreSQL's text; None where there is no value. Says what is wrong where it is no such value.
    fn from_text(text: Option<&str>) -> std::result::Result<Self, String>;
}

macro_rules! parsed {
    ($($type:ty),+) => {
        $(impl FromColumn for $type {
            fn from_text(text: Option<&str>) -> std::result::Result<Self, String> {
                let text = text.ok_or("no value")?;
                text.parse().map_err(|error| format!("{text}: {error}"))
            }
        })+
    };
}

parsed!(i64, i32, u64, u32, u16, u8, i128, f64, String);

impl FromColumn for bool {
    fn from_text(text: Option<&str>) -> std::result::Result<Self, String> {
        match text {
            Some("t") => Ok(true),
            Some("f") => Ok(false),
            other => Err(format!("{other:?} is no truth value")),
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_text(text: Option<&str>) -> std::result::Result<Self, String> {
        text.map(|text| T::from_text(Some(text))).transpose()
    }
}
