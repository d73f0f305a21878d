-- What a run says, as a code and its parameters; error_mensaje is the Spanish sentence of it. Rows of before have only that.
ALTER TABLE etl_ejecuciones ADD COLUMN error_detalle VARCHAR;
COMMENT ON COLUMN etl_ejecuciones.error_detalle IS 'Lo que dice error_mensaje, como código y parámetros (JSON); NULL en las de antes';

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
