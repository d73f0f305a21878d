-- Why the engine stopped a plan, as a code and its parameters; motivo is the Spanish sentence of it. Rows of before have only that.
ALTER TABLE planes ADD COLUMN causa VARCHAR;
COMMENT ON COLUMN planes.causa IS 'Lo que dice motivo, como código y parámetros (JSON); NULL en los de antes';
ALTER TABLE planes_decisiones ADD COLUMN causa VARCHAR;
COMMENT ON COLUMN planes_decisiones.causa IS 'Lo que dice motivo, como código y parámetros (JSON); NULL si lo dijo una persona';
