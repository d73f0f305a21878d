-- Who may do what. Rows of users, sessions and tokens are never deleted: what they did stays told. No defaults: DuckDB 1.5
-- cannot replay one that calls a function from its log.
CREATE TABLE IF NOT EXISTS usuarios (
    id UUID NOT NULL,
    nombre VARCHAR NOT NULL,
    rol VARCHAR NOT NULL,
    tiendas VARCHAR,
    clave VARCHAR,
    codigo VARCHAR,
    codigo_vence TIMESTAMPTZ,
    creado_en TIMESTAMPTZ NOT NULL,
    creado_por VARCHAR NOT NULL,
    desactivado_en TIMESTAMPTZ
);
COMMENT ON TABLE usuarios IS 'Quién puede entrar; los nombres no se repiten';
COMMENT ON COLUMN usuarios.rol IS 'lector, operador o administrador';
COMMENT ON COLUMN usuarios.tiendas IS 'Tiendas en las que puede cambiar algo, separadas por comas; NULL, todas';
COMMENT ON COLUMN usuarios.clave IS 'argon2id, en notación PHC; NULL mientras no la ha fijado';
COMMENT ON COLUMN usuarios.codigo IS 'SHA-256 del código de un solo uso con el que fija su clave; NULL si no tiene';

CREATE TABLE IF NOT EXISTS sesiones (
    id UUID NOT NULL,
    usuario_id UUID NOT NULL,
    ficha VARCHAR NOT NULL,
    creada_en TIMESTAMPTZ NOT NULL,
    vista_en TIMESTAMPTZ NOT NULL,
    vence_en TIMESTAMPTZ NOT NULL,
    terminada_en TIMESTAMPTZ,
    terminada_por VARCHAR
);
COMMENT ON TABLE sesiones IS 'Navegadores que entraron';
COMMENT ON COLUMN sesiones.ficha IS 'SHA-256 de lo que lleva la cookie';
COMMENT ON COLUMN sesiones.vista_en IS 'La última petición, con minutos de retraso';

CREATE TABLE IF NOT EXISTS tokens_api (
    id UUID NOT NULL,
    nombre VARCHAR NOT NULL,
    rol VARCHAR NOT NULL,
    tiendas VARCHAR,
    ficha VARCHAR NOT NULL,
    creado_en TIMESTAMPTZ NOT NULL,
    creado_por VARCHAR NOT NULL,
    vence_en TIMESTAMPTZ NOT NULL,
    revocado_en TIMESTAMPTZ
);
COMMENT ON TABLE tokens_api IS 'Con qué se presentan los programas (Authorization: Bearer)';
COMMENT ON COLUMN tokens_api.ficha IS 'SHA-256 del token';

CREATE TABLE IF NOT EXISTS auditoria (
    id UUID NOT NULL,
    momento TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,
    origen VARCHAR NOT NULL,
    direccion VARCHAR,
    accion VARCHAR NOT NULL,
    objeto VARCHAR NOT NULL,
    veces BIGINT NOT NULL
);
COMMENT ON TABLE auditoria IS 'Quién entró, quién no pudo, y qué cambió de los usuarios; solo se agregan filas';
COMMENT ON COLUMN auditoria.veces IS 'Lo que falla se cuenta y se guarda cada cierto tiempo: cuántas veces';

-- Who asks has a name of their own now, so the name does not say any more from where it was asked.
ALTER TABLE lotes ADD COLUMN origen VARCHAR;
COMMENT ON COLUMN lotes.origen IS 'web, consola, api o sistema; NULL en lotes de versiones anteriores';
