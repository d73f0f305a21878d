-- Calendars that people changed. A row counts from its day on and until a later one's; of two of one day, the one that was
-- registered later. Rows are only ever added, so the table also tells which calendar was known at any moment.
CREATE TABLE calendarios (
    id UUID NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    vigente_desde DATE NOT NULL,
    documento VARCHAR NOT NULL,
    persona VARCHAR NOT NULL,
    registrado_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE calendarios IS 'Cambios de calendario; los días anteriores a vigente_desde conservan el que tenían';
COMMENT ON COLUMN calendarios.documento IS 'Objeto JSON: horario de cada día de la semana, excepciones, primer y último día';
