-- What the source's clock has shown, so that a response without its moment, or with an old one, is known to be odd also after a
-- restart. One row a kind of response.
CREATE TABLE reloj_de_la_fuente (
    etl_tipo VARCHAR NOT NULL,
    dicho_en TIMESTAMPTZ NOT NULL,
    coincidio_en TIMESTAMPTZ
);
COMMENT ON TABLE reloj_de_la_fuente IS 'Si el KLK dice cuándo generó sus respuestas, y si su reloj coincidió alguna vez con el nuestro';
COMMENT ON COLUMN reloj_de_la_fuente.dicho_en IS 'Cuándo lo dijo por primera vez';
COMMENT ON COLUMN reloj_de_la_fuente.coincidio_en IS 'Cuándo coincidió por primera vez, dentro de KLK_CLOCK_DRIFT_MAX_SECONDS';
