//! Writes the lines of an invoice as the POS does.
//!
//! By hand into a buffer: a day of a store is 20,000 lines of 40 fields each, and the numbers have to be exact.

use crate::branch::SimWarehouse;
use crate::catalogue::{Article, Unit};
use crate::counts::REGISTERS;
use crate::invoice::{Discount, Header, Invoice, Line};
use crate::local_time::SECOND_TICKS;
use crate::micros::{ONE, multiply, write, write_integer};

/// Appends one line after another of the same invoice.
pub(crate) struct InvoiceWriter {
    /// What each line begins with, up to its number.
    head: String,
    /// What follows each line's amounts, up to its promotion.
    tail: Vec<u8>,
}

impl InvoiceWriter {
    pub(crate) fn new(invoice: &Invoice) -> Self {
        Self { head: head(&invoice.header, invoice.has_whole_moment), tail: tail(invoice) }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>, line: &Line, article: &Article, warehouse: &SimWarehouse) {
        out.extend_from_slice(self.head.as_bytes());
        write_integer(out, u64::from(line.number));
        out.push(b',');
        out.extend_from_slice(&article.sales_json);
        write_quantity(out, line, article, warehouse);
        write_money(out, line, article);
        out.extend_from_slice(&self.tail);
        write_promotion(out, line.promotion);
    }
}

fn head(header: &Header, has_whole_moment: bool) -> String {
    let Header { register, sequence, date, ticks, .. } = *header;
    let seconds = ticks / SECOND_TICKS;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let fraction = match ticks % SECOND_TICKS {
        0 => String::new(),
        fraction => format!(".{fraction:07}").trim_end_matches('0').to_owned(),
    };
    let whole = if has_whole_moment { format!(",\"fecha_hora_completa\":\"{date}T{clock}\"") } else { String::new() };
    let register = REGISTERS[register].name;
    format!(
        "{{\"numero_factura\":\"{register}-{sequence:08}\",\"fecha\":\"{date}\",\"hora\":\"{clock}{fraction}\"{whole},\
         \"linea\":"
    )
}

fn tail(invoice: &Invoice) -> Vec<u8> {
    let mut out = Vec::new();
    number(&mut out, "}],\"total_factura", invoice.total_bs);
    number(&mut out, ",\"tasa_usd", invoice.rate);
    out.extend_from_slice(format!(",\"es_no_fiscal\":{}", invoice.non_fiscal).as_bytes());
    out
}

fn write_quantity(out: &mut Vec<u8>, line: &Line, article: &Article, warehouse: &SimWarehouse) {
    text(out, ",\"cantidad\":[{\"codigo_almacen", &warehouse.code);
    text(out, ",\"nombre_almacen", warehouse.kind.name());
    number(out, ",\"cantidad_vendida", line.quantity);
    number(out, ",\"peso_unitario", article.weight);
    // Packaging weighs three percent.
    number(out, ",\"peso_bruto", if article.unit == Unit::Kilo { article.weight } else { article.weight * 103 / 100 });
    number(out, ",\"volumen_unitario", article.volume);
    text(out, ",\"unidad_medida_venta", article.unit.name());
    number(out, ",\"factor_unidad_medida", ONE);
    number(out, ",\"total_cantidad_por_unidad_medida", line.quantity);
    number(out, ",\"peso_calculado", multiply(line.quantity, article.weight));
}

fn write_money(out: &mut Vec<u8>, line: &Line, article: &Article) {
    number(out, "}],\"financiero\":[{\"costo_unitario_bs", line.cost_bs);
    number(out, ",\"costo_unitario_usd", article.cost_usd);
    number(out, ",\"precio_unitario_bs", line.price_bs);
    number(out, ",\"precio_unitario_usd", article.price_usd);
    number(out, ",\"impuesto_porcentaje", article.vat * ONE);
    number(out, ",\"impuesto_monto", line.tax_bs);
    discount(out, "descuento", line.discount);
    discount(out, "descuento_fidelizacion", line.loyalty);
    discount(out, "descuento_forma_pago", line.payment);
    number(out, ",\"venta_total_bs", line.sale_bs);
    number(out, ",\"venta_total_usd", line.sale_usd);
    number(out, ",\"costo_total_bs", line.total_cost_bs);
    number(out, ",\"costo_total_usd", line.total_cost_usd);
    number(out, ",\"utilidad_bruta_bs", line.sale_bs - line.total_cost_bs);
    number(out, ",\"utilidad_bruta_usd", line.sale_usd - line.total_cost_usd);
}

fn write_promotion(out: &mut Vec<u8>, promotion: Option<u64>) {
    match promotion {
        Some(number) => {
            out.extend_from_slice(b",\"tiene_promocion\":\"SI\",\"codigo_promocion\":\"PROM-");
            write_integer(out, number);
        }
        None => out.extend_from_slice(b",\"tiene_promocion\":\"\",\"codigo_promocion\":\""),
    }
    out.extend_from_slice(b"\"}");
}

fn discount(out: &mut Vec<u8>, name: &str, discount: Discount) {
    out.extend_from_slice(b",\"porcentaje_");
    number(out, name, discount.percentage);
    out.extend_from_slice(b",\"monto_");
    number(out, name, discount.amount_bs);
}

/// A field whose opening quote, and whatever stands before it, is part of `name`.
fn number(out: &mut Vec<u8>, name: &str, amount: i64) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    write(out, amount);
}

/// Like [`number`], for texts that need no escapes: codes and names of warehouses and units.
fn text(out: &mut Vec<u8>, name: &str, text: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":\"");
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}
