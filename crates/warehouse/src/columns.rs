//! Rows as columns: how lines and articles are handed to the database in bulk, as Arrow arrays and never row by row.

use std::sync::Arc;

use domain::sale::millionths;
use domain::stock::Article;
use duckdb::arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, FixedSizeBinaryArray, StringArray, StringBuilder,
    TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use duckdb::arrow::datatypes::DataType;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::database::Connection;
use crate::instants::epoch_days;
use crate::{Result, WarehouseError};

pub(crate) use crate::database::Columns;

/// The fields of articles, under the names of their columns.
pub(crate) fn article_columns(articles: &[Article]) -> Result<Columns> {
    Ok(vec![
        ("codigo", text(articles, |article| Some(&article.codigo))),
        ("nombre_producto", text(articles, |article| article.nombre_producto.as_deref())),
        ("barra", text(articles, |article| article.barra.as_deref())),
        ("categoria", text(articles, |article| article.categoria.as_deref())),
        ("descripcion_categoria", text(articles, |article| article.descripcion_categoria.as_deref())),
        ("subcategoria", text(articles, |article| article.subcategoria.as_deref())),
        ("descripcion", text(articles, |article| article.descripcion.as_deref())),
        ("marca", text(articles, |article| article.marca.as_deref())),
        ("precio", decimal(articles, "precio", |article| article.precio)?),
        ("iva", decimal(articles, "iva", |article| article.iva)?),
        ("stock", decimal(articles, "stock", |article| Some(article.stock))?),
    ])
}

/// Rows that are columns at once: what DuckDB takes at a time, and of a long answer no more is in memory twice.
pub(crate) const PIECE_ROWS: usize = 2048;

/// Appends columns to a table; its other columns are null.
pub(crate) fn append(connection: &Connection, table: &str, columns: Columns) -> Result<()> {
    connection.append(table, [Ok(columns)])
}

/// Identifiers.
pub(crate) fn identifiers<Row>(rows: &[Row], read: impl Fn(&Row) -> Uuid) -> ArrayRef {
    repeated_identifier(rows.iter().map(|row| (read(row), 1)))
}

/// Each identifier for so many rows.
pub(crate) fn repeated_identifier(identifiers: impl Iterator<Item = (Uuid, usize)>) -> ArrayRef {
    let bytes: Vec<u8> = identifiers.flat_map(|(identifier, rows)| identifier.as_bytes().repeat(rows)).collect();
    Arc::new(FixedSizeBinaryArray::new(IDENTIFIER_BYTES, bytes.into(), None))
}

/// Each text for so many rows.
pub(crate) fn repeated_text<'text>(texts: impl Iterator<Item = (&'text str, usize)>) -> ArrayRef {
    let mut values = StringBuilder::new();
    for (text, rows) in texts {
        (0..rows).for_each(|_| values.append_value(text));
    }
    Arc::new(values.finish())
}

const IDENTIFIER_BYTES: i32 = 16;

pub(crate) fn text<'rows, Row>(rows: &'rows [Row], read: impl Fn(&'rows Row) -> Option<&'rows str>) -> ArrayRef {
    Arc::new(rows.iter().map(read).collect::<StringArray>())
}

pub(crate) fn owned_text<Row>(rows: &[Row], read: impl Fn(&Row) -> Option<String>) -> ArrayRef {
    Arc::new(rows.iter().map(read).collect::<StringArray>())
}

/// The same text for every row.
pub(crate) fn of_all<Row>(rows: &[Row], value: &str) -> ArrayRef {
    repeated_text([(value, rows.len())].into_iter())
}

/// The same text, or none, for every row.
pub(crate) fn of_all_or_none<Row>(rows: &[Row], value: Option<&str>) -> ArrayRef {
    text(rows, |_| value)
}

/// Local moments, in microseconds.
pub(crate) fn local_moments<Row>(rows: &[Row], read: impl Fn(&Row) -> i64) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(read)))
}

/// Instants, in microseconds.
pub(crate) fn instants<Row>(rows: &[Row], read: impl Fn(&Row) -> i64) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(read)).with_timezone("UTC"))
}

pub(crate) fn count<Row>(rows: &[Row], read: impl Fn(&Row) -> u64) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(rows.iter().map(read)))
}

pub(crate) fn small_count<Row>(rows: &[Row], read: impl Fn(&Row) -> u32) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(rows.iter().map(read)))
}

/// Sums of money, in millionths.
pub(crate) fn sum<Row>(rows: &[Row], read: impl Fn(&Row) -> i128) -> ArrayRef {
    let sums = Decimal128Array::from_iter_values(rows.iter().map(read));
    Arc::new(sums.with_data_type(DataType::Decimal128(38, 6)))
}

pub(crate) fn date<Row>(rows: &[Row], read: impl Fn(&Row) -> Date) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| epoch_days(read(row)))))
}

/// A local moment as the microseconds it would be since the epoch in UTC; what is finer is cut off, never rounded, so
/// that no moment moves into the next window.
pub(crate) fn local_micros(moment: DateTime) -> i64 {
    let (hour, minute, second) = (i64::from(moment.hour()), i64::from(moment.minute()), i64::from(moment.second()));
    let of_day = (hour * 60 + minute) * 60 + second;
    let fraction = i64::from(moment.subsec_nanosecond()) / 1_000;
    (i64::from(epoch_days(moment.date())) * 86_400 + of_day) * 1_000_000 + fraction
}

fn decimal(articles: &[Article], column: &'static str, read: impl Fn(&Article) -> Option<Decimal>) -> Result<ArrayRef> {
    let of_article = |article: &Article| {
        let Some(number) = read(article) else { return Ok(None) };
        let out_of_range =
            || WarehouseError::OutOfRange { place: article.codigo.clone(), column, value: number.to_string() };
        millionths(number).map(Some).ok_or_else(out_of_range)
    };
    let millionths = articles.iter().map(of_article).collect::<Result<Decimal128Array>>()?;
    Ok(Arc::new(millionths.with_data_type(DataType::Decimal128(18, 6))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_fraction_of_a_second_stays_in_its_second() {
        let moment: DateTime = "2025-11-17T12:29:59.9999999".parse().unwrap();
        let next: DateTime = "2025-11-17T12:30:00".parse().unwrap();
        assert_eq!(local_micros(moment), local_micros(next) - 1);
    }
}
