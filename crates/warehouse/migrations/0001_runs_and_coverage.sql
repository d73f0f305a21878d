-- Runs: each row one attempt at one window; with them the queue (estado = 'en_cola').
-- No index anywhere: identifiers are UUIDs of version 7, in order of time, and zone maps find one row.
CREATE TABLE etl_ejecuciones (
    id UUID NOT NULL,
    creado_en TIMESTAMPTZ NOT NULL,
    etl_tipo VARCHAR NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    ubicacion_nombre VARCHAR NOT NULL,
    fecha_inicio TIMESTAMPTZ,
    fecha_fin TIMESTAMPTZ,
    duracion_segundos DOUBLE,
    fecha_desde DATE NOT NULL,
    fecha_hasta DATE NOT NULL,
    hora_desde VARCHAR NOT NULL,
    hora_hasta VARCHAR NOT NULL,
    ventana_desde TIMESTAMPTZ NOT NULL,
    ventana_hasta TIMESTAMPTZ NOT NULL,
    zona VARCHAR NOT NULL,
    estado VARCHAR NOT NULL,
    registros_extraidos UBIGINT,
    registros_cargados UBIGINT,
    error_mensaje VARCHAR,
    error_tipo VARCHAR,
    modo VARCHAR NOT NULL,
    version_etl VARCHAR NOT NULL,
    host VARCHAR,
    intento UINTEGER NOT NULL,
    solicitado_por VARCHAR,
    lote_id UUID,
    traza_sentry VARCHAR,
    traza_baggage VARCHAR,
    traza_id VARCHAR,
    lineas_agregadas UBIGINT,
    lineas_cambiadas UBIGINT,
    lineas_retiradas UBIGINT,
    fase_extraccion_ms UBIGINT,
    fase_carga_ms UBIGINT
);
COMMENT ON TABLE etl_ejecuciones IS 'Ejecuciones; las que están en_cola son la cola';
COMMENT ON COLUMN etl_ejecuciones.hora_hasta IS 'Hora local; 24:00 es el final de fecha_hasta';
COMMENT ON COLUMN etl_ejecuciones.ventana_desde IS 'Primer instante de la ventana (UTC)';
COMMENT ON COLUMN etl_ejecuciones.ventana_hasta IS 'Primer instante después de la ventana (UTC)';

-- Runs that were asked for together.
CREATE TABLE lotes (
    id UUID NOT NULL,
    motivo VARCHAR NOT NULL,
    solicitado_por VARCHAR,
    creado_en TIMESTAMPTZ NOT NULL
);

-- Windows whose run committed everything the source announced. Rows are only ever added, in the transaction that
-- replaces the window's rows, so the table also tells what was known at any moment.
CREATE TABLE cobertura (
    etl_tipo VARCHAR NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL,
    ejecucion_id UUID NOT NULL,
    registrada_en TIMESTAMPTZ NOT NULL
);

-- Windows that were given up with a reason.
CREATE TABLE exenciones (
    etl_tipo VARCHAR NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL,
    motivo VARCHAR NOT NULL,
    persona VARCHAR NOT NULL,
    registrada_en TIMESTAMPTZ NOT NULL,
    retirada_en TIMESTAMPTZ
);

-- When each schedule last fired.
CREATE TABLE programaciones (
    nombre VARCHAR NOT NULL,
    ultima_ejecucion TIMESTAMPTZ NOT NULL
);
