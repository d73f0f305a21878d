-- Recovery plans. A row is a plan that was shown; its id becomes the `lote_id` of its runs once it is started. The same
-- hash has a further row where it is shown again after the earlier one ended.
CREATE TABLE planes (
    id UUID NOT NULL,
    hash VARCHAR NOT NULL,
    estado VARCHAR NOT NULL,
    etl_tipo VARCHAR NOT NULL,
    repetir_cargado BOOLEAN NOT NULL,
    fuera_de_horario BOOLEAN NOT NULL,
    automatico BOOLEAN NOT NULL,
    ventanas UBIGINT NOT NULL,
    propuesto_en TIMESTAMPTZ NOT NULL,
    iniciado_en TIMESTAMPTZ,
    iniciado_por VARCHAR,
    terminado_en TIMESTAMPTZ,
    motivo VARCHAR
);
COMMENT ON TABLE planes IS 'Planes de recuperación mostrados; los iniciados tienen un lote con el mismo id';
COMMENT ON COLUMN planes.hash IS 'SHA-256 de las ventanas y opciones exactas';

-- The time of the plan's windows, those that touch as one.
CREATE TABLE planes_alcance (
    plan_id UUID NOT NULL,
    ubicacion_id VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ NOT NULL
);

-- Who did what to a plan, when and from where. Rows are only ever added.
CREATE TABLE planes_decisiones (
    plan_id UUID NOT NULL,
    hash VARCHAR NOT NULL,
    accion VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    origen VARCHAR NOT NULL,
    motivo VARCHAR,
    en TIMESTAMPTZ NOT NULL
);
