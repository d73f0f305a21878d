-- Invoice lines: every field of the source under the source's own name. Key: (ubicacion_id, numero_factura, linea).
-- `fecha` and `hora` are local; `hora` keeps the seven decimals the source sends, `fecha_hora` is both, to the microsecond.
CREATE TABLE ventas (
    ubicacion_id VARCHAR NOT NULL,
    numero_factura VARCHAR NOT NULL,
    linea INTEGER NOT NULL,
    fecha DATE NOT NULL,
    hora TIME_NS NOT NULL,
    codigo_producto VARCHAR NOT NULL,
    descripcion_producto VARCHAR,
    marca_producto VARCHAR,
    modelo_producto VARCHAR,
    categoria_producto VARCHAR,
    grupo_articulo VARCHAR,
    subgrupo_producto VARCHAR,
    categoria_nombre VARCHAR,
    codigo_barras VARCHAR,
    serial VARCHAR,
    imei VARCHAR,
    codigo_almacen VARCHAR,
    nombre_almacen VARCHAR,
    cantidad_vendida DECIMAL(18, 6) NOT NULL,
    peso_unitario DECIMAL(18, 6),
    peso_bruto DECIMAL(18, 6),
    volumen_unitario DECIMAL(18, 6),
    unidad_medida_venta VARCHAR,
    factor_unidad_medida DECIMAL(18, 6),
    total_cantidad_por_unidad_medida DECIMAL(18, 6),
    peso_calculado DECIMAL(18, 6),
    costo_unitario_bs DECIMAL(18, 6),
    costo_unitario_usd DECIMAL(18, 6),
    precio_unitario_bs DECIMAL(18, 6),
    precio_unitario_usd DECIMAL(18, 6),
    impuesto_porcentaje DECIMAL(18, 6),
    impuesto_monto DECIMAL(18, 6),
    porcentaje_descuento DECIMAL(18, 6),
    monto_descuento DECIMAL(18, 6),
    porcentaje_descuento_fidelizacion DECIMAL(18, 6),
    monto_descuento_fidelizacion DECIMAL(18, 6),
    porcentaje_descuento_forma_pago DECIMAL(18, 6),
    monto_descuento_forma_pago DECIMAL(18, 6),
    venta_total_bs DECIMAL(18, 6) NOT NULL,
    venta_total_usd DECIMAL(18, 6) NOT NULL,
    costo_total_bs DECIMAL(18, 6),
    costo_total_usd DECIMAL(18, 6),
    utilidad_bruta_bs DECIMAL(18, 6),
    utilidad_bruta_usd DECIMAL(18, 6),
    total_factura DECIMAL(18, 6),
    tasa_usd DECIMAL(18, 6),
    es_no_fiscal BOOLEAN,
    tiene_promocion VARCHAR,
    codigo_promocion VARCHAR,
    fecha_hora TIMESTAMP NOT NULL,
    ejecucion_id UUID NOT NULL
);
COMMENT ON TABLE ventas IS 'Líneas de factura tal como las anuncia el KLK';
COMMENT ON COLUMN ventas.ejecucion_id IS 'La ejecución que cargó la línea tal como está';

-- What is sold. One row an article, as the latest snapshot of any store had it.
CREATE TABLE productos (
    codigo VARCHAR NOT NULL,
    nombre_producto VARCHAR,
    barra VARCHAR,
    categoria VARCHAR,
    descripcion_categoria VARCHAR,
    subcategoria VARCHAR,
    descripcion VARCHAR,
    marca VARCHAR,
    precio DECIMAL(18, 6),
    iva DECIMAL(18, 6),
    actualizado_en TIMESTAMPTZ NOT NULL
);

-- Stock as the latest snapshot has it. Key: (ubicacion_id, codigo_almacen, codigo); two warehouses of one store hold the
-- same article with different stock.
CREATE TABLE stock_actual (
    ubicacion_id VARCHAR NOT NULL,
    codigo_almacen VARCHAR NOT NULL,
    codigo VARCHAR NOT NULL,
    stock DECIMAL(18, 6) NOT NULL,
    precio DECIMAL(18, 6),
    capturado_en TIMESTAMPTZ NOT NULL,
    ejecucion_id UUID NOT NULL
);

-- Stock over time: a row where an article's stock or price differs from the snapshot before; stock NULL where the
-- article is no longer listed.
CREATE TABLE stock_historico (
    ubicacion_id VARCHAR NOT NULL,
    codigo_almacen VARCHAR NOT NULL,
    codigo VARCHAR NOT NULL,
    stock DECIMAL(18, 6),
    precio DECIMAL(18, 6),
    capturado_en TIMESTAMPTZ NOT NULL,
    ejecucion_id UUID NOT NULL
);
