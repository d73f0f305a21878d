-- Lines of sales and changes of stock lie in a table a month. What asks for a time touches only its months, an index stays as
-- small as a month is, and a month can be copied, kept elsewhere or looked at alone. The tables of the months are in a schema of
-- their own, `<schema>_meses`: nothing but their parent is named anywhere else.

-- Makes the table of a month, where there is none. Rows of a month that has no table are refused.
--
-- Only who makes one waits for who makes another: attaching holds up neither reading nor loading.
CREATE FUNCTION klk_sql.asegurar_mes(tabla text, dia date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    mes date := date_trunc('month', dia)::date;
    nombre text := format('%I.%I', current_schema() || '_meses', tabla || to_char(mes, '_YYYY_MM'));
BEGIN
    IF to_regclass(nombre) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('klk_meses'), hashtext(tabla));
    -- Who was waited for may have made it. Names are remembered within a statement, so that the catalogue itself is asked.
    IF EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() || '_meses' AND relname = tabla || to_char(mes, '_YYYY_MM')) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %s (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', nombre, tabla);
    -- A unique index over all months would have to have the moment in it, and say less.
    IF tabla = 'ventas' THEN
        EXECUTE format('CREATE UNIQUE INDEX ON %s (ubicacion_id, numero_factura, linea, (fecha_hora::date))', nombre);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
        tabla, nombre, mes, (mes + INTERVAL '1 month')::date);
END $$;

DO $$
DECLARE
    tabla text;
    momento text;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', current_schema() || '_meses');
    FOREACH tabla IN ARRAY ARRAY['ventas', 'stock_historico'] LOOP
        momento := CASE tabla WHEN 'ventas' THEN 'fecha_hora' ELSE 'capturado_en' END;
        EXECUTE format('ALTER TABLE %I RENAME TO %I', tabla, tabla || '_entera');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING COMMENTS) PARTITION BY RANGE (%I)',
            tabla, tabla || '_entera', momento);
        EXECUTE format('SELECT klk_sql.asegurar_mes(%L, mes)
            FROM (SELECT DISTINCT date_trunc(''month'', %I)::date AS mes FROM %I) AS meses',
            tabla, momento, tabla || '_entera');
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', tabla, tabla || '_entera');
        EXECUTE format('DROP TABLE %I', tabla || '_entera');
    END LOOP;
END $$;

COMMENT ON TABLE ventas IS 'Líneas de factura tal como las anuncia el KLK';
CREATE INDEX ON ventas (ubicacion_id, fecha_hora);
CREATE INDEX ON stock_historico (ubicacion_id, codigo_almacen, capturado_en);
