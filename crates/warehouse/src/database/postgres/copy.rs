//! Columns as the text that `COPY … FROM STDIN` takes: a line a row, a tab between values.

use bytes::Bytes;
use duckdb::arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Decimal64Array, Decimal128Array, FixedSizeBinaryArray, Int32Array,
    StringArray, TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::statement::{NUL_SIGN, write_into};
use crate::database::{Columns, DatabaseError, Result};

/// The rows of some columns, which are as long as each other.
pub(super) fn copy_text(columns: &Columns) -> Result<Bytes> {
    let rows = columns.first().map_or(0, |(_, array)| array.len());
    let readers = columns
        .iter()
        .enumerate()
        .map(|(index, (_, array))| Values::of(index, &**array))
        .collect::<Result<Vec<_>>>()?;
    let mut text = String::with_capacity(rows * columns.len() * 8);
    for row in 0..rows {
        for (place, (values, (_, array))) in readers.iter().zip(columns).enumerate() {
            if place > 0 {
                text.push('\t');
            }
            if array.is_null(row) {
                text.push_str("\\N");
            } else {
                values.write(&mut text, row)?;
            }
        }
        text.push('\n');
    }
    Ok(text.into())
}

/// The values of a column, of one of the types that this crate loads.
enum Values<'array> {
    Text(&'array StringArray),
    Truth(&'array BooleanArray),
    Line(&'array Int32Array),
    Count(&'array UInt64Array),
    SmallCount(&'array UInt32Array),
    Number(&'array Decimal64Array),
    Money(&'array Decimal128Array),
    Date(&'array Date32Array),
    Moment(&'array TimestampMicrosecondArray),
    Identifier(&'array FixedSizeBinaryArray),
}

impl<'array> Values<'array> {
    fn of(index: usize, array: &'array dyn Array) -> Result<Self> {
        let found = (array.as_string_opt().map(Self::Text))
            .or_else(|| array.as_boolean_opt().map(Self::Truth))
            .or_else(|| array.as_primitive_opt().map(Self::Line))
            .or_else(|| array.as_primitive_opt().map(Self::Count))
            .or_else(|| array.as_primitive_opt().map(Self::SmallCount))
            .or_else(|| array.as_primitive_opt().map(Self::Number))
            .or_else(|| array.as_primitive_opt().map(Self::Money))
            .or_else(|| array.as_primitive_opt().map(Self::Date))
            .or_else(|| array.as_primitive_opt().map(Self::Moment))
            .or_else(|| array.as_fixed_size_binary_opt().map(Self::Identifier));
        found.ok_or_else(|| DatabaseError::Column { index, detail: array.data_type().to_string() })
    }

    /// Writing into a text does not fail.
    fn write(&self, text: &mut String, row: usize) -> Result<()> {
        match self {
            Self::Text(values) => escape(text, values.value(row)),
            Self::Truth(values) => text.push(if values.value(row) { 't' } else { 'f' }),
            Self::Line(values) => write_into(text, values.value(row)),
            Self::Count(values) => write_into(text, values.value(row)),
            Self::SmallCount(values) => write_into(text, values.value(row)),
            Self::Number(values) => millionths(text, values.value(row).into()),
            Self::Money(values) => millionths(text, values.value(row)),
            Self::Date(values) => write_into(text, date_of(values.value(row))?),
            Self::Moment(values) => {
                write_into(text, moment_of(values.value(row))?);
                // Where the column has instants, this is one; where it has readings of a clock, a zone is not read.
                text.push_str("+00");
            }
            Self::Identifier(values) => {
                let bytes =
                    values.value(row).try_into().map_err(|_| out_of_range("an identifier has sixteen bytes"))?;
                write_into(text, Uuid::from_bytes(bytes));
            }
        }
        Ok(())
    }
}

fn out_of_range(detail: impl ToString) -> DatabaseError {
    DatabaseError::Column { index: 0, detail: detail.to_string() }
}

fn date_of(epoch_days: i32) -> Result<Date> {
    Date::constant(1970, 1, 1).checked_add(SignedDuration::from_hours(24 * i64::from(epoch_days))).map_err(out_of_range)
}

fn moment_of(microseconds: i64) -> Result<DateTime> {
    Ok(TimeZone::UTC.to_datetime(Timestamp::from_microsecond(microseconds).map_err(out_of_range)?))
}

/// Every decimal that is loaded has six decimals.
fn millionths(text: &mut String, number: i128) {
    let (sign, number) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    write_into(text, format_args!("{sign}{}.{:06}", number / 1_000_000, number % 1_000_000));
}

fn escape(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\0' => text.push(NUL_SIGN),
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use duckdb::arrow::array::ArrayRef;
    use duckdb::arrow::datatypes::DataType;

    use super::*;

    #[test]
    fn every_type_of_column_is_written_as_postgresql_reads_it() {
        let money: ArrayRef = Arc::new(
            Decimal128Array::from(vec![Some(-1_500_000), Some(1), None]).with_data_type(DataType::Decimal128(38, 6)),
        );
        let columns: Columns = vec![
            ("texto", Arc::new(StringArray::from(vec![Some("a\tb\\c\nñ\0"), Some(""), None]))),
            ("monto", money),
            ("cuenta", Arc::new(UInt64Array::from(vec![Some(u64::MAX), Some(0), None]))),
            ("dia", Arc::new(Date32Array::from(vec![Some(0), Some(20_000), None]))),
            ("momento", Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500_000), Some(0), None]))),
            ("cierto", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ];
        assert_eq!(
            copy_text(&columns).unwrap(),
            "a\\tb\\\\c\\nñ\u{2400}\t-1.500000\t18446744073709551615\t1970-01-01\t1970-01-01T00:00:01.5+00\tt\n\
             \t0.000001\t0\t2024-10-04\t1970-01-01T00:00:00+00\tf\n\
             \\N\t\\N\t\\N\t\\N\t\\N\t\\N\n"
        );
    }
}
