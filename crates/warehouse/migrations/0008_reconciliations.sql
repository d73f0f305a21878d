-- Rows of before justifications had identifiers; a step after the column, whose table cannot be written where it is altered.
UPDATE exenciones SET id = uuid() WHERE id IS NULL;

-- Receipts of comparisons with the source: runs over time that was covered before, and those that were asked for to
-- compare. Lines and money are of the time that was covered; what lay outside of it is in lineas_nuevas. A table of its
-- own, because most runs compare nothing.
CREATE TABLE conciliaciones (
    ejecucion_id UUID NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    fecha DATE NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL,
    dia_cerrado BOOLEAN NOT NULL,
    lineas_agregadas UBIGINT NOT NULL,
    lineas_cambiadas UBIGINT NOT NULL,
    lineas_retiradas UBIGINT NOT NULL,
    lineas_nuevas UBIGINT NOT NULL,
    usd_antes DECIMAL(38, 6) NOT NULL,
    usd_ahora DECIMAL(38, 6) NOT NULL,
    bs_antes DECIMAL(38, 6) NOT NULL,
    bs_ahora DECIMAL(38, 6) NOT NULL,
    registrada_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE conciliaciones IS 'Lo que el KLK cambió de un tiempo que ya estaba cargado';
COMMENT ON COLUMN conciliaciones.fecha IS 'Día local de la ventana';
COMMENT ON COLUMN conciliaciones.dia_cerrado IS 'Si ese día ya había terminado cuando se comparó';
