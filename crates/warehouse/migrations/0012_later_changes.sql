-- What was seen to differ at the source of half hours that were complete; a row a half hour. Rows are added, and closed in the
-- transaction that loads the half hour again, so what is open is a gap, and the table also tells what was open at any moment.
CREATE TABLE cambios_de_fuente (
    ejecucion_id UUID NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL,
    medida_desde TIMESTAMPTZ NOT NULL,
    medida_hasta TIMESTAMPTZ NOT NULL,
    lineas_cargadas UBIGINT NOT NULL,
    lineas_ahora UBIGINT NOT NULL,
    usd_cargado DECIMAL(38, 6),
    usd_ahora DECIMAL(38, 6),
    vista_en TIMESTAMPTZ NOT NULL,
    recargada_en TIMESTAMPTZ
);
COMMENT ON TABLE cambios_de_fuente IS 'Medias horas completas de las que el KLK dice otra cosa que lo cargado';
COMMENT ON COLUMN cambios_de_fuente.medida_desde IS 'De qué son las cifras: la media hora, o toda la ventana si el KLK solo dijo que difiere';
COMMENT ON COLUMN cambios_de_fuente.recargada_en IS 'Cuándo se volvió a cargar; NULL mientras es un gap';

-- With those of which a half hour is covered and the source has otherwise now.
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
    WHERE (NOT EXISTS (
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
      ))
      OR EXISTS (
        SELECT 1 FROM cambios_de_fuente AS cambio
        WHERE cambio.ejecucion_id = ejecucion.id
          AND cambio.recargada_en IS NULL
          AND epoch_us(cambio.desde) = media_hora.inicio
          AND NOT EXISTS (
            SELECT 1 FROM exenciones
            WHERE exenciones.etl_tipo = ejecucion.etl_tipo
              AND exenciones.ubicacion_id = ejecucion.ubicacion_id
              AND exenciones.retirada_en IS NULL
              AND exenciones.registrada_en >= cambio.vista_en
              AND exenciones.desde <= cambio.desde
              AND exenciones.hasta >= cambio.hasta
          )
      )
  )
QUALIFY row_number() OVER (PARTITION BY ejecucion.ubicacion_id, ejecucion.ventana_desde, ejecucion.ventana_hasta ORDER BY ejecucion.id DESC) = 1;
