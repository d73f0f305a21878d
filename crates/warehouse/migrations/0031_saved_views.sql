-- Views that people keep: a page with its filters, under a name.
CREATE TABLE vistas_guardadas (
    id UUID NOT NULL,
    persona VARCHAR NOT NULL,
    nombre VARCHAR NOT NULL,
    direccion VARCHAR NOT NULL,
    guardada_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE vistas_guardadas IS 'Vistas que cada persona guardó: una página con sus filtros, con nombre';
COMMENT ON COLUMN vistas_guardadas.persona IS 'El nombre con el que entra; cada quien ve solo las suyas';
COMMENT ON COLUMN vistas_guardadas.direccion IS 'Ruta y filtros, sin el servidor';
