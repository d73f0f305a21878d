//! Branches, windows, runs and lines with fixed identifiers and times.

use std::time::Duration;

use domain::decision::Origin;
use domain::sale::SaleLine;
use domain::{
    BatchId, Branch, BranchCode, BranchId, Calendar, HALF_HOUR, Interval, RunId, RunMode, window::instant_of,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use uuid::Uuid;
use warehouse::{CommitClock, NewBatch, NewRun, PhaseTimes, RunEnd, SalesWindow};

use domain::EtlKind;

pub const PERIFERICO: &str = "tienda_01";
pub const CENTRO: &str = "tienda_02";

/// When the samples are queued.
pub const QUEUED_AT: &str = "2025-11-17T12:00:00Z";

pub fn zone() -> TimeZone {
    TimeZone::get("America/Caracas").unwrap()
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Identifiers of version 7, in order of their numbers.
pub fn run_id(number: u128) -> RunId {
    RunId(Uuid::from_u128(0x0193_3a00_0000_7000_8000_0000_0000_0000 + number))
}

/// Of a run that is queued anew, where none is.
pub fn unused_id() -> RunId {
    run_id(0xffff)
}

pub fn batch_id(number: u128) -> BatchId {
    BatchId(Uuid::from_u128(0x0193_3a00_0000_7000_9000_0000_0000_0000 + number))
}

pub fn branch(id: &str) -> Branch {
    Branch {
        id: BranchId::new(id),
        code: BranchCode::new(format!("SUC-{id}")),
        name: format!("Tienda {id}"),
        zone: zone().into(),
        calendar: Calendar::every_day("00:00-24:00".parse().unwrap()),
        calendar_counts_from: None,
        warehouses: Vec::new(),
    }
}

/// From one local time of Caracas up to another.
pub fn period(from: &str, to: &str) -> Interval<Timestamp> {
    let at = |text: &str| instant_of(text.parse::<DateTime>().unwrap(), &zone()).unwrap();
    Interval::new(at(from), at(to)).unwrap()
}

/// The half hour from a local time of Caracas on.
pub fn half_hour(from: &str) -> Interval<Timestamp> {
    let start = instant_of(from.parse::<DateTime>().unwrap(), &zone()).unwrap();
    Interval::new(start, start.checked_add(HALF_HOUR).unwrap()).unwrap()
}

/// A half hour by its number, from 2025-01-01 00:00 in Caracas on.
pub fn numbered_half_hour(number: i32) -> Interval<Timestamp> {
    let first = half_hour("2025-01-01T00:00");
    let start = first.start().checked_add(HALF_HOUR * number).unwrap();
    Interval::new(start, start.checked_add(HALF_HOUR).unwrap()).unwrap()
}

pub fn sales_window(branch_id: &str, interval: Interval<Timestamp>) -> SalesWindow {
    let local = Interval::new(zone().to_datetime(interval.start()), zone().to_datetime(interval.end())).unwrap();
    SalesWindow { branch: BranchId::new(branch_id), interval, local }
}

pub fn batch(number: u128) -> NewBatch {
    NewBatch {
        id: batch_id(number),
        reason: "manual",
        requested_by: Some("ana@klk.test".to_owned()),
        origin: Origin::CommandLine,
        created_at: instant(QUEUED_AT),
        sentry_trace: Some("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1".to_owned()),
        baggage: Some("sentry-environment=test".to_owned()),
    }
}

pub fn new_run(number: u128, branch: Branch, interval: Interval<Timestamp>) -> NewRun {
    NewRun { id: run_id(number), kind: EtlKind::Sales, branch, interval, mode: RunMode::Incremental }
}

pub fn end(run: RunId, ended_at: Timestamp, extracted: usize) -> RunEnd {
    RunEnd {
        run,
        clock: CommitClock::new(move || ended_at),
        extracted: extracted as u64,
        announced: Some(extracted as u64),
        phases: PhaseTimes { extract: Duration::from_millis(1_500) },
    }
}

/// A line with what every line has.
pub fn line(invoice: &str, number: i32, local: &str, total_bs: &str) -> SaleLine {
    let moment: DateTime = local.parse().unwrap();
    SaleLine {
        numero_factura: invoice.into(),
        linea: number,
        fecha: moment.date(),
        hora: moment.time(),
        codigo_producto: format!("P-{number:04}").into(),
        descripcion_producto: Some("HARINA PAN 1KG".into()),
        marca_producto: None,
        modelo_producto: None,
        categoria_producto: None,
        grupo_articulo: None,
        subgrupo_producto: None,
        categoria_nombre: None,
        codigo_barras: None,
        serial: None,
        imei: None,
        codigo_almacen: Some("APP-TPF".into()),
        nombre_almacen: None,
        cantidad_vendida: Decimal::ONE,
        peso_unitario: None,
        peso_bruto: None,
        volumen_unitario: None,
        unidad_medida_venta: None,
        factor_unidad_medida: None,
        total_cantidad_por_unidad_medida: None,
        peso_calculado: None,
        costo_unitario_bs: None,
        costo_unitario_usd: None,
        precio_unitario_bs: None,
        precio_unitario_usd: None,
        impuesto_porcentaje: None,
        impuesto_monto: None,
        porcentaje_descuento: None,
        monto_descuento: None,
        porcentaje_descuento_fidelizacion: None,
        monto_descuento_fidelizacion: None,
        porcentaje_descuento_forma_pago: None,
        monto_descuento_forma_pago: None,
        venta_total_bs: decimal(total_bs),
        venta_total_usd: Decimal::ONE,
        costo_total_bs: None,
        costo_total_usd: None,
        utilidad_bruta_bs: None,
        utilidad_bruta_usd: None,
        total_factura: None,
        tasa_usd: None,
        es_no_fiscal: None,
        tiene_promocion: None,
        codigo_promocion: None,
    }
}
