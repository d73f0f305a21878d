-- What people decide about data is an entry of the audit too, so that one chain has who did what. No default: DuckDB 1.5 cannot
-- replay one that calls a function from its log.
ALTER TABLE auditoria ADD COLUMN detalle VARCHAR;
COMMENT ON COLUMN auditoria.detalle IS 'De una decisión sobre los datos: sus particulares, en JSON; NULL en lo demás';
