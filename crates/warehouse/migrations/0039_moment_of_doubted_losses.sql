-- When the source made the response in which a loss was seen first: the same response once more confirms nothing.
ALTER TABLE perdidas_en_duda ADD COLUMN generada_en TIMESTAMPTZ;
COMMENT ON COLUMN perdidas_en_duda.generada_en IS 'Cuándo generó el KLK esa respuesta; NULL si su reloj no dice nada';
COMMENT ON COLUMN perdidas_en_duda.lineas_perdidas IS 'Líneas que no llegaron, o que llegaron con mucha menos cantidad o monto';
