-- Numbers of invoices that lack and were given up with a reason; a row for numbers in a row, those of one justification under
-- one id. A table of its own: what was given up in exenciones is half hours, which these are not.
CREATE TABLE numeros_justificados (
    id UUID NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL,
    caja VARCHAR NOT NULL,
    numero_desde UBIGINT NOT NULL,
    numero_hasta UBIGINT NOT NULL,
    motivo VARCHAR NOT NULL,
    nota VARCHAR,
    persona VARCHAR NOT NULL,
    registrada_en TIMESTAMPTZ NOT NULL,
    retirada_en TIMESTAMPTZ,
    retirada_por VARCHAR
);
COMMENT ON TABLE numeros_justificados IS 'Números de factura que faltan y que alguien justificó';
COMMENT ON COLUMN numeros_justificados.desde IS 'Las medias horas en que faltan; una caja puede volver a contar';
