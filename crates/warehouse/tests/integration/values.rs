//! Every field of a line arrives in the column of its name, exactly.

use std::collections::BTreeMap;

use domain::sale::SaleLine;

use crate::samples::{PERIFERICO, decimal, half_hour, line, run_id};
use crate::store::Store;

#[tokio::test]
async fn times_keep_seven_decimals_and_the_last_fraction_stays_in_its_window() {
    let mut store = Store::new();
    let (early, late) = (half_hour("2025-11-17T12:00"), half_hour("2025-11-17T12:30"));
    store.load_sales(1, PERIFERICO, early, vec![line("F-1", 1, "2025-11-17T12:29:59.9999999", "1")]).await;
    store.load_sales(2, PERIFERICO, late, vec![line("F-2", 1, "2025-11-17T12:30:00.0000001", "2")]).await;
    // Each window again, without lines: takes away what lies in it and nothing else.
    store.load_sales(3, PERIFERICO, late, Vec::new()).await;

    assert_eq!(
        store.rows("SELECT rtrim(hora::VARCHAR, '0'), fecha_hora FROM ventas").await,
        [["12:29:59.9999999", "2025-11-17 12:29:59.999999"].map(|text| Some(text.to_owned())).to_vec()]
    );
    store.load_sales(4, PERIFERICO, early, Vec::new()).await;
    assert!(store.table("ventas").await.is_empty());
}

#[tokio::test]
async fn a_difference_of_100_nanoseconds_is_a_change() {
    let store = Store::new();
    let window = half_hour("2025-11-17T12:00");
    store.load_sales(1, PERIFERICO, window, vec![line("F-1", 1, "2025-11-17T12:10:00.1234567", "1")]).await;
    let receipt =
        store.load_sales(2, PERIFERICO, window, vec![line("F-1", 1, "2025-11-17T12:10:00.1234568", "1")]).await;
    assert_eq!(receipt.changed, 1);
}

#[tokio::test]
async fn every_field_has_its_column() {
    let mut store = Store::new();
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T12:00"), vec![full_line()]).await;
    let names = store
        .column(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'ventas' ORDER BY ordinal_position",
        )
        .await;
    let mut values = store.table("ventas").await.remove(0);
    // A server keeps it as a text with every decimal.
    let clock = names.iter().position(|name| name == "hora").unwrap();
    values[clock] = values[clock].take().map(|text| text.trim_end_matches('0').to_owned());
    let found: BTreeMap<String, String> =
        names.into_iter().zip(values.into_iter().map(Option::unwrap_or_default)).collect();

    let run = run_id(1).to_string();
    let expected: BTreeMap<String, String> = EXPECTED
        .iter()
        .copied()
        .chain([("ejecucion_id", run.as_str())])
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_did_not_come_is_null() {
    let mut store = Store::new();
    let mut bare = line("F-1", 1, "2025-11-17T12:10:00", "1");
    bare.descripcion_producto = None;
    bare.codigo_almacen = None;
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T12:00"), vec![bare]).await;
    let row = store.table("ventas").await.remove(0);
    assert_eq!(row.iter().filter(|value| value.is_none()).count(), 40);
}

/// No two fields of one type have the same value.
fn full_line() -> SaleLine {
    let text = |text: &str| Some(text.into());
    let number = |text: &str| Some(decimal(text));
    SaleLine {
        descripcion_producto: text("AZÚCAR 'MORENA' 1KG"),
        marca_producto: text("marca"),
        modelo_producto: text("modelo"),
        categoria_producto: text("categoria"),
        grupo_articulo: text("grupo"),
        subgrupo_producto: text("subgrupo"),
        categoria_nombre: text("nombre de categoria"),
        codigo_barras: text("7591234567890"),
        serial: text("serial"),
        imei: text("imei"),
        codigo_almacen: text("APP-TPF"),
        nombre_almacen: text("PISO DE VENTA"),
        cantidad_vendida: decimal("-1.25"),
        peso_unitario: number("0.01"),
        peso_bruto: number("0.02"),
        volumen_unitario: number("0.03"),
        unidad_medida_venta: text("UND"),
        factor_unidad_medida: number("0.04"),
        total_cantidad_por_unidad_medida: number("0.05"),
        peso_calculado: number("0.06"),
        costo_unitario_bs: number("999999999999.999999"),
        costo_unitario_usd: number("-999999999999.999999"),
        precio_unitario_bs: number("0.000001"),
        precio_unitario_usd: number("0.07"),
        impuesto_porcentaje: number("16"),
        impuesto_monto: number("0.08"),
        porcentaje_descuento: number("0.09"),
        monto_descuento: number("0.10"),
        porcentaje_descuento_fidelizacion: number("0.11"),
        monto_descuento_fidelizacion: number("0.12"),
        porcentaje_descuento_forma_pago: number("0.13"),
        monto_descuento_forma_pago: number("0.14"),
        venta_total_bs: decimal("0.15"),
        venta_total_usd: decimal("0.16"),
        costo_total_bs: number("0.17"),
        costo_total_usd: number("0.18"),
        utilidad_bruta_bs: number("0.19"),
        utilidad_bruta_usd: number("0.20"),
        total_factura: number("0.21"),
        tasa_usd: number("236.4601"),
        es_no_fiscal: Some(true),
        tiene_promocion: text("Si"),
        codigo_promocion: text("PROMO"),
        ..line("F-000123", 7, "2025-11-17T12:29:59.1234567", "0")
    }
}

const EXPECTED: &[(&str, &str)] = &[
    ("ubicacion_id", PERIFERICO),
    ("numero_factura", "F-000123"),
    ("linea", "7"),
    ("fecha", "2025-11-17"),
    ("hora", "12:29:59.1234567"),
    ("fecha_hora", "2025-11-17 12:29:59.123456"),
    ("codigo_producto", "P-0007"),
    ("descripcion_producto", "AZÚCAR 'MORENA' 1KG"),
    ("marca_producto", "marca"),
    ("modelo_producto", "modelo"),
    ("categoria_producto", "categoria"),
    ("grupo_articulo", "grupo"),
    ("subgrupo_producto", "subgrupo"),
    ("categoria_nombre", "nombre de categoria"),
    ("codigo_barras", "7591234567890"),
    ("serial", "serial"),
    ("imei", "imei"),
    ("codigo_almacen", "APP-TPF"),
    ("nombre_almacen", "PISO DE VENTA"),
    ("cantidad_vendida", "-1.250000"),
    ("peso_unitario", "0.010000"),
    ("peso_bruto", "0.020000"),
    ("volumen_unitario", "0.030000"),
    ("unidad_medida_venta", "UND"),
    ("factor_unidad_medida", "0.040000"),
    ("total_cantidad_por_unidad_medida", "0.050000"),
    ("peso_calculado", "0.060000"),
    ("costo_unitario_bs", "999999999999.999999"),
    ("costo_unitario_usd", "-999999999999.999999"),
    ("precio_unitario_bs", "0.000001"),
    ("precio_unitario_usd", "0.070000"),
    ("impuesto_porcentaje", "16.000000"),
    ("impuesto_monto", "0.080000"),
    ("porcentaje_descuento", "0.090000"),
    ("monto_descuento", "0.100000"),
    ("porcentaje_descuento_fidelizacion", "0.110000"),
    ("monto_descuento_fidelizacion", "0.120000"),
    ("porcentaje_descuento_forma_pago", "0.130000"),
    ("monto_descuento_forma_pago", "0.140000"),
    ("venta_total_bs", "0.150000"),
    ("venta_total_usd", "0.160000"),
    ("costo_total_bs", "0.170000"),
    ("costo_total_usd", "0.180000"),
    ("utilidad_bruta_bs", "0.190000"),
    ("utilidad_bruta_usd", "0.200000"),
    ("total_factura", "0.210000"),
    ("tasa_usd", "236.460100"),
    ("es_no_fiscal", "true"),
    ("tiene_promocion", "Si"),
    ("codigo_promocion", "PROMO"),
];
