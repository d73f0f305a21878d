-- What the POS said last of its stores, so that a start does not wait for it and a POS that is down hides no store. One row.
CREATE TABLE listado_de_tiendas (
    documento VARCHAR NOT NULL,
    visto_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE listado_de_tiendas IS 'El último listado de almacenes del KLK: una fila, un documento JSON';
