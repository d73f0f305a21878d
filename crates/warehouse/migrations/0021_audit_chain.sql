-- Entries of the audit are chained: each has a number and a hash of itself and of the entry before it. Those that were there
-- before have neither; the first of the chain covers all of them. No defaults: DuckDB 1.5 cannot replay one that calls a
-- function from its log.
ALTER TABLE auditoria ADD COLUMN orden BIGINT;
ALTER TABLE auditoria ADD COLUMN huella VARCHAR;
COMMENT ON COLUMN auditoria.orden IS 'Número en la cadena, desde 1; NULL en lo anterior a ella';
COMMENT ON COLUMN auditoria.huella IS 'SHA-256 de esta fila y de la huella anterior; klk auditoria verificar la comprueba';
