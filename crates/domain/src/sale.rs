//! A line of an invoice, with every field of the POS under the POS's own name.
//!
//! Field names are the contract's (klk-api.md), in its Spanish, because the columns of `ventas` keep them too and a
//! second set of names for the same forty things would help nobody. Money and quantities are decimals of at most
//! 6 places; `_bs` is in bolívares, `_usd` in US dollars; empty texts are None.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
pub use smol_str::SmolStr;

use crate::echo::Echoes;

/// One line of one invoice of one branch. Its key is (branch, `numero_factura`, `linea`).
///
/// Most of its texts are codes and names of less than 24 bytes, which are kept in the line itself: a day of a large store has
/// hundreds of thousands of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the POS's own, described in its contract")]
pub struct SaleLine {
    pub numero_factura: SmolStr,
    pub linea: i32,
    pub fecha: Date,
    /// Local, with up to 7 decimals of a second.
    pub hora: Time,
    pub codigo_producto: SmolStr,
    pub descripcion_producto: Option<SmolStr>,
    pub marca_producto: Option<SmolStr>,
    pub modelo_producto: Option<SmolStr>,
    pub categoria_producto: Option<SmolStr>,
    pub grupo_articulo: Option<SmolStr>,
    pub subgrupo_producto: Option<SmolStr>,
    pub categoria_nombre: Option<SmolStr>,
    pub codigo_barras: Option<SmolStr>,
    pub serial: Option<SmolStr>,
    pub imei: Option<SmolStr>,
    pub codigo_almacen: Option<SmolStr>,
    pub nombre_almacen: Option<SmolStr>,
    pub cantidad_vendida: Decimal,
    pub peso_unitario: Option<Decimal>,
    pub peso_bruto: Option<Decimal>,
    pub volumen_unitario: Option<Decimal>,
    pub unidad_medida_venta: Option<SmolStr>,
    pub factor_unidad_medida: Option<Decimal>,
    pub total_cantidad_por_unidad_medida: Option<Decimal>,
    pub peso_calculado: Option<Decimal>,
    pub costo_unitario_bs: Option<Decimal>,
    pub costo_unitario_usd: Option<Decimal>,
    pub precio_unitario_bs: Option<Decimal>,
    pub precio_unitario_usd: Option<Decimal>,
    pub impuesto_porcentaje: Option<Decimal>,
    pub impuesto_monto: Option<Decimal>,
    pub porcentaje_descuento: Option<Decimal>,
    pub monto_descuento: Option<Decimal>,
    pub porcentaje_descuento_fidelizacion: Option<Decimal>,
    pub monto_descuento_fidelizacion: Option<Decimal>,
    pub porcentaje_descuento_forma_pago: Option<Decimal>,
    pub monto_descuento_forma_pago: Option<Decimal>,
    /// Net of tax already.
    pub venta_total_bs: Decimal,
    /// Net of tax already.
    pub venta_total_usd: Decimal,
    pub costo_total_bs: Option<Decimal>,
    pub costo_total_usd: Option<Decimal>,
    pub utilidad_bruta_bs: Option<Decimal>,
    pub utilidad_bruta_usd: Option<Decimal>,
    /// Of the whole invoice, in Bs, repeated on each of its lines.
    pub total_factura: Option<Decimal>,
    /// Bs per USD.
    pub tasa_usd: Option<Decimal>,
    pub es_no_fiscal: Option<bool>,
    pub tiene_promocion: Option<SmolStr>,
    pub codigo_promocion: Option<SmolStr>,
}

impl SaleLine {
    /// The local moment of the sale, with all its decimals.
    pub fn local_moment(&self) -> DateTime {
        self.fecha.to_datetime(self.hora)
    }
}

/// What DECIMAL(18,6), the type of money and quantities in the database, holds in millionths.
pub const MILLIONTHS_MAX: i128 = 999_999_999_999_999_999;

/// A number in millionths, as the database stores it; None where it does not fit.
#[inline]
pub fn millionths(number: Decimal) -> Option<i128> {
    // As most come: few digits, so that nothing is reckoned with 128 bits.
    if let (Some(power), Ok(mantissa)) = (power_to_millionths(number.scale()), i64::try_from(number.mantissa())) {
        return mantissa.checked_mul(power).map(i128::from).filter(|number| number.abs() <= MILLIONTHS_MAX);
    }
    let mut scaled = number;
    scaled.rescale(6);
    let mantissa = (scaled.scale() == 6).then(|| scaled.mantissa())?;
    (mantissa.abs() <= MILLIONTHS_MAX).then_some(mantissa)
}

/// What a mantissa of so many decimals is multiplied by; None where it has more than six.
const fn power_to_millionths(decimals: u32) -> Option<i64> {
    match decimals {
        0 => Some(1_000_000),
        1 => Some(100_000),
        2 => Some(10_000),
        3 => Some(1_000),
        4 => Some(100),
        5 => Some(10),
        6 => Some(1),
        _ => None,
    }
}

/// A line of a response that cannot be read. It is not loaded, and the window of the response is not proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableLine {
    /// Its place in the response, from 1.
    #[serde(rename = "lugar")]
    pub place: u64,
    /// Its invoice, where that can be read.
    #[serde(rename = "factura")]
    pub invoice: Option<String>,
    /// Its number within the invoice, where that can be read.
    #[serde(rename = "linea")]
    pub line: Option<i32>,
    /// The first field that cannot be read; None where the line is no object at all.
    #[serde(rename = "campo")]
    pub field: Option<String>,
    /// The beginning of what came in the field's place; None where nothing came.
    #[serde(rename = "valor")]
    pub value: Option<String>,
}

/// A line of a response that lies outside of the requested time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideLine {
    /// Its invoice.
    #[serde(rename = "factura")]
    pub invoice: String,
    /// Its number within the invoice.
    #[serde(rename = "linea")]
    pub line: i32,
    /// When it was sold, on the store's clock.
    #[serde(rename = "momento")]
    pub moment: DateTime,
}

/// An answer to a question for sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesAnswer {
    /// What the POS says it sent (`meta.total_registros`).
    pub announced: u64,
    /// Elements of the answer's array, lines that came twice counted twice.
    pub received: u64,
    /// Distinct lines that do not lie in the requested day and hours, their last second included. At least one line lies
    /// there, or the response would have been refused.
    pub outside: u64,
    /// The first of those.
    pub outside_lines: Vec<OutsideLine>,
    /// Invoice and line of the first key that came twice with different content. Which version is right, nobody knows, so
    /// neither is among the lines.
    pub contradicted: Option<(String, i32)>,
    /// Lines that cannot be read. The others are not discredited by them.
    pub unreadable: u64,
    /// The first of those.
    pub unreadable_lines: Vec<UnreadableLine>,
    /// When the source made the response (`meta.fecha_generacion`); None where it does not say.
    pub generated_at: Option<Timestamp>,
    /// What it repeats of the request.
    pub echoes: Echoes,
    /// The lines without contradiction, each once (by `numero_factura` and `linea`), in the order they came. Both ends of the asked hours
    /// are inclusive at the POS, so a line at exactly the end is among them.
    pub lines: Vec<SaleLine>,
}

impl SalesAnswer {
    /// Whether as many distinct lines came as the POS announced (DESIGN, rule 3), all of them readable and of the requested
    /// time, and none in two versions.
    pub fn is_complete(&self) -> bool {
        self.lines.len() as u64 == self.announced
            && self.outside == 0
            && self.unreadable == 0
            && self.contradicted.is_none()
    }

    /// The lines that the POS has: those that it announced, or all that came where it sent more.
    pub fn lines_of_source(&self) -> u64 {
        self.announced.max(self.lines.len() as u64 + self.unreadable)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("12.08", Some(12_080_000))]
    #[case("-0.000001", Some(-1))]
    #[case("999999999999.999999", Some(MILLIONTHS_MAX))]
    #[case("1000000000000", None)]
    #[case("79228162514264337593543950335", None)]
    #[case("-79228162514264337593543950335", None)]
    #[case("1.00000051", Some(1_000_001))]
    fn decimals_keep_six_places_or_are_refused(#[case] number: &str, #[case] expected: Option<i128>) {
        assert_eq!(millionths(number.parse().unwrap()), expected);
    }
}
