-- Recoveries whose end the team was told of: one row a batch and store, so that each is told once, whoever notices.
CREATE TABLE recuperaciones_avisadas (
    lote_id UUID NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    avisada_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE recuperaciones_avisadas IS 'Recuperaciones terminadas de las que ya se avisó (recuperada, fallida o cancelada)';

-- What had ended before is old news.
INSERT INTO recuperaciones_avisadas
SELECT lote_id, ubicacion_id, max(coalesce(fecha_fin, creado_en))
FROM etl_ejecuciones
WHERE modo = 'recuperacion' AND lote_id IS NOT NULL
GROUP BY ALL
HAVING count(*) FILTER (estado IN ('en_cola', 'en_proceso')) = 0;
