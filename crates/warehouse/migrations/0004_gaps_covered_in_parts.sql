-- Windows of sales that were tried, did not succeed, and still have a half hour that is neither covered nor given up. A
-- day that failed is recovered in half hours, so one row of `cobertura` need not have it all. Windows that no run ever had
-- are not rows of anything and so cannot be here: `klk gaps` has them.
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
