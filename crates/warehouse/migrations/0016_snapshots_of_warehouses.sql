-- The last snapshot of each warehouse: an empty one that answers is fresh, with no article. One row a warehouse.
CREATE TABLE fotos_de_almacen (
    ubicacion_id VARCHAR NOT NULL,
    codigo_almacen VARCHAR NOT NULL,
    capturado_en TIMESTAMPTZ NOT NULL,
    articulos UBIGINT NOT NULL,
    articulos_en_duda UBIGINT,
    en_duda_desde TIMESTAMPTZ
);
COMMENT ON TABLE fotos_de_almacen IS 'La última foto de cada almacén';
COMMENT ON COLUMN fotos_de_almacen.articulos_en_duda IS 'Cuántos dijo el KLK después, si son tantos menos que no se le cree todavía';
INSERT INTO fotos_de_almacen
SELECT ubicacion_id, codigo_almacen, max(capturado_en), count(*)::UBIGINT, NULL, NULL
FROM stock_actual GROUP BY ubicacion_id, codigo_almacen ORDER BY ALL;
