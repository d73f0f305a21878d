-- The latest run of each store and kind that has ended.
CREATE VIEW v_ultimas_ejecuciones AS
SELECT * FROM etl_ejecuciones
WHERE estado NOT IN ('en_cola', 'en_proceso')
QUALIFY row_number() OVER (PARTITION BY etl_tipo, ubicacion_id ORDER BY fecha_fin DESC NULLS LAST, id DESC) = 1;

-- Windows of sales that were tried, did not succeed, and are not wholly inside one that did. Windows that no run ever
-- had are not rows of anything and so cannot be here: `klk gaps` has them.
CREATE VIEW v_gaps_por_recuperar AS
SELECT ejecucion.*
FROM etl_ejecuciones AS ejecucion
WHERE ejecucion.etl_tipo = 'ventas'
  AND ejecucion.estado IN ('fallido', 'parcial', 'interrumpido')
  AND NOT EXISTS (
    SELECT 1 FROM cobertura
    WHERE cobertura.etl_tipo = ejecucion.etl_tipo
      AND cobertura.ubicacion_id = ejecucion.ubicacion_id
      AND cobertura.desde <= ejecucion.ventana_desde
      AND cobertura.hasta >= ejecucion.ventana_hasta
  )
QUALIFY row_number() OVER (PARTITION BY ejecucion.ubicacion_id, ejecucion.ventana_desde, ejecucion.ventana_hasta ORDER BY ejecucion.id DESC) = 1;

-- Reliability of each store and kind over all runs that have ended.
CREATE VIEW v_metricas_confiabilidad AS
SELECT
    etl_tipo,
    ubicacion_id,
    any_value(ubicacion_nombre) AS ubicacion_nombre,
    count(*) AS ejecuciones,
    count(*) FILTER (estado = 'exitoso') AS exitosas,
    count(*) FILTER (estado IN ('fallido', 'parcial', 'interrumpido')) AS fallidas,
    round(100.0 * count(*) FILTER (estado = 'exitoso') / nullif(count(*) FILTER (estado <> 'cancelado'), 0), 2) AS tasa_exito_pct,
    quantile_cont(duracion_segundos, 0.5) AS duracion_p50_segundos,
    quantile_cont(duracion_segundos, 0.95) AS duracion_p95_segundos,
    coalesce(sum(registros_cargados), 0)::UBIGINT AS registros
FROM etl_ejecuciones
WHERE estado NOT IN ('en_cola', 'en_proceso')
GROUP BY etl_tipo, ubicacion_id;
