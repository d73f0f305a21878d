//! Answers of `/ventas`.

use std::ops::Range;

use domain::echo::Echoes;
use domain::sale::{SaleLine, SalesAnswer, SmolStr};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::ParseError;
use super::check::{SalesFacts, outside_of, read_sales_meta};
use super::distinct::{Collected, Distinct};
use super::envelope::{Elements, read_envelope, refusal_message};
use super::field::{read, text_or_json};
use super::problem::FieldProblem;
use super::problem::Problem;
use super::raw::{Field, RawObject, exactly_one, raw_object};
use super::scanner::Scanner;
use super::unreadable::{UnreadableLines, read_or_set_aside};
use crate::SalesQuestion;
use crate::body::Body;

raw_object!(RawLine, "an invoice line", {
    numero_factura, fecha, hora, fecha_hora_completa, linea, total_factura, tasa_usd, es_no_fiscal, tiene_promocion, codigo_promocion, error,
});

raw_object!(RawProduct, "an object in 'producto'", {
    codigo_producto, descripcion_producto, marca_producto, modelo_producto, categoria_producto, grupo_articulo,
    subgrupo_producto, categoria_nombre, codigo_barras, serial, imei,
});

raw_object!(RawQuantity, "an object in 'cantidad'", {
    codigo_almacen, nombre_almacen, cantidad_vendida, peso_unitario, peso_bruto, volumen_unitario,
    unidad_medida_venta, factor_unidad_medida, total_cantidad_por_unidad_medida, peso_calculado,
});

raw_object!(RawMoney, "an object in 'financiero'", {
    costo_unitario_bs, costo_unitario_usd, precio_unitario_bs, precio_unitario_usd, impuesto_porcentaje,
    impuesto_monto, porcentaje_descuento, monto_descuento, porcentaje_descuento_fidelizacion,
    monto_descuento_fidelizacion, porcentaje_descuento_forma_pago, monto_descuento_forma_pago, venta_total_bs,
    venta_total_usd, costo_total_bs, costo_total_usd, utilidad_bruta_bs, utilidad_bruta_usd,
});

/// What a line takes in a body at least, as a rule. Room for more lines than come costs nothing until it is written to; room for
/// fewer means that all of them are moved once, and are in memory twice meanwhile.
const BYTES_PER_LINE: usize = 1_000;

/// Reads the response to a question. Lines that cannot be read are set aside, unless there is no other.
pub(crate) fn parse_sales(
    body: &mut Body,
    expected_bytes: usize,
    question: &SalesQuestion,
) -> Result<SalesAnswer, ParseError> {
    let mut lines = Lines::with_capacity(expected_bytes / BYTES_PER_LINE);
    let meta = read_envelope(body, &mut lines)?;
    let SalesFacts { announced, generated_at, echoes } = read_sales_meta(&mut Scanner::new(&meta), question)?;
    let Lines { distinct, unreadable } = lines;
    let Collected { received, contradicted, mut items } = distinct.finish();
    if let (true, Some((element, detail))) = (items.is_empty() && contradicted.is_none(), unreadable.refusal) {
        return Err(ParseError::Shape { element: Some(element), detail });
    }
    // What a readable line says is contradicted by one of the same key that cannot be read.
    if unreadable.count > 0 {
        items.retain(|line| !unreadable.keys.contains(&(line.numero_factura.clone(), line.linea)));
    }
    let (outside, outside_lines) = outside_of(&items, question)?;
    let contradicted = contradicted.map(|line| (line.numero_factura.to_string(), line.linea));
    Ok(SalesAnswer {
        announced,
        received: received + unreadable.count,
        outside,
        outside_lines,
        contradicted,
        unreadable: unreadable.count,
        unreadable_lines: unreadable.first,
        generated_at,
        echoes,
        lines: items,
    })
}

const LINES: &[u8] = br#""ventas""#;

/// Where the lines of a response begin, once its `meta` has come before them.
pub(crate) fn beginning(body: &[u8]) -> Option<usize> {
    let at = |what: &[u8]| body.windows(what.len()).position(|window| window == what);
    let lines = at(LINES)?;
    at(br#""meta""#).filter(|meta| *meta < lines).map(|_| lines)
}

/// Reads what the beginning of a response, up to its lines, announces; or a whole one, where `meta` comes last.
pub(crate) fn parse_announced(text: &str, question: &SalesQuestion) -> Result<AnnouncedSales, ParseError> {
    let begun = text.trim_end();
    let whole = if begun.ends_with(',') { format!(r#"{begun}"ventas":[]}}"#) } else { text.to_owned() };
    let meta = read_envelope(&mut Body::of(whole), &mut Lines::with_capacity(0))?;
    let SalesFacts { announced, generated_at, echoes } = read_sales_meta(&mut Scanner::new(&meta), question)?;
    Ok(AnnouncedSales { lines: announced, generated_at, echoes })
}

/// What a response announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncedSales {
    /// Invoice lines.
    pub lines: u64,
    /// When the source made the response; None where it does not say.
    pub generated_at: Option<Timestamp>,
    /// What it repeats of the request.
    pub echoes: Echoes,
}

/// A line's key: the store is the same for all.
type Key = (SmolStr, i32);

struct Lines {
    distinct: Distinct<Key, SaleLine>,
    unreadable: UnreadableLines,
}

impl Lines {
    fn with_capacity(expected: usize) -> Self {
        Self { distinct: Distinct::with_capacity(expected), unreadable: UnreadableLines::default() }
    }
}

impl Elements for Lines {
    const ARRAY: &'static str = "ventas";

    fn read(&mut self, scanner: &mut Scanner<'_>, index: usize, has_marks: bool) -> Result<(), Problem> {
        match read_or_set_aside(scanner, has_marks, read_line)? {
            Ok(line) => self.distinct.add((line.numero_factura.clone(), line.linea), line),
            Err((element, reason)) => self.unreadable.add(index, element, &reason),
        }
        Ok(())
    }
}

fn read_line(scanner: &mut Scanner<'_>) -> Result<SaleLine, Problem> {
    let (mut product, mut quantity, mut money) = (None, None, None);
    let raw = RawLine::read_with(scanner, |scanner, name| {
        let is_second = match name {
            "producto" => product.is_some(),
            "cantidad" => quantity.is_some(),
            "financiero" => money.is_some(),
            _ => false,
        };
        if is_second {
            return Err(Problem::Discredit(format!("'{name}' comes twice")));
        }
        match name {
            "producto" => product = Some(exactly_one("producto", scanner, RawProduct::read)?),
            "cantidad" => quantity = Some(exactly_one("cantidad", scanner, RawQuantity::read)?),
            "financiero" => money = Some(exactly_one("financiero", scanner, RawMoney::read)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if let Some(message) = refusal_message(raw.error) {
        return Err(Problem::Discredit(format!("'error': {message}")));
    }
    let missing = |name| FieldProblem::new(name, "an array of exactly one object", None);
    let product = product.ok_or_else(|| missing("producto"))?;
    let quantity = quantity.ok_or_else(|| missing("cantidad"))?;
    let money = money.ok_or_else(|| missing("financiero"))?;

    let invoice = read!(invoice_number, raw.numero_factura);
    let number = read!(required_integer, raw.linea);
    sale_line(&raw, &product, &quantity, &money, (&invoice, number))
}

#[inline]
fn sale_line(
    raw: &RawLine<'_>,
    product: &RawProduct<'_>,
    quantity: &RawQuantity<'_>,
    money: &RawMoney<'_>,
    (invoice, number): (&str, i32),
) -> Result<SaleLine, Problem> {
    let (fecha, hora) = (read!(required_date, raw.fecha), read!(required_time, raw.hora));
    check_moment(raw, fecha.to_datetime(hora))?;
    Ok(SaleLine {
        numero_factura: SmolStr::new(invoice),
        linea: number,
        fecha,
        hora,
        codigo_producto: SmolStr::from(read!(present_text, product.codigo_producto)),
        descripcion_producto: read!(text, product.descripcion_producto),
        marca_producto: read!(text, product.marca_producto),
        modelo_producto: read!(text, product.modelo_producto),
        categoria_producto: read!(text, product.categoria_producto),
        grupo_articulo: read!(text, product.grupo_articulo),
        subgrupo_producto: read!(text, product.subgrupo_producto),
        categoria_nombre: read!(text, product.categoria_nombre),
        codigo_barras: read!(text, product.codigo_barras),
        serial: read!(text, product.serial),
        imei: read!(text, product.imei),
        codigo_almacen: read!(text, quantity.codigo_almacen),
        nombre_almacen: read!(text, quantity.nombre_almacen),
        cantidad_vendida: read!(required_number, quantity.cantidad_vendida),
        peso_unitario: read!(number, quantity.peso_unitario),
        peso_bruto: read!(number, quantity.peso_bruto),
        volumen_unitario: read!(number, quantity.volumen_unitario),
        unidad_medida_venta: read!(text, quantity.unidad_medida_venta),
        factor_unidad_medida: read!(number, quantity.factor_unidad_medida),
        total_cantidad_por_unidad_medida: read!(number, quantity.total_cantidad_por_unidad_medida),
        peso_calculado: read!(number, quantity.peso_calculado),
        costo_unitario_bs: read!(number, money.costo_unitario_bs),
        costo_unitario_usd: read!(number, money.costo_unitario_usd),
        precio_unitario_bs: read!(number, money.precio_unitario_bs),
        precio_unitario_usd: read!(number, money.precio_unitario_usd),
        impuesto_porcentaje: read!(number, money.impuesto_porcentaje),
        impuesto_monto: read!(number, money.impuesto_monto),
        porcentaje_descuento: read!(number, money.porcentaje_descuento),
        monto_descuento: read!(number, money.monto_descuento),
        porcentaje_descuento_fidelizacion: read!(number, money.porcentaje_descuento_fidelizacion),
        monto_descuento_fidelizacion: read!(number, money.monto_descuento_fidelizacion),
        porcentaje_descuento_forma_pago: read!(number, money.porcentaje_descuento_forma_pago),
        monto_descuento_forma_pago: read!(number, money.monto_descuento_forma_pago),
        venta_total_bs: read!(required_number, money.venta_total_bs),
        venta_total_usd: read!(required_number, money.venta_total_usd),
        costo_total_bs: read!(number, money.costo_total_bs),
        costo_total_usd: read!(number, money.costo_total_usd),
        utilidad_bruta_bs: read!(number, money.utilidad_bruta_bs),
        utilidad_bruta_usd: read!(number, money.utilidad_bruta_usd),
        total_factura: read!(number, raw.total_factura),
        tasa_usd: read!(number, raw.tasa_usd),
        es_no_fiscal: read!(boolean, raw.es_no_fiscal),
        tiene_promocion: read!(text, raw.tiene_promocion),
        codigo_promocion: read!(text, raw.codigo_promocion),
    })
}

/// Refuses a line whose moment as a whole is another than that of its day and hour: nobody knows which of them is right. It drops
/// or rounds the fraction of a second and may be missing; what is no moment says nothing.
fn check_moment(raw: &RawLine<'_>, moment: DateTime) -> Result<(), FieldProblem> {
    let name = "fecha_hora_completa";
    let Some(json) = raw.fecha_hora_completa else { return Ok(()) };
    let is_same = part(Some(json), 1..11) == part(raw.fecha, 1..11) && part(Some(json), 12..20) == part(raw.hora, 1..9);
    if is_same {
        return Ok(());
    }
    let Ok(whole) = text_or_json(json).trim().parse::<DateTime>() else { return Ok(()) };
    let apart = moment.duration_since(whole).abs();
    if apart <= SignedDuration::from_secs(1) {
        return Ok(());
    }
    Err(FieldProblem::new(name, "the moment of 'fecha' and 'hora'", Some(json)))
}

fn part(field: Field<'_>, range: Range<usize>) -> Option<&[u8]> {
    field.and_then(|json| json.as_bytes().get(range))
}
