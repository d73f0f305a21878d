-- The tables that the file of migration 39 has, under the same names and in the same order of columns, with the keys and indexes
-- that DuckDB does without. Counts are `bigint`; `hora` is text, since it has more decimals than a `time`.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE auditoria (
    id uuid NOT NULL,
    momento timestamptz NOT NULL,
    actor text NOT NULL,
    origen text NOT NULL,
    direccion text,
    accion text NOT NULL,
    objeto text NOT NULL,
    veces bigint NOT NULL,
    orden bigint,
    huella text,
    detalle text
);
COMMENT ON TABLE auditoria IS 'Quién entró, quién no pudo, y qué cambió de los usuarios; solo se agregan filas';
COMMENT ON COLUMN auditoria.veces IS 'Lo que falla se cuenta y se guarda cada cierto tiempo: cuántas veces';
COMMENT ON COLUMN auditoria.orden IS 'Número en la cadena, desde 1; NULL en lo anterior a ella';
COMMENT ON COLUMN auditoria.huella IS 'SHA-256 de esta fila y de la huella anterior; klk auditoria verificar la comprueba';
COMMENT ON COLUMN auditoria.detalle IS 'De una decisión sobre los datos: sus particulares, en JSON; NULL en lo demás';

CREATE TABLE avisos (
    id uuid NOT NULL,
    clave text NOT NULL,
    canal text NOT NULL,
    aviso text NOT NULL,
    creado_en timestamptz NOT NULL,
    estado text NOT NULL,
    intentos bigint NOT NULL,
    proximo_en timestamptz NOT NULL,
    terminado_en timestamptz,
    error text
);
COMMENT ON TABLE avisos IS 'Avisos por correo y webhook: una fila por mensaje y canal';
COMMENT ON COLUMN avisos.clave IS 'Por qué existe: con la misma clave y el mismo canal no se encola otra vez';
COMMENT ON COLUMN avisos.aviso IS 'Qué dice, en códigos y cifras (JSON); las frases se hacen al enviarlo';
COMMENT ON COLUMN avisos.estado IS 'pendiente, enviado o fallido';
COMMENT ON COLUMN avisos.proximo_en IS 'Desde cuándo se puede intentar otra vez';

CREATE TABLE avisos_canales (
    canal text NOT NULL,
    enviado_en timestamptz,
    falla_desde timestamptz,
    error text
);
COMMENT ON TABLE avisos_canales IS 'El último envío de cada canal, y desde cuándo falla';

CREATE TABLE avisos_incidentes (
    id uuid NOT NULL,
    causa text NOT NULL,
    desde timestamptz NOT NULL,
    avisado_en timestamptz NOT NULL,
    medias_horas bigint NOT NULL,
    usd text NOT NULL,
    tramos text NOT NULL,
    terminado_en timestamptz
);
COMMENT ON TABLE avisos_incidentes IS 'Lo que se avisó que falta: se avisa una vez, se repite, y se avisa su final';
COMMENT ON COLUMN avisos_incidentes.desde IS 'Cuándo debió estar la media hora más vieja';
COMMENT ON COLUMN avisos_incidentes.avisado_en IS 'El último aviso';
COMMENT ON COLUMN avisos_incidentes.medias_horas IS 'Lo más que faltó a la vez';
COMMENT ON COLUMN avisos_incidentes.tramos IS 'De qué tiendas y cuándo (JSON), para reconocerlo aunque cambie la causa';

CREATE TABLE calendarios (
    id uuid NOT NULL,
    ubicacion_id text NOT NULL,
    vigente_desde date NOT NULL,
    documento text NOT NULL,
    persona text NOT NULL,
    registrado_en timestamptz NOT NULL,
    clase text
);
COMMENT ON TABLE calendarios IS 'Cambios de calendario; los días anteriores a vigente_desde conservan el que tenían';
COMMENT ON COLUMN calendarios.documento IS 'Objeto JSON: horario de cada día de la semana, excepciones, primer y último día';
COMMENT ON COLUMN calendarios.clase IS 'archivo: lo decía klk.toml; dia: solo vale ese día; decidido o nulo: lo cambió una persona';

CREATE TABLE cambios_de_fuente (
    ejecucion_id uuid NOT NULL,
    ubicacion_id text NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL,
    medida_desde timestamptz NOT NULL,
    medida_hasta timestamptz NOT NULL,
    lineas_cargadas bigint NOT NULL,
    lineas_ahora bigint NOT NULL,
    usd_cargado numeric(38, 6),
    usd_ahora numeric(38, 6),
    vista_en timestamptz NOT NULL,
    recargada_en timestamptz
);
COMMENT ON TABLE cambios_de_fuente IS 'Medias horas completas de las que el KLK dice otra cosa que lo cargado';
COMMENT ON COLUMN cambios_de_fuente.medida_desde IS 'De qué son las cifras: la media hora, o toda la ventana si el KLK solo dijo que difiere';
COMMENT ON COLUMN cambios_de_fuente.recargada_en IS 'Cuándo se volvió a cargar; NULL mientras es un gap';

CREATE TABLE cobertura (
    etl_tipo text NOT NULL,
    ubicacion_id text NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL,
    ejecucion_id uuid NOT NULL,
    registrada_en timestamptz NOT NULL
);

CREATE TABLE cobertura_continua (
    etl_tipo text NOT NULL,
    ubicacion_id text NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL
);
COMMENT ON TABLE cobertura_continua IS 'La unión de cobertura, con las ventanas contiguas como una sola';

CREATE TABLE conciliaciones (
    ejecucion_id uuid NOT NULL,
    ubicacion_id text NOT NULL,
    fecha date NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL,
    dia_cerrado boolean NOT NULL,
    lineas_agregadas bigint NOT NULL,
    lineas_cambiadas bigint NOT NULL,
    lineas_retiradas bigint NOT NULL,
    lineas_nuevas bigint NOT NULL,
    usd_antes numeric(38, 6) NOT NULL,
    usd_ahora numeric(38, 6) NOT NULL,
    bs_antes numeric(38, 6) NOT NULL,
    bs_ahora numeric(38, 6) NOT NULL,
    registrada_en timestamptz NOT NULL
);
COMMENT ON TABLE conciliaciones IS 'Lo que el KLK cambió de un tiempo que ya estaba cargado';
COMMENT ON COLUMN conciliaciones.fecha IS 'Día local de la ventana';
COMMENT ON COLUMN conciliaciones.dia_cerrado IS 'Si ese día ya había terminado cuando se comparó';

CREATE TABLE decisiones (
    id uuid NOT NULL,
    momento timestamptz NOT NULL,
    actor text NOT NULL,
    origen text NOT NULL,
    accion text NOT NULL,
    objeto text NOT NULL,
    detalle text NOT NULL
);
COMMENT ON TABLE decisiones IS 'Quién decidió qué, cuándo y desde dónde; solo se agregan filas';
COMMENT ON COLUMN decisiones.detalle IS 'Objeto JSON; ubicacion_id dice la tienda, si es de una';

CREATE TABLE disparos (
    nombre text NOT NULL,
    disparada_en timestamptz NOT NULL
);
COMMENT ON TABLE disparos IS 'Cada disparo de una programación; entre dos que faltan, el planificador no estaba';

CREATE TABLE ecos_de_la_fuente (
    etl_tipo text NOT NULL,
    campo text NOT NULL,
    dicho_en timestamptz NOT NULL
);
COMMENT ON TABLE ecos_de_la_fuente IS 'Qué campos de la consulta repite el KLK en «meta»';
COMMENT ON COLUMN ecos_de_la_fuente.dicho_en IS 'Cuándo lo dijo por primera vez';

CREATE TABLE etl_ejecuciones (
    id uuid NOT NULL,
    creado_en timestamptz NOT NULL,
    etl_tipo text NOT NULL,
    ubicacion_id text NOT NULL,
    ubicacion_nombre text NOT NULL,
    fecha_inicio timestamptz,
    fecha_fin timestamptz,
    duracion_segundos double precision,
    fecha_desde date NOT NULL,
    fecha_hasta date NOT NULL,
    hora_desde text NOT NULL,
    hora_hasta text NOT NULL,
    ventana_desde timestamptz NOT NULL,
    ventana_hasta timestamptz NOT NULL,
    zona text NOT NULL,
    estado text NOT NULL,
    registros_extraidos bigint,
    registros_cargados bigint,
    error_mensaje text,
    error_tipo text,
    modo text NOT NULL,
    version_etl text NOT NULL,
    host text,
    intento bigint NOT NULL,
    solicitado_por text,
    lote_id uuid,
    traza_sentry text,
    traza_baggage text,
    traza_id text,
    lineas_agregadas bigint,
    lineas_cambiadas bigint,
    lineas_retiradas bigint,
    fase_extraccion_ms bigint,
    fase_carga_ms bigint,
    registros_anunciados bigint,
    estado_http integer,
    error_detalle text
);
COMMENT ON TABLE etl_ejecuciones IS 'Ejecuciones; las que están en_cola son la cola';
COMMENT ON COLUMN etl_ejecuciones.hora_hasta IS 'Hora local; 24:00 es el final de fecha_hasta';
COMMENT ON COLUMN etl_ejecuciones.ventana_desde IS 'Primer instante de la ventana (UTC)';
COMMENT ON COLUMN etl_ejecuciones.ventana_hasta IS 'Primer instante después de la ventana (UTC)';
COMMENT ON COLUMN etl_ejecuciones.registros_anunciados IS 'Líneas que el KLK anunció en meta.total_registros';
COMMENT ON COLUMN etl_ejecuciones.estado_http IS 'Estado HTTP con el que respondió el KLK, si no fue 200';
COMMENT ON COLUMN etl_ejecuciones.error_detalle IS 'Lo que dice error_mensaje, como código y parámetros (JSON); NULL en las de antes';

CREATE TABLE exenciones (
    etl_tipo text NOT NULL,
    ubicacion_id text NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL,
    motivo text NOT NULL,
    persona text NOT NULL,
    registrada_en timestamptz NOT NULL,
    retirada_en timestamptz,
    id uuid,
    nota text,
    retirada_por text
);
COMMENT ON COLUMN exenciones.motivo IS 'tienda_cerrada, falla_electrica, sin_ventas, pos_danado u otro';
COMMENT ON COLUMN exenciones.retirada_en IS 'Desde cuándo ya no cuenta; NULL mientras cuenta';

CREATE TABLE fotos_de_almacen (
    ubicacion_id text NOT NULL,
    codigo_almacen text NOT NULL,
    capturado_en timestamptz NOT NULL,
    articulos bigint NOT NULL,
    articulos_en_duda bigint,
    en_duda_desde timestamptz
);
COMMENT ON TABLE fotos_de_almacen IS 'La última foto de cada almacén';
COMMENT ON COLUMN fotos_de_almacen.articulos_en_duda IS 'Cuántos dijo el KLK después, si son tantos menos que no se le cree todavía';

CREATE TABLE identidades (
    emisor text NOT NULL,
    sujeto text NOT NULL,
    usuario_id uuid NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz
);
COMMENT ON TABLE identidades IS 'Quién es cada usuario en el proveedor de identidad (OpenID Connect)';
COMMENT ON COLUMN identidades.emisor IS 'Dirección del proveedor (iss)';
COMMENT ON COLUMN identidades.sujeto IS 'Quién es allí, para siempre (sub); los nombres pueden pasar a otra persona';
COMMENT ON COLUMN identidades.hasta IS 'Desde cuándo ya no vale; NULL mientras vale';

CREATE TABLE listado_de_tiendas (
    documento text NOT NULL,
    visto_en timestamptz NOT NULL
);
COMMENT ON TABLE listado_de_tiendas IS 'El último listado de almacenes del KLK: una fila, un documento JSON';

CREATE TABLE lotes (
    id uuid NOT NULL,
    motivo text NOT NULL,
    solicitado_por text,
    creado_en timestamptz NOT NULL,
    origen text
);
COMMENT ON COLUMN lotes.origen IS 'web, consola, api o sistema; NULL en lotes de versiones anteriores';

CREATE TABLE numeros_justificados (
    id uuid NOT NULL,
    ubicacion_id text NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL,
    caja text NOT NULL,
    numero_desde bigint NOT NULL,
    numero_hasta bigint NOT NULL,
    motivo text NOT NULL,
    nota text,
    persona text NOT NULL,
    registrada_en timestamptz NOT NULL,
    retirada_en timestamptz,
    retirada_por text
);
COMMENT ON TABLE numeros_justificados IS 'Números de factura que faltan y que alguien justificó';
COMMENT ON COLUMN numeros_justificados.desde IS 'Las medias horas en que faltan; una caja puede volver a contar';

CREATE TABLE perdidas_en_duda (
    ubicacion_id text NOT NULL,
    media_hora timestamp NOT NULL,
    huella text NOT NULL,
    lineas_cargadas bigint NOT NULL,
    lineas_perdidas bigint NOT NULL,
    ejecucion_id uuid NOT NULL,
    vista_en timestamptz NOT NULL,
    confirmada_por text,
    confirmada_en timestamptz,
    generada_en timestamptz
);
COMMENT ON TABLE perdidas_en_duda IS 'Medias horas que una respuesta habría vaciado en parte o del todo, y que por eso no se cargó';
COMMENT ON COLUMN perdidas_en_duda.huella IS 'De las claves que llegaron de la media hora: la misma respuesta tiene la misma';
COMMENT ON COLUMN perdidas_en_duda.vista_en IS 'Cuándo llegó esa respuesta por primera vez';

CREATE TABLE planes (
    id uuid NOT NULL,
    hash text NOT NULL,
    estado text NOT NULL,
    etl_tipo text NOT NULL,
    repetir_cargado boolean NOT NULL,
    fuera_de_horario boolean NOT NULL,
    automatico boolean NOT NULL,
    ventanas bigint NOT NULL,
    propuesto_en timestamptz NOT NULL,
    iniciado_en timestamptz,
    iniciado_por text,
    terminado_en timestamptz,
    motivo text,
    causa text
);
COMMENT ON TABLE planes IS 'Planes de recuperación mostrados; los iniciados tienen un lote con el mismo id';
COMMENT ON COLUMN planes.hash IS 'SHA-256 de las ventanas y opciones exactas';
COMMENT ON COLUMN planes.causa IS 'Lo que dice motivo, como código y parámetros (JSON); NULL en los de antes';

CREATE TABLE planes_alcance (
    plan_id uuid NOT NULL,
    ubicacion_id text NOT NULL,
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL
);

CREATE TABLE planes_decisiones (
    plan_id uuid NOT NULL,
    hash text NOT NULL,
    accion text NOT NULL,
    actor text NOT NULL,
    origen text NOT NULL,
    motivo text,
    en timestamptz NOT NULL,
    causa text,
    orden bigint GENERATED ALWAYS AS IDENTITY
);
COMMENT ON COLUMN planes_decisiones.causa IS 'Lo que dice motivo, como código y parámetros (JSON); NULL si lo dijo una persona';

CREATE TABLE productos (
    codigo text NOT NULL,
    nombre_producto text,
    barra text,
    categoria text,
    descripcion_categoria text,
    subcategoria text,
    descripcion text,
    marca text,
    precio numeric(18, 6),
    iva numeric(18, 6),
    actualizado_en timestamptz NOT NULL
);

CREATE TABLE programaciones (
    nombre text NOT NULL,
    ultima_ejecucion timestamptz NOT NULL
);

CREATE TABLE recuperaciones_avisadas (
    lote_id uuid NOT NULL,
    ubicacion_id text NOT NULL,
    avisada_en timestamptz NOT NULL
);
COMMENT ON TABLE recuperaciones_avisadas IS 'Recuperaciones terminadas de las que ya se avisó (recuperada, fallida o cancelada)';

CREATE TABLE reloj_de_la_fuente (
    etl_tipo text NOT NULL,
    dicho_en timestamptz NOT NULL,
    coincidio_en timestamptz
);
COMMENT ON TABLE reloj_de_la_fuente IS 'Si el KLK dice cuándo generó sus respuestas, y si su reloj coincidió alguna vez con el nuestro';
COMMENT ON COLUMN reloj_de_la_fuente.dicho_en IS 'Cuándo lo dijo por primera vez';
COMMENT ON COLUMN reloj_de_la_fuente.coincidio_en IS 'Cuándo coincidió por primera vez, dentro de KLK_CLOCK_DRIFT_MAX_SECONDS';

CREATE TABLE secuencias (
    ubicacion_id text NOT NULL,
    caja text NOT NULL,
    media_hora timestamp NOT NULL,
    desde bigint NOT NULL,
    hasta bigint NOT NULL,
    primera timestamp NOT NULL,
    ultima timestamp NOT NULL
);
COMMENT ON TABLE secuencias IS 'Números de factura seguidos que están cargados, por caja y media hora local';

CREATE TABLE sesiones (
    id uuid NOT NULL,
    usuario_id uuid NOT NULL,
    ficha text NOT NULL,
    creada_en timestamptz NOT NULL,
    vista_en timestamptz NOT NULL,
    vence_en timestamptz NOT NULL,
    terminada_en timestamptz,
    terminada_por text
);
COMMENT ON TABLE sesiones IS 'Navegadores que entraron';
COMMENT ON COLUMN sesiones.ficha IS 'SHA-256 de lo que lleva la cookie';
COMMENT ON COLUMN sesiones.vista_en IS 'La última petición, con minutos de retraso';

CREATE TABLE stock_actual (
    ubicacion_id text NOT NULL,
    codigo_almacen text NOT NULL,
    codigo text NOT NULL,
    stock numeric(18, 6) NOT NULL,
    precio numeric(18, 6),
    capturado_en timestamptz NOT NULL,
    ejecucion_id uuid NOT NULL
);

CREATE TABLE stock_historico (
    ubicacion_id text NOT NULL,
    codigo_almacen text NOT NULL,
    codigo text NOT NULL,
    stock numeric(18, 6),
    precio numeric(18, 6),
    capturado_en timestamptz NOT NULL,
    ejecucion_id uuid NOT NULL
);

CREATE TABLE tokens_api (
    id uuid NOT NULL,
    nombre text NOT NULL,
    rol text NOT NULL,
    tiendas text,
    ficha text NOT NULL,
    creado_en timestamptz NOT NULL,
    creado_por text NOT NULL,
    vence_en timestamptz NOT NULL,
    revocado_en timestamptz
);
COMMENT ON TABLE tokens_api IS 'Con qué se presentan los programas (Authorization: Bearer)';
COMMENT ON COLUMN tokens_api.ficha IS 'SHA-256 del token';

CREATE TABLE usuarios (
    id uuid NOT NULL,
    nombre text NOT NULL,
    rol text NOT NULL,
    tiendas text,
    clave text,
    codigo text,
    codigo_vence timestamptz,
    creado_en timestamptz NOT NULL,
    creado_por text NOT NULL,
    desactivado_en timestamptz
);
COMMENT ON TABLE usuarios IS 'Quién puede entrar; los nombres no se repiten';
COMMENT ON COLUMN usuarios.rol IS 'lector, operador o administrador';
COMMENT ON COLUMN usuarios.tiendas IS 'Tiendas en las que puede cambiar algo, separadas por comas; NULL, todas';
COMMENT ON COLUMN usuarios.clave IS 'argon2id, en notación PHC; NULL mientras no la ha fijado';
COMMENT ON COLUMN usuarios.codigo IS 'SHA-256 del código de un solo uso con el que fija su clave; NULL si no tiene';

CREATE TABLE ventas (
    ubicacion_id text NOT NULL,
    numero_factura text NOT NULL,
    linea integer NOT NULL,
    fecha date NOT NULL,
    hora text NOT NULL,
    codigo_producto text NOT NULL,
    descripcion_producto text,
    marca_producto text,
    modelo_producto text,
    categoria_producto text,
    grupo_articulo text,
    subgrupo_producto text,
    categoria_nombre text,
    codigo_barras text,
    serial text,
    imei text,
    codigo_almacen text,
    nombre_almacen text,
    cantidad_vendida numeric(18, 6) NOT NULL,
    peso_unitario numeric(18, 6),
    peso_bruto numeric(18, 6),
    volumen_unitario numeric(18, 6),
    unidad_medida_venta text,
    factor_unidad_medida numeric(18, 6),
    total_cantidad_por_unidad_medida numeric(18, 6),
    peso_calculado numeric(18, 6),
    costo_unitario_bs numeric(18, 6),
    costo_unitario_usd numeric(18, 6),
    precio_unitario_bs numeric(18, 6),
    precio_unitario_usd numeric(18, 6),
    impuesto_porcentaje numeric(18, 6),
    impuesto_monto numeric(18, 6),
    porcentaje_descuento numeric(18, 6),
    monto_descuento numeric(18, 6),
    porcentaje_descuento_fidelizacion numeric(18, 6),
    monto_descuento_fidelizacion numeric(18, 6),
    porcentaje_descuento_forma_pago numeric(18, 6),
    monto_descuento_forma_pago numeric(18, 6),
    venta_total_bs numeric(18, 6) NOT NULL,
    venta_total_usd numeric(18, 6) NOT NULL,
    costo_total_bs numeric(18, 6),
    costo_total_usd numeric(18, 6),
    utilidad_bruta_bs numeric(18, 6),
    utilidad_bruta_usd numeric(18, 6),
    total_factura numeric(18, 6),
    tasa_usd numeric(18, 6),
    es_no_fiscal boolean,
    tiene_promocion text,
    codigo_promocion text,
    fecha_hora timestamp NOT NULL,
    ejecucion_id uuid NOT NULL
);
COMMENT ON TABLE ventas IS 'Líneas de factura tal como las anuncia el KLK';
COMMENT ON COLUMN ventas.ejecucion_id IS 'La ejecución que cargó la línea tal como está';

CREATE TABLE ventas_por_media_hora (
    ubicacion_id text NOT NULL,
    media_hora timestamp NOT NULL,
    lineas bigint NOT NULL,
    facturas bigint NOT NULL,
    total_bs numeric(38, 6) NOT NULL,
    total_usd numeric(38, 6) NOT NULL,
    factura_mediana_usd numeric(38, 6) NOT NULL
);
COMMENT ON TABLE ventas_por_media_hora IS 'Sumas de ventas por media hora local, para estimar lo que falta';

CREATE TABLE vistas_guardadas (
    id uuid NOT NULL,
    persona text NOT NULL,
    nombre text NOT NULL,
    direccion text NOT NULL,
    guardada_en timestamptz NOT NULL
);
COMMENT ON TABLE vistas_guardadas IS 'Vistas que cada persona guardó: una página con sus filtros, con nombre';
COMMENT ON COLUMN vistas_guardadas.persona IS 'El nombre con el que entra; cada quien ve solo las suyas';
COMMENT ON COLUMN vistas_guardadas.direccion IS 'Ruta y filtros, sin el servidor';

COMMENT ON COLUMN perdidas_en_duda.generada_en IS 'Cuándo generó el KLK esa respuesta; NULL si su reloj no dice nada';

-- A window is in progress once, for whoever queues it (DESIGN, rule 7).
ALTER TABLE etl_ejecuciones ADD PRIMARY KEY (id);
ALTER TABLE etl_ejecuciones ADD CONSTRAINT ventana_en_curso_una_vez
    EXCLUDE USING gist (etl_tipo WITH =, ubicacion_id WITH =, tstzrange(ventana_desde, ventana_hasta) WITH &&)
    WHERE (estado IN ('en_cola', 'en_proceso'));
CREATE INDEX ON etl_ejecuciones (id) WHERE estado = 'en_cola';
CREATE INDEX ON etl_ejecuciones (id) WHERE estado = 'en_proceso';
CREATE INDEX ON etl_ejecuciones (creado_en);
CREATE INDEX ON etl_ejecuciones (lote_id);
CREATE INDEX ON etl_ejecuciones (etl_tipo, ubicacion_id, modo, estado);
CREATE INDEX ON etl_ejecuciones (ubicacion_id, ventana_desde);
CREATE INDEX ON etl_ejecuciones (fecha_fin);
CREATE INDEX ON cobertura (ubicacion_id, desde);
CREATE INDEX ON cobertura (registrada_en);
CREATE INDEX ON cobertura_continua (ubicacion_id, etl_tipo, desde);
CREATE INDEX ON exenciones (ubicacion_id, desde);
CREATE INDEX ON ventas (ubicacion_id, fecha_hora);
CREATE INDEX ON ventas (ubicacion_id, numero_factura);
CREATE INDEX ON ventas_por_media_hora (ubicacion_id, media_hora);
CREATE INDEX ON secuencias (ubicacion_id, media_hora);
CREATE INDEX ON stock_actual (ubicacion_id, codigo_almacen);
CREATE INDEX ON stock_historico (ubicacion_id, codigo_almacen, capturado_en);
CREATE INDEX ON productos (codigo);
CREATE INDEX ON conciliaciones (ejecucion_id);
CREATE INDEX ON conciliaciones (ubicacion_id, desde);
CREATE INDEX ON cambios_de_fuente (ubicacion_id, desde);
CREATE INDEX ON cambios_de_fuente (ejecucion_id);
CREATE INDEX ON planes_alcance (plan_id);
COMMENT ON COLUMN planes_decisiones.orden IS 'En qué orden se decidió';
CREATE INDEX ON planes_decisiones (plan_id);
ALTER TABLE planes ADD PRIMARY KEY (id);
ALTER TABLE lotes ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON disparos (nombre, date_trunc('minute', timezone('UTC', disparada_en)));
CREATE INDEX ON auditoria (orden);
CREATE INDEX ON decisiones (momento);

-- The latest run of each store and kind that has ended.
CREATE VIEW v_ultimas_ejecuciones AS
SELECT DISTINCT ON (etl_tipo, ubicacion_id) * FROM etl_ejecuciones
WHERE estado NOT IN ('en_cola', 'en_proceso')
ORDER BY etl_tipo, ubicacion_id, fecha_fin DESC NULLS LAST, id DESC;

-- Windows of sales that were tried, did not succeed, and still have a half hour that is neither covered nor given up.
CREATE VIEW v_gaps_por_recuperar AS
SELECT DISTINCT ON (ejecucion.ubicacion_id, ejecucion.ventana_desde, ejecucion.ventana_hasta) ejecucion.*
FROM etl_ejecuciones AS ejecucion
WHERE ejecucion.etl_tipo = 'ventas'
  AND ejecucion.estado IN ('fallido', 'parcial', 'interrumpido')
  AND EXISTS (
    SELECT 1
    FROM generate_series(ejecucion.ventana_desde, ejecucion.ventana_hasta - INTERVAL '1 microsecond', INTERVAL '30 minutes') AS inicio
    WHERE (NOT EXISTS (
        SELECT 1 FROM cobertura
        WHERE cobertura.etl_tipo = ejecucion.etl_tipo
          AND cobertura.ubicacion_id = ejecucion.ubicacion_id
          AND cobertura.desde <= inicio
          AND cobertura.hasta > inicio
      )
      AND NOT EXISTS (
        SELECT 1 FROM exenciones
        WHERE exenciones.etl_tipo = ejecucion.etl_tipo
          AND exenciones.ubicacion_id = ejecucion.ubicacion_id
          AND exenciones.retirada_en IS NULL
          AND exenciones.desde <= inicio
          AND exenciones.hasta > inicio
      ))
      OR EXISTS (
        SELECT 1 FROM cambios_de_fuente AS cambio
        WHERE cambio.ejecucion_id = ejecucion.id
          AND cambio.recargada_en IS NULL
          AND cambio.desde = inicio
          AND NOT EXISTS (
            SELECT 1 FROM exenciones
            WHERE exenciones.etl_tipo = ejecucion.etl_tipo
              AND exenciones.ubicacion_id = ejecucion.ubicacion_id
              AND exenciones.retirada_en IS NULL
              AND exenciones.registrada_en >= cambio.vista_en
              AND exenciones.desde <= cambio.desde
              AND exenciones.hasta >= cambio.hasta
          )
      )
  )
ORDER BY ejecucion.ubicacion_id, ejecucion.ventana_desde, ejecucion.ventana_hasta, ejecucion.id DESC;

-- Reliability of each store and kind over all runs that have ended.
CREATE VIEW v_metricas_confiabilidad AS
SELECT
    etl_tipo,
    ubicacion_id,
    max(ubicacion_nombre) AS ubicacion_nombre,
    count(*) AS ejecuciones,
    count(*) FILTER (WHERE estado = 'exitoso') AS exitosas,
    count(*) FILTER (WHERE estado IN ('fallido', 'parcial', 'interrumpido')) AS fallidas,
    round(100.0 * count(*) FILTER (WHERE estado = 'exitoso') / nullif(count(*) FILTER (WHERE estado <> 'cancelado'), 0), 2)::double precision
        AS tasa_exito_pct,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY duracion_segundos) AS duracion_p50_segundos,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY duracion_segundos) AS duracion_p95_segundos,
    coalesce(sum(registros_cargados), 0)::bigint AS registros
FROM etl_ejecuciones
WHERE estado NOT IN ('en_cola', 'en_proceso')
GROUP BY etl_tipo, ubicacion_id;

-- Which commit of a store's lines was the latest: a process that has read the store's numbers sees that another one has committed since.
CREATE TABLE cargas_de_tienda (
    ubicacion_id text PRIMARY KEY,
    marca uuid NOT NULL
);
COMMENT ON TABLE cargas_de_tienda IS 'La última carga de líneas de cada tienda, para que los procesos se enteren';

-- The processes that share the database. One whose lease has run out is gone: what it had in progress is interrupted.
CREATE TABLE procesos (
    id uuid PRIMARY KEY,
    nombre text NOT NULL UNIQUE,
    rol text NOT NULL,
    version text NOT NULL,
    iniciado_en timestamptz NOT NULL DEFAULT clock_timestamp(),
    renovado_en timestamptz NOT NULL DEFAULT clock_timestamp(),
    vence_en timestamptz NOT NULL,
    dirige boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE procesos IS 'Los procesos que comparten la base de datos, con su arriendo';
COMMENT ON COLUMN procesos.nombre IS 'Como en etl_ejecuciones.host';
COMMENT ON COLUMN procesos.vence_en IS 'Desde cuándo se da por terminado si no renueva; por el reloj de PostgreSQL';
COMMENT ON COLUMN procesos.dirige IS 'Si dispara las programaciones';
