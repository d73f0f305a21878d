//! Lines of sales as columns of `ventas`.
//!
//! A line is a kilobyte and has fifty fields. The columns are filled side by side, a block of lines after the other, so that
//! the lines of a block are still in the processor's cache when the last column reads them.

use std::sync::{Arc, LazyLock};

use domain::sale::{SaleLine, millionths};
use duckdb::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal64Builder, Int32Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use duckdb::arrow::datatypes::DataType;
use jiff::civil::Time;
use rust_decimal::Decimal;

use crate::columns::{Columns, local_micros};
use crate::instants::epoch_days;
use crate::{Result, WarehouseError};

const BLOCK_LINES: usize = 64;

/// The fields of sale lines, under the names of their columns. `hora` is text: Arrow's times have six decimals.
pub(crate) fn sale_columns(parts: &[&[SaleLine]]) -> Result<Columns> {
    let mut columns = empty_columns(parts.iter().map(|lines| lines.len()).sum());
    for block in parts.iter().flat_map(|lines| lines.chunks(BLOCK_LINES)) {
        for (_, column) in &mut columns {
            column.extend(block)?;
        }
    }
    Ok(columns.into_iter().map(|(name, mut column)| (name, column.finish())).collect())
}

static NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| empty_columns(0).into_iter().map(|(name, _)| name).collect());

/// The names of the columns, in their order.
pub(crate) fn sale_column_names() -> String {
    NAMES.join(", ")
}

/// The same as they are selected, with the clock as this type: it is staged as text.
pub(crate) fn sale_columns_with_clock(kind: &str) -> String {
    let selected = |name: &&str| if *name == "hora" { format!("hora::{kind} AS hora") } else { (*name).to_owned() };
    NAMES.iter().map(selected).collect::<Vec<_>>().join(", ")
}

/// As what is staged and what is loaded are compared: of the same types.
pub(crate) fn sale_column_list() -> String {
    sale_columns_with_clock("TIME_NS")
}

macro_rules! text {
    ($rows:ident, $field:ident) => {
        (stringify!($field), texts($rows, |line| line.$field.as_deref()))
    };
}

macro_rules! number {
    ($rows:ident, $field:ident) => {
        (stringify!($field), numbers($rows, stringify!($field), |line| line.$field))
    };
}

macro_rules! present_number {
    ($rows:ident, $field:ident) => {
        (stringify!($field), numbers($rows, stringify!($field), |line| Some(line.$field)))
    };
}

fn empty_columns(rows: usize) -> Vec<(&'static str, Box<dyn Column>)> {
    vec![
        ("numero_factura", texts(rows, |line| Some(&line.numero_factura))),
        ("linea", Box::new(Lines(Int32Builder::with_capacity(rows)))),
        ("fecha", Box::new(Dates(Date32Builder::with_capacity(rows)))),
        ("hora", Box::new(Clocks(StringBuilder::with_capacity(rows, rows * CLOCK_BYTES)))),
        ("codigo_producto", texts(rows, |line| Some(&line.codigo_producto))),
        text!(rows, descripcion_producto),
        text!(rows, marca_producto),
        text!(rows, modelo_producto),
        text!(rows, categoria_producto),
        text!(rows, grupo_articulo),
        text!(rows, subgrupo_producto),
        text!(rows, categoria_nombre),
        text!(rows, codigo_barras),
        text!(rows, serial),
        text!(rows, imei),
        text!(rows, codigo_almacen),
        text!(rows, nombre_almacen),
        present_number!(rows, cantidad_vendida),
        number!(rows, peso_unitario),
        number!(rows, peso_bruto),
        number!(rows, volumen_unitario),
        text!(rows, unidad_medida_venta),
        number!(rows, factor_unidad_medida),
        number!(rows, total_cantidad_por_unidad_medida),
        number!(rows, peso_calculado),
        number!(rows, costo_unitario_bs),
        number!(rows, costo_unitario_usd),
        number!(rows, precio_unitario_bs),
        number!(rows, precio_unitario_usd),
        number!(rows, impuesto_porcentaje),
        number!(rows, impuesto_monto),
        number!(rows, porcentaje_descuento),
        number!(rows, monto_descuento),
        number!(rows, porcentaje_descuento_fidelizacion),
        number!(rows, monto_descuento_fidelizacion),
        number!(rows, porcentaje_descuento_forma_pago),
        number!(rows, monto_descuento_forma_pago),
        present_number!(rows, venta_total_bs),
        present_number!(rows, venta_total_usd),
        number!(rows, costo_total_bs),
        number!(rows, costo_total_usd),
        number!(rows, utilidad_bruta_bs),
        number!(rows, utilidad_bruta_usd),
        number!(rows, total_factura),
        number!(rows, tasa_usd),
        ("es_no_fiscal", Box::new(Flags(BooleanBuilder::with_capacity(rows)))),
        text!(rows, tiene_promocion),
        text!(rows, codigo_promocion),
        ("fecha_hora", Box::new(Moments(TimestampMicrosecondBuilder::with_capacity(rows)))),
    ]
}

/// A column that is being filled.
trait Column {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()>;

    fn finish(&mut self) -> ArrayRef;
}

/// About what a text takes.
const TEXT_BYTES: usize = 12;

fn texts(rows: usize, read: impl Fn(&SaleLine) -> Option<&str> + 'static) -> Box<dyn Column> {
    Box::new(Texts { values: StringBuilder::with_capacity(rows, rows * TEXT_BYTES), read })
}

struct Texts<Read> {
    values: StringBuilder,
    read: Read,
}

impl<Read: Fn(&SaleLine) -> Option<&str>> Column for Texts<Read> {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        for line in lines {
            self.values.append_option((self.read)(line));
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.values.finish())
    }
}

fn numbers(rows: usize, name: &'static str, read: impl Fn(&SaleLine) -> Option<Decimal> + 'static) -> Box<dyn Column> {
    Box::new(Numbers { name, values: Decimal64Builder::with_capacity(rows), read })
}

struct Numbers<Read> {
    name: &'static str,
    values: Decimal64Builder,
    read: Read,
}

impl<Read: Fn(&SaleLine) -> Option<Decimal>> Column for Numbers<Read> {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        for line in lines {
            let Some(number) = (self.read)(line) else {
                self.values.append_null();
                continue;
            };
            let millionths = millionths(number).and_then(|millionths| i64::try_from(millionths).ok());
            let out_of_range = || WarehouseError::OutOfRange {
                place: format!("{}/{}", line.numero_factura, line.linea),
                column: self.name,
                value: number.to_string(),
            };
            self.values.append_value(millionths.ok_or_else(out_of_range)?);
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.values.finish().with_data_type(DataType::Decimal64(18, 6)))
    }
}

struct Lines(Int32Builder);

impl Column for Lines {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        lines.iter().for_each(|line| self.0.append_value(line.linea));
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

struct Dates(Date32Builder);

impl Column for Dates {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        lines.iter().for_each(|line| self.0.append_value(epoch_days(line.fecha)));
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Local moments. What is finer than a microsecond is cut off, never rounded, so that no moment moves into the next window.
struct Moments(TimestampMicrosecondBuilder);

impl Column for Moments {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        lines.iter().for_each(|line| self.0.append_value(local_micros(line.local_moment())));
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

struct Flags(BooleanBuilder);

impl Column for Flags {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        lines.iter().for_each(|line| self.0.append_option(line.es_no_fiscal));
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Of `12:19:56.896614100`.
const CLOCK_BYTES: usize = 18;

struct Clocks(StringBuilder);

impl Column for Clocks {
    fn extend(&mut self, lines: &[SaleLine]) -> Result<()> {
        for line in lines {
            let text = clock(line.hora);
            self.0.append_value(std::str::from_utf8(&text).unwrap_or_default());
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// An hour with all its decimals, as DuckDB reads one.
fn clock(time: Time) -> [u8; CLOCK_BYTES] {
    let mut text = *b"00:00:00.000000000";
    let mut write = |end: usize, digits: usize, mut value: u32| {
        for place in text[..end].iter_mut().rev().take(digits) {
            *place = b'0' + (value % 10) as u8;
            value /= 10;
        }
    };
    write(2, 2, u32::from(time.hour().unsigned_abs()));
    write(5, 2, u32::from(time.minute().unsigned_abs()));
    write(8, 2, u32::from(time.second().unsigned_abs()));
    write(CLOCK_BYTES, 9, time.subsec_nanosecond().unsigned_abs());
    text
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("00:00:00", "00:00:00.000000000")]
    #[case("23:59:59.9999999", "23:59:59.999999900")]
    #[case("12:05:09.000000001", "12:05:09.000000001")]
    fn an_hour_is_written_with_all_its_decimals(#[case] time: &str, #[case] expected: &str) {
        assert_eq!(std::str::from_utf8(&clock(time.parse().unwrap())).unwrap(), expected);
    }
}
