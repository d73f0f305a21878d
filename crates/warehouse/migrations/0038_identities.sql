-- Who a user is at the provider of identities. Rows are never deleted: one that was taken back has an end.
CREATE TABLE identidades (
    emisor VARCHAR NOT NULL,
    sujeto VARCHAR NOT NULL,
    usuario_id UUID NOT NULL,
    desde TIMESTAMPTZ NOT NULL,
    hasta TIMESTAMPTZ
);
COMMENT ON TABLE identidades IS 'Quién es cada usuario en el proveedor de identidad (OpenID Connect)';
COMMENT ON COLUMN identidades.emisor IS 'Dirección del proveedor (iss)';
COMMENT ON COLUMN identidades.sujeto IS 'Quién es allí, para siempre (sub); los nombres pueden pasar a otra persona';
COMMENT ON COLUMN identidades.hasta IS 'Desde cuándo ya no vale; NULL mientras vale';
