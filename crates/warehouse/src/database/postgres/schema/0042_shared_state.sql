-- What people and pages of one process need of another one, and nobody after a while: nothing of it is moved to another database, and
-- it may be lost when PostgreSQL is killed.

CREATE UNLOGGED TABLE pasos_de_ejecucion (
    ejecucion_id UUID PRIMARY KEY,
    pasos VARCHAR NOT NULL,
    anotado_en TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE pasos_de_ejecucion IS 'Lo que hacen las ejecuciones en curso, paso a paso, para los procesos que no las hacen';
CREATE INDEX ON pasos_de_ejecucion (anotado_en);

CREATE UNLOGGED TABLE intentos_de_entrada (
    clave VARCHAR PRIMARY KEY,
    libre_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE intentos_de_entrada IS 'Los intentos de entrar, por nombre y por dirección';
COMMENT ON COLUMN intentos_de_entrada.clave IS 'Resumen SHA-256 de lo que se cuenta';
COMMENT ON COLUMN intentos_de_entrada.libre_en IS 'Desde cuándo se puede intentar tantas veces como cualquiera';
CREATE INDEX ON intentos_de_entrada (libre_en);

CREATE UNLOGGED TABLE entradas_en_curso (
    estado VARCHAR PRIMARY KEY,
    navegador VARCHAR NOT NULL,
    direccion VARCHAR NOT NULL,
    datos VARCHAR NOT NULL,
    iniciada_en TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    vence_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE entradas_en_curso IS 'Quienes fueron a entrar con el proveedor de identidades y no han vuelto';
COMMENT ON COLUMN entradas_en_curso.estado IS 'Resumen SHA-256 del estado que el proveedor devuelve';
COMMENT ON COLUMN entradas_en_curso.navegador IS 'Resumen SHA-256 de la galleta del navegador';

CREATE UNLOGGED TABLE codigos_iniciales (
    ficha VARCHAR PRIMARY KEY,
    vence_en TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE codigos_iniciales IS 'Códigos con que se crea el primer administrador, como resumen SHA-256';

-- Counts one attempt for each key, in their order, up to the first for which there were too many; gives the seconds until there may be
-- one more, 0 where it is admitted. Of each key so many are admitted at once, and one more each so many seconds.
CREATE FUNCTION klk_sql.contar_intento(claves text[], segundos double precision[], maximos integer[]) RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    ahora timestamptz := clock_timestamp();
    paso interval;
    previsto timestamptz;
    espera double precision := 0;
BEGIN
    FOR lugar IN 1 .. cardinality(claves) LOOP
        paso := make_interval(secs => segundos[lugar]);
        INSERT INTO intentos_de_entrada AS conocido (clave, libre_en) VALUES (claves[lugar], ahora + paso)
        ON CONFLICT (clave) DO UPDATE SET libre_en = greatest(conocido.libre_en, ahora) + paso
            WHERE conocido.libre_en <= ahora + paso * (maximos[lugar] - 1);
        IF NOT FOUND THEN
            SELECT libre_en INTO previsto FROM intentos_de_entrada WHERE clave = claves[lugar];
            espera := greatest(extract(epoch FROM previsto - ahora - paso * (maximos[lugar] - 1))::double precision, 0.001);
            EXIT;
        END IF;
    END LOOP;
    -- After all that is waited for, so that nobody waits for somebody who waits for them.
    DELETE FROM intentos_de_entrada WHERE clave IN (
        SELECT clave FROM intentos_de_entrada WHERE libre_en < ahora LIMIT 100 FOR UPDATE SKIP LOCKED);
    RETURN espera;
END $$;

-- How many more runs of a store may begin, of so many at once; nobody else begins one of it until the transaction ends. None may where
-- somebody else does just now, who is not waited for. Runs of processes that hold no lease do not count: they are interrupted.
CREATE FUNCTION klk_sql.cupo_de_tienda(tienda text, maximo integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('klk_tomar'), hashtext(tienda)) THEN
        RETURN 0;
    END IF;
    -- A statement of its own: it sees what was committed before the lock was there.
    RETURN greatest(0, maximo - (SELECT count(*)::integer FROM etl_ejecuciones
        WHERE estado = 'en_proceso' AND ubicacion_id = tienda
          AND host IN (SELECT nombre FROM procesos WHERE vence_en > clock_timestamp())));
END $$;
