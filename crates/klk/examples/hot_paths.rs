//! What is done for each window and for each look at what is missing, on input that is always the same: `./dev test` counts
//! its instructions (`scripts/instructions.mjs`). No clock, no network and no database.
//!
//! `hot_paths NAME` does one of them; the functions that are counted are called `counted_NAME`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example whose input is wrong stops, and says what it did"
)]

use domain::gap::GapEvidence;
use domain::recovery::windows_to_recover;
use domain::{BranchCode, BranchId, EtlKind, Interval, IntervalSet};
use jiff::Timestamp;
use jiff::civil::{date, time};
use jiff::tz::{TimeZone, offset};
use klk::SalesQuestion;

const LINES: usize = 500;
const STORES: i64 = 100;
const DAYS: i64 = 7;
/// 2025-11-17T04:00:00Z, midnight in Caracas.
const BEGINNING: i64 = 1_763_352_000;
const HALF_HOUR_SECONDS: i64 = 1_800;
const DAY_SECONDS: i64 = 86_400;

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let done = match name.as_str() {
        "body" => counted_body(body(), &question()),
        "intervals" => counted_intervals(&weeks()),
        "recovery" => counted_recovery(&evidence(), &BranchId::new("tienda_001"), span(0, DAYS * DAY_SECONDS), &zone()),
        _ => {
            println!("hot_paths body | intervals | recovery");
            std::process::exit(2);
        }
    };
    println!("{name}: {done}");
}

/// Lines of a response.
#[inline(never)]
fn counted_body(text: String, question: &SalesQuestion) -> usize {
    klk::sales_of_text(text, question).unwrap().lines.len()
}

/// Intervals that are missing, of the expected and the covered time of some stores.
#[inline(never)]
fn counted_intervals(weeks: &[(IntervalSet<Timestamp>, IntervalSet<Timestamp>)]) -> usize {
    let mut missing = 0;
    for (expected, covered) in weeks {
        let uncovered = expected.difference(covered);
        missing += uncovered.intervals().len() + uncovered.union(covered).intersection(expected).intervals().len();
    }
    missing
}

/// Windows that a recovery would run, of some stores.
#[inline(never)]
fn counted_recovery(evidence: &[GapEvidence], branch: &BranchId, range: Interval<Timestamp>, zone: &TimeZone) -> usize {
    let mut windows = 0;
    for of_store in evidence {
        windows += windows_to_recover(branch, EtlKind::Sales, range, of_store, zone).len();
    }
    windows
}

fn zone() -> TimeZone {
    TimeZone::fixed(offset(-4))
}

/// Seconds after the beginning.
fn span(from: i64, to: i64) -> Interval<Timestamp> {
    let instant = |second: i64| Timestamp::from_second(BEGINNING + second).unwrap();
    Interval::new(instant(from), instant(to)).unwrap()
}

/// Of each store what is expected, 7:00 to 21:00, and what is covered: every half hour but each seventeenth.
fn weeks() -> Vec<(IntervalSet<Timestamp>, IntervalSet<Timestamp>)> {
    let week = |store: i64| {
        let hours = |day: i64| span(day * DAY_SECONDS + 7 * 3_600, day * DAY_SECONDS + 21 * 3_600);
        let covered = (0..DAYS * 48)
            .filter(|half_hour| (half_hour + store) % 17 != 0)
            .map(|half_hour| span(half_hour * HALF_HOUR_SECONDS, (half_hour + 1) * HALF_HOUR_SECONDS));
        ((0..DAYS).map(hours).collect(), covered.collect())
    };
    (0..STORES).map(week).collect()
}

fn evidence() -> Vec<GapEvidence> {
    weeks()
        .into_iter()
        .map(|(expected, covered)| GapEvidence {
            expected,
            covered,
            changes: Vec::new(),
            waived: IntervalSet::empty(),
            unproven: IntervalSet::empty(),
            attempts: Vec::new(),
        })
        .collect()
}

fn question() -> SalesQuestion {
    SalesQuestion::of_day(BranchCode::new("SUC001"), date(2025, 11, 17))
        .between(time(12, 0, 0, 0), Some(time(12, 30, 0, 0)))
}

fn body() -> String {
    let lines: Vec<String> = (0..LINES).map(line).collect();
    format!(
        r#"{{"meta":{{"sucursal_codigo":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"12:00",
        "hora_hasta":"12:30","CodArticulo":"","almacen":"","total_registros":{LINES},
        "fecha_generacion":"2025-11-18T13:45:09.488Z"}},"ventas":[{}]}}"#,
        lines.join(",")
    )
}

fn line(number: usize) -> String {
    format!(
        r#"{{"numero_factura":"C10-{}","fecha":"2025-11-17","hora":"12:{:02}:56.8966141","linea":{},
        "producto":[{{"codigo_producto":"{number:06}","descripcion_producto":"QUESO","marca_producto":"","modelo_producto":"",
        "categoria_producto":"99","grupo_articulo":"1","subgrupo_producto":"2","categoria_nombre":"L\u00c1CTEOS",
        "codigo_barras":"00010","serial":"","imei":""}}],
        "cantidad":[{{"codigo_almacen":"APP-TPF","nombre_almacen":"PISO DE VENTA","cantidad_vendida":0.345,"peso_unitario":1,
        "peso_bruto":0,"volumen_unitario":0,"unidad_medida_venta":"KG","factor_unidad_medida":1,
        "total_cantidad_por_unidad_medida":0.345,"peso_calculado":0.345}}],
        "financiero":[{{"costo_unitario_bs":100.1,"costo_unitario_usd":0.423327,"precio_unitario_bs":150,
        "precio_unitario_usd":0.634357,"impuesto_porcentaje":16,"impuesto_monto":8.28,"porcentaje_descuento":0,
        "monto_descuento":0,"porcentaje_descuento_fidelizacion":0,"monto_descuento_fidelizacion":0,
        "porcentaje_descuento_forma_pago":0,"monto_descuento_forma_pago":0,"venta_total_bs":51.75,
        "venta_total_usd":0.218853,"costo_total_bs":34.5345,"costo_total_usd":0.146048,"utilidad_bruta_bs":17.2155,
        "utilidad_bruta_usd":0.072805}}],
        "total_factura":1158.67,"tasa_usd":236.46,"es_no_fiscal":false,"tiene_promocion":"","codigo_promocion":""}}"#,
        number / 10,
        number / 10 % 30,
        number % 10 + 1
    )
}
