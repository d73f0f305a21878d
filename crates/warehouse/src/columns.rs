//! Rows as columns: how lines and articles are handed to DuckDB, as Arrow batches and never row by row.

use std::fmt::Write;
use std::sync::Arc;

use domain::sale::{SaleLine, millionths};
use domain::stock::Article;
use duckdb::Connection;
use duckdb::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int32Array, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray, UInt64Array,
};
use duckdb::arrow::datatypes::{DataType, Field, Schema};
use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;

use crate::instants::epoch_days;
use crate::{Result, WarehouseError};

pub(crate) type Columns = Vec<(&'static str, ArrayRef)>;

/// The fields of sale lines, under the names of their columns. `hora` is text: Arrow's times have six decimals.
pub(crate) fn sale_columns(lines: &[SaleLine]) -> Result<Columns> {
    Ok(vec![
        ("numero_factura", text(lines, |line| Some(&line.numero_factura))),
        ("linea", integer(lines, |line| line.linea)),
        ("fecha", date(lines, |line| line.fecha)),
        ("hora", clock(lines, |line| line.hora)),
        ("codigo_producto", text(lines, |line| Some(&line.codigo_producto))),
        ("descripcion_producto", text(lines, |line| line.descripcion_producto.as_deref())),
        ("marca_producto", text(lines, |line| line.marca_producto.as_deref())),
        ("modelo_producto", text(lines, |line| line.modelo_producto.as_deref())),
        ("categoria_producto", text(lines, |line| line.categoria_producto.as_deref())),
        ("grupo_articulo", text(lines, |line| line.grupo_articulo.as_deref())),
        ("subgrupo_producto", text(lines, |line| line.subgrupo_producto.as_deref())),
        ("categoria_nombre", text(lines, |line| line.categoria_nombre.as_deref())),
        ("codigo_barras", text(lines, |line| line.codigo_barras.as_deref())),
        ("serial", text(lines, |line| line.serial.as_deref())),
        ("imei", text(lines, |line| line.imei.as_deref())),
        ("codigo_almacen", text(lines, |line| line.codigo_almacen.as_deref())),
        ("nombre_almacen", text(lines, |line| line.nombre_almacen.as_deref())),
        ("cantidad_vendida", decimal(lines, "cantidad_vendida", |line| Some(line.cantidad_vendida))?),
        ("peso_unitario", decimal(lines, "peso_unitario", |line| line.peso_unitario)?),
        ("peso_bruto", decimal(lines, "peso_bruto", |line| line.peso_bruto)?),
        ("volumen_unitario", decimal(lines, "volumen_unitario", |line| line.volumen_unitario)?),
        ("unidad_medida_venta", text(lines, |line| line.unidad_medida_venta.as_deref())),
        ("factor_unidad_medida", decimal(lines, "factor_unidad_medida", |line| line.factor_unidad_medida)?),
        (
            "total_cantidad_por_unidad_medida",
            decimal(lines, "total_cantidad_por_unidad_medida", |line| line.total_cantidad_por_unidad_medida)?,
        ),
        ("peso_calculado", decimal(lines, "peso_calculado", |line| line.peso_calculado)?),
        ("costo_unitario_bs", decimal(lines, "costo_unitario_bs", |line| line.costo_unitario_bs)?),
        ("costo_unitario_usd", decimal(lines, "costo_unitario_usd", |line| line.costo_unitario_usd)?),
        ("precio_unitario_bs", decimal(lines, "precio_unitario_bs", |line| line.precio_unitario_bs)?),
        ("precio_unitario_usd", decimal(lines, "precio_unitario_usd", |line| line.precio_unitario_usd)?),
        ("impuesto_porcentaje", decimal(lines, "impuesto_porcentaje", |line| line.impuesto_porcentaje)?),
        ("impuesto_monto", decimal(lines, "impuesto_monto", |line| line.impuesto_monto)?),
        ("porcentaje_descuento", decimal(lines, "porcentaje_descuento", |line| line.porcentaje_descuento)?),
        ("monto_descuento", decimal(lines, "monto_descuento", |line| line.monto_descuento)?),
        (
            "porcentaje_descuento_fidelizacion",
            decimal(lines, "porcentaje_descuento_fidelizacion", |line| line.porcentaje_descuento_fidelizacion)?,
        ),
        (
            "monto_descuento_fidelizacion",
            decimal(lines, "monto_descuento_fidelizacion", |line| line.monto_descuento_fidelizacion)?,
        ),
        (
            "porcentaje_descuento_forma_pago",
            decimal(lines, "porcentaje_descuento_forma_pago", |line| line.porcentaje_descuento_forma_pago)?,
        ),
        (
            "monto_descuento_forma_pago",
            decimal(lines, "monto_descuento_forma_pago", |line| line.monto_descuento_forma_pago)?,
        ),
        ("venta_total_bs", decimal(lines, "venta_total_bs", |line| Some(line.venta_total_bs))?),
        ("venta_total_usd", decimal(lines, "venta_total_usd", |line| Some(line.venta_total_usd))?),
        ("costo_total_bs", decimal(lines, "costo_total_bs", |line| line.costo_total_bs)?),
        ("costo_total_usd", decimal(lines, "costo_total_usd", |line| line.costo_total_usd)?),
        ("utilidad_bruta_bs", decimal(lines, "utilidad_bruta_bs", |line| line.utilidad_bruta_bs)?),
        ("utilidad_bruta_usd", decimal(lines, "utilidad_bruta_usd", |line| line.utilidad_bruta_usd)?),
        ("total_factura", decimal(lines, "total_factura", |line| line.total_factura)?),
        ("tasa_usd", decimal(lines, "tasa_usd", |line| line.tasa_usd)?),
        ("es_no_fiscal", boolean(lines, |line| line.es_no_fiscal)),
        ("tiene_promocion", text(lines, |line| line.tiene_promocion.as_deref())),
        ("codigo_promocion", text(lines, |line| line.codigo_promocion.as_deref())),
        ("fecha_hora", moment(lines, SaleLine::local_moment)),
    ])
}

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

/// Appends columns to a table that has exactly these, in this order.
pub(crate) fn append(connection: &Connection, table: &str, columns: Columns) -> Result<()> {
    append_pieces(connection, table, [Ok(columns)])
}

/// The same, piece by piece.
pub(crate) fn append_pieces(
    connection: &Connection,
    table: &str,
    pieces: impl IntoIterator<Item = Result<Columns>>,
) -> Result<()> {
    let mut appender = connection.appender(table)?;
    for columns in pieces {
        let columns = columns?;
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|error| WarehouseError::Unreadable { column: "batch", detail: error.to_string() })?;
        appender.append_record_batch(batch)?;
    }
    appender.flush()?;
    Ok(())
}

pub(crate) fn text<'rows, Row>(rows: &'rows [Row], read: impl Fn(&'rows Row) -> Option<&'rows str>) -> ArrayRef {
    Arc::new(rows.iter().map(read).collect::<StringArray>())
}

pub(crate) fn owned_text<Row>(rows: &[Row], read: impl Fn(&Row) -> Option<String>) -> ArrayRef {
    Arc::new(rows.iter().map(read).collect::<StringArray>())
}

/// The same text for every row.
pub(crate) fn of_all<Row>(rows: &[Row], value: &str) -> ArrayRef {
    Arc::new(rows.iter().map(|_| Some(value)).collect::<StringArray>())
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

/// Sums of money, in millionths.
pub(crate) fn sum<Row>(rows: &[Row], read: impl Fn(&Row) -> i128) -> ArrayRef {
    let sums = Decimal128Array::from_iter_values(rows.iter().map(read));
    Arc::new(sums.with_data_type(DataType::Decimal128(38, 6)))
}

fn integer<Row>(rows: &[Row], read: impl Fn(&Row) -> i32) -> ArrayRef {
    Arc::new(rows.iter().map(read).collect::<Int32Array>())
}

pub(crate) fn date<Row>(rows: &[Row], read: impl Fn(&Row) -> Date) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| epoch_days(read(row)))))
}

fn clock<Row>(rows: &[Row], read: impl Fn(&Row) -> Time) -> ArrayRef {
    let mut texts = StringBuilder::with_capacity(rows.len(), 16 * rows.len());
    let mut text = String::new();
    for row in rows {
        text.clear();
        // Writing to a text cannot fail.
        let _: std::fmt::Result = write!(text, "{}", read(row));
        texts.append_value(&text);
    }
    Arc::new(texts.finish())
}

/// A local moment as the microseconds it would be since the epoch in UTC; what is finer is cut off, never rounded, so
/// that no moment moves into the next window.
fn moment<Row>(rows: &[Row], read: impl Fn(&Row) -> DateTime) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(|row| local_micros(read(row)))))
}

/// See [`moment`].
pub(crate) fn local_micros(moment: DateTime) -> i64 {
    let (hour, minute, second) = (i64::from(moment.hour()), i64::from(moment.minute()), i64::from(moment.second()));
    let of_day = (hour * 60 + minute) * 60 + second;
    let fraction = i64::from(moment.subsec_nanosecond()) / 1_000;
    (i64::from(epoch_days(moment.date())) * 86_400 + of_day) * 1_000_000 + fraction
}

fn boolean<Row>(rows: &[Row], read: impl Fn(&Row) -> Option<bool>) -> ArrayRef {
    Arc::new(rows.iter().map(read).collect::<BooleanArray>())
}

/// The key of a row, as it appears in error messages.
trait Named {
    fn place(&self) -> String;
}

impl Named for SaleLine {
    fn place(&self) -> String {
        format!("{}/{}", self.numero_factura, self.linea)
    }
}

impl Named for Article {
    fn place(&self) -> String {
        self.codigo.clone()
    }
}

fn decimal<Row: Named>(rows: &[Row], column: &'static str, read: impl Fn(&Row) -> Option<Decimal>) -> Result<ArrayRef> {
    let of_row = |row: &Row| {
        let Some(number) = read(row) else { return Ok(None) };
        let out_of_range = || WarehouseError::OutOfRange { place: row.place(), column, value: number.to_string() };
        millionths(number).map(Some).ok_or_else(out_of_range)
    };
    let millionths = rows.iter().map(of_row).collect::<Result<Decimal128Array>>()?;
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
