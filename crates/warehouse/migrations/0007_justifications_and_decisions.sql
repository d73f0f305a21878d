-- Who gave up what, and who took it back. A justification that was taken back stays as a row. No default: DuckDB 1.5
-- cannot replay one that calls a function from its log, so a process that is killed here would leave a file that never
-- opens again.
ALTER TABLE exenciones ADD COLUMN id UUID;
ALTER TABLE exenciones ADD COLUMN nota VARCHAR;
ALTER TABLE exenciones ADD COLUMN retirada_por VARCHAR;
COMMENT ON COLUMN exenciones.motivo IS 'tienda_cerrada, falla_electrica, sin_ventas, pos_danado u otro';
COMMENT ON COLUMN exenciones.retirada_en IS 'Desde cuándo ya no cuenta; NULL mientras cuenta';

-- What people decided. Rows are only ever added.
CREATE TABLE IF NOT EXISTS decisiones (
    id UUID NOT NULL,
    momento TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,
    origen VARCHAR NOT NULL,
    accion VARCHAR NOT NULL,
    objeto VARCHAR NOT NULL,
    detalle VARCHAR NOT NULL
);
COMMENT ON TABLE decisiones IS 'Quién decidió qué, cuándo y desde dónde; solo se agregan filas';
COMMENT ON COLUMN decisiones.detalle IS 'Objeto JSON; ubicacion_id dice la tienda, si es de una';
