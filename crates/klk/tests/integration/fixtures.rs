/// A line with every field of the contract.
const LINE: &str = r#"{
  "numero_factura":"C10-01-00008064","fecha":"2025-11-17","hora":"12:19:56.8966141",
  "fecha_hora_completa":"2025-11-17T12:19:56","linea":1,
  "producto":[{"codigo_producto":"000002","descripcion_producto":"QUESO BLANCO \"DURO\"","marca_producto":"",
    "modelo_producto":"","categoria_producto":"99","grupo_articulo":"1","subgrupo_producto":"2",
    "categoria_nombre":"L\u00c1CTEOS","codigo_barras":"00010","serial":"","imei":""}],
  "cantidad":[{"codigo_almacen":"APP-TPF","nombre_almacen":"PISO DE VENTA","cantidad_vendida":0.345,
    "peso_unitario":1,"peso_bruto":0,"volumen_unitario":0,"unidad_medida_venta":"KG","factor_unidad_medida":1,
    "total_cantidad_por_unidad_medida":0.345,"peso_calculado":0.345}],
  "financiero":[{"costo_unitario_bs":100.1,"costo_unitario_usd":0.423327,"precio_unitario_bs":150,
    "precio_unitario_usd":0.634357,"impuesto_porcentaje":16,"impuesto_monto":8.28,"porcentaje_descuento":0,
    "monto_descuento":0,"porcentaje_descuento_fidelizacion":0,"monto_descuento_fidelizacion":0,
    "porcentaje_descuento_forma_pago":0,"monto_descuento_forma_pago":0,"venta_total_bs":51.75,
    "venta_total_usd":0.218853,"costo_total_bs":34.5345,"costo_total_usd":0.146048,"utilidad_bruta_bs":17.2155,
    "utilidad_bruta_usd":0.072805}],
  "total_factura":1158.67,"tasa_usd":236.46,"es_no_fiscal":false,"tiene_promocion":"","codigo_promocion":""}"#;

/// The line, with some texts replaced; each has to be there.
pub fn line_with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(LINE.to_owned(), |line, (from, to)| {
        assert!(line.contains(from), "{from} is not in the line");
        line.replace(from, to)
    })
}

pub fn line() -> String {
    line_with(&[])
}

/// The line under another number.
pub fn numbered_line(number: u32) -> String {
    line_with(&[("\"linea\":1", &format!("\"linea\":{number}"))])
}

pub fn sales_body(announced: &str, lines: &[String]) -> String {
    format!(
        r#"{{"meta":{{"sucursal_codigo":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17",
        "hora_desde":"12:00","hora_hasta":"12:30","CodArticulo":"","almacen":"","total_registros":{announced},
        "fecha_generacion":"2025-11-18T13:45:09.488Z"}},"ventas":[{}]}}"#,
        lines.join(",")
    )
}
