-- Notices to people who are not looking. What is queued outlives the process; a row is one message to one channel.
CREATE TABLE avisos (
    id UUID NOT NULL,
    clave VARCHAR NOT NULL,
    canal VARCHAR NOT NULL,
    aviso VARCHAR NOT NULL,
    creado_en TIMESTAMPTZ NOT NULL,
    estado VARCHAR NOT NULL,
    intentos UINTEGER NOT NULL,
    proximo_en TIMESTAMPTZ NOT NULL,
    terminado_en TIMESTAMPTZ,
    error VARCHAR
);
COMMENT ON TABLE avisos IS 'Avisos por correo y webhook: una fila por mensaje y canal';
COMMENT ON COLUMN avisos.clave IS 'Por qué existe: con la misma clave y el mismo canal no se encola otra vez';
COMMENT ON COLUMN avisos.aviso IS 'Qué dice, en códigos y cifras (JSON); las frases se hacen al enviarlo';
COMMENT ON COLUMN avisos.estado IS 'pendiente, enviado o fallido';
COMMENT ON COLUMN avisos.proximo_en IS 'Desde cuándo se puede intentar otra vez';

-- What people were notified of and is not over.
CREATE TABLE avisos_incidentes (
    id UUID NOT NULL,
    causa VARCHAR NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    avisado_en TIMESTAMPTZ NOT NULL,
    medias_horas UBIGINT NOT NULL,
    usd VARCHAR NOT NULL,
    tramos VARCHAR NOT NULL,
    terminado_en TIMESTAMPTZ
);
COMMENT ON TABLE avisos_incidentes IS 'Lo que se avisó que falta: se avisa una vez, se repite, y se avisa su final';
COMMENT ON COLUMN avisos_incidentes.desde IS 'Cuándo debió estar la media hora más vieja';
COMMENT ON COLUMN avisos_incidentes.avisado_en IS 'El último aviso';
COMMENT ON COLUMN avisos_incidentes.medias_horas IS 'Lo más que faltó a la vez';
COMMENT ON COLUMN avisos_incidentes.tramos IS 'De qué tiendas y cuándo (JSON), para reconocerlo aunque cambie la causa';

-- How each channel does.
CREATE TABLE avisos_canales (
    canal VARCHAR NOT NULL,
    enviado_en TIMESTAMPTZ,
    falla_desde TIMESTAMPTZ,
    error VARCHAR
);
COMMENT ON TABLE avisos_canales IS 'El último envío de cada canal, y desde cuándo falla';
