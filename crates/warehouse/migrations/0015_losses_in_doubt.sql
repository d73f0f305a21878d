-- Half hours that an answer would have lost lines of; a row a half hour, until it is loaded again. The same answer, after a
-- pause, is believed.
CREATE TABLE perdidas_en_duda (
    ubicacion_id VARCHAR NOT NULL,
    media_hora TIMESTAMP NOT NULL,
    huella VARCHAR NOT NULL,
    lineas_cargadas UBIGINT NOT NULL,
    lineas_perdidas UBIGINT NOT NULL,
    ejecucion_id UUID NOT NULL,
    vista_en TIMESTAMPTZ NOT NULL,
    confirmada_por VARCHAR,
    confirmada_en TIMESTAMPTZ
);
COMMENT ON TABLE perdidas_en_duda IS 'Medias horas que una respuesta habría vaciado en parte o del todo, y que por eso no se cargó';
COMMENT ON COLUMN perdidas_en_duda.huella IS 'De las claves que llegaron de la media hora: la misma respuesta tiene la misma';
COMMENT ON COLUMN perdidas_en_duda.vista_en IS 'Cuándo llegó esa respuesta por primera vez';
