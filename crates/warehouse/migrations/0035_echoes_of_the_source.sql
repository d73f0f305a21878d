-- Which fields of the request the source repeats in its responses, so that one that leaves them out is known to be odd also after
-- a restart. One row a kind of response and field.
CREATE TABLE ecos_de_la_fuente (
    etl_tipo VARCHAR NOT NULL,
    campo VARCHAR NOT NULL,
    dicho_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE ecos_de_la_fuente IS 'Qué campos de la consulta repite el KLK en «meta»';
COMMENT ON COLUMN ecos_de_la_fuente.dicho_en IS 'Cuándo lo dijo por primera vez';
