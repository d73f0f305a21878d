-- What a run proves, or what it failed with, as numbers and not as a sentence.
ALTER TABLE etl_ejecuciones ADD COLUMN registros_anunciados UBIGINT;
ALTER TABLE etl_ejecuciones ADD COLUMN estado_http USMALLINT;
COMMENT ON COLUMN etl_ejecuciones.registros_anunciados IS 'Líneas que el KLK anunció en meta.total_registros';
COMMENT ON COLUMN etl_ejecuciones.estado_http IS 'Estado HTTP con el que respondió el KLK, si no fue 200';
-- A run of sales that succeeded got what was announced; the others say it in their sentence.
UPDATE etl_ejecuciones SET registros_anunciados = registros_extraidos WHERE etl_tipo = 'ventas' AND estado = 'exitoso';
UPDATE etl_ejecuciones
SET registros_anunciados = TRY_CAST(regexp_extract(error_mensaje, 'anunció ([0-9]+) líneas', 1) AS UBIGINT)
WHERE etl_tipo = 'ventas' AND estado = 'parcial';
UPDATE etl_ejecuciones
SET estado_http = TRY_CAST(regexp_extract(error_mensaje, 'estado HTTP ([0-9]{3})', 1) AS USMALLINT)
WHERE error_tipo = 'api_error';

-- Views over every column of a table have to be made anew when it gets one.
CREATE OR REPLACE VIEW v_ultimas_ejecuciones AS
SELECT * FROM etl_ejecuciones
WHERE estado NOT IN ('en_cola', 'en_proceso')
QUALIFY row_number() OVER (PARTITION BY etl_tipo, ubicacion_id ORDER BY fecha_fin DESC NULLS LAST, id DESC) = 1;
CREATE OR REPLACE VIEW v_gaps_por_recuperar AS
SELECT ejecucion.*
FROM etl_ejecuciones AS ejecucion
WHERE ejecucion.etl_tipo = 'ventas'
  AND ejecucion.estado IN ('fallido', 'parcial', 'interrumpido')
  AND EXISTS (
    SELECT 1
    FROM (
        SELECT unnest(range(epoch_us(ejecucion.ventana_desde), epoch_us(ejecucion.ventana_hasta), 1_800_000_000)) AS inicio
    ) AS media_hora
    WHERE NOT EXISTS (
        SELECT 1 FROM cobertura
        WHERE cobertura.etl_tipo = ejecucion.etl_tipo
          AND cobertura.ubicacion_id = ejecucion.ubicacion_id
          AND epoch_us(cobertura.desde) <= media_hora.inicio
          AND epoch_us(cobertura.hasta) > media_hora.inicio
      )
      AND NOT EXISTS (
        SELECT 1 FROM exenciones
        WHERE exenciones.etl_tipo = ejecucion.etl_tipo
          AND exenciones.ubicacion_id = ejecucion.ubicacion_id
          AND exenciones.retirada_en IS NULL
          AND epoch_us(exenciones.desde) <= media_hora.inicio
          AND epoch_us(exenciones.hasta) > media_hora.inicio
      )
  )
QUALIFY row_number() OVER (PARTITION BY ejecucion.ubicacion_id, ejecucion.ventana_desde, ejecucion.ventana_hasta ORDER BY ejecucion.id DESC) = 1;

-- What is covered, windows that touch as one: a store of five years without a gap is one row. Kept in the transaction
-- that adds to `cobertura`, and always the union of it.
CREATE TABLE cobertura_continua (
    etl_tipo VARCHAR NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE cobertura_continua IS 'La unión de cobertura, con las ventanas contiguas como una sola';
INSERT INTO cobertura_continua
SELECT etl_tipo, ubicacion_id, min(desde), max(hasta)
FROM (
    SELECT *, count(*) FILTER (empieza) OVER (PARTITION BY etl_tipo, ubicacion_id ORDER BY desde, hasta ROWS UNBOUNDED PRECEDING) AS tramo
    FROM (
        SELECT etl_tipo, ubicacion_id, desde, hasta,
            coalesce(desde > max(hasta) OVER (PARTITION BY etl_tipo, ubicacion_id ORDER BY desde, hasta
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS empieza
        FROM cobertura
    )
)
GROUP BY etl_tipo, ubicacion_id, tramo
ORDER BY etl_tipo, ubicacion_id, min(desde);

-- What is loaded of each half hour, on the store's clock; kept in the transaction that changes its lines.
CREATE TABLE ventas_por_media_hora (
    ubicacion_id VARCHAR NOT NULL,
    media_hora TIMESTAMP NOT NULL,
    lineas UBIGINT NOT NULL,
    facturas UBIGINT NOT NULL,
    total_bs DECIMAL(38, 6) NOT NULL,
    total_usd DECIMAL(38, 6) NOT NULL,
    factura_mediana_usd DECIMAL(38, 6) NOT NULL
);
COMMENT ON TABLE ventas_por_media_hora IS 'Sumas de ventas por media hora local, para estimar lo que falta';
INSERT INTO ventas_por_media_hora
SELECT ubicacion_id, media_hora, sum(lineas)::UBIGINT, count(*)::UBIGINT, sum(bs), sum(usd),
    quantile_disc(usd, 0.5)
FROM (
    SELECT ubicacion_id, time_bucket(INTERVAL '30 minutes', fecha_hora) AS media_hora, numero_factura,
        count(*) AS lineas, sum(venta_total_bs) AS bs, sum(venta_total_usd) AS usd
    FROM ventas GROUP BY ALL
)
GROUP BY ubicacion_id, media_hora
ORDER BY media_hora, ubicacion_id;

-- Numbers of invoices in a row that are loaded, by register and half hour of the store's clock; kept likewise. A register
-- (caja) is what stands before the last dash of numero_factura.
CREATE TABLE secuencias (
    ubicacion_id VARCHAR NOT NULL,
    caja VARCHAR NOT NULL,
    media_hora TIMESTAMP NOT NULL,
    desde UBIGINT NOT NULL,
    hasta UBIGINT NOT NULL,
    primera TIMESTAMP NOT NULL,
    ultima TIMESTAMP NOT NULL
);
COMMENT ON TABLE secuencias IS 'Números de factura seguidos que están cargados, por caja y media hora local';
INSERT INTO secuencias
SELECT ubicacion_id, caja, media_hora, min(numero), max(numero), min(primera), max(ultima)
FROM (
    SELECT *, numero::HUGEINT - row_number() OVER (PARTITION BY ubicacion_id, caja, media_hora ORDER BY numero) AS fila
    FROM (
        SELECT ubicacion_id, regexp_extract(numero_factura, '^(.+)-[0-9]{1,18}$', 1) AS caja,
            TRY_CAST(regexp_extract(numero_factura, '^.+-([0-9]{1,18})$', 1) AS UBIGINT) AS numero,
            time_bucket(INTERVAL '30 minutes', fecha_hora) AS media_hora, min(fecha_hora) AS primera, max(fecha_hora) AS ultima
        FROM ventas GROUP BY ALL
    )
    WHERE numero IS NOT NULL
)
GROUP BY ubicacion_id, caja, media_hora, fila
ORDER BY media_hora, ubicacion_id, caja;

-- Every firing of a schedule, for as long as it is kept: where none is, we were not there.
CREATE TABLE disparos (
    nombre VARCHAR NOT NULL,
    disparada_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE disparos IS 'Cada disparo de una programación; entre dos que faltan, el planificador no estaba';
INSERT INTO disparos
SELECT DISTINCT
    CASE WHEN ejecucion.etl_tipo = 'inventario' THEN 'inventario-klk-completo' ELSE 'ventas-klk-incremental' END,
    lotes.creado_en
FROM lotes JOIN etl_ejecuciones AS ejecucion ON ejecucion.lote_id = lotes.id
WHERE lotes.motivo = 'programada'
ORDER BY 2;
