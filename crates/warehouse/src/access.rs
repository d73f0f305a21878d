//! `usuarios`, `identidades`, `sesiones`, `tokens_api` and `auditoria`. The engine reads them once and keeps them in
//! memory, so that a request never waits for the database to know who asks; every change is written with its audit
//! entry in one transaction.

use crate::database::{Connection, Row, params};
use domain::access::{Role, StoreScope, UserName};
use jiff::Timestamp;
use uuid::Uuid;

use crate::audit_chain;
use crate::audit_entry::AuditEntry;
use crate::instants::{instant, micros, named, unique};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// The same for ever.
    pub id: Uuid,
    /// No two users have the same.
    pub name: UserName,
    /// What they may do.
    pub role: Role,
    /// Where an operator may change something.
    pub stores: StoreScope,
    /// argon2id in PHC notation; None until they set one.
    pub password_hash: Option<String>,
    /// SHA-256 of the one-time code, and when it ends.
    pub code: Option<(String, Timestamp)>,
    /// When they were added.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
}

/// What became of a change to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChangeOutcome {
    /// It is stored.
    Stored,
    /// The user is not as they were read, so nothing was written.
    NotAsRead,
    /// Nobody could administer any more, so nothing was written.
    LastAdministrator,
}

/// Who a user is at a provider of identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRow {
    /// The provider's address.
    pub issuer: String,
    /// Who they are there: the same for ever, and nobody else's.
    pub subject: String,
    /// The user.
    pub user: Uuid,
    /// When they signed in there first.
    pub since: Timestamp,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The same for ever.
    pub id: Uuid,
    /// Whose.
    pub user: Uuid,
    /// SHA-256 of what the cookie has.
    pub token_hash: String,
    /// When somebody signed in.
    pub created_at: Timestamp,
    /// The last request, as far as it is stored.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// What a script presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// The same for ever.
    pub id: Uuid,
    /// What it is for.
    pub name: UserName,
    /// What it may do.
    pub role: Role,
    /// Where it may change something.
    pub stores: StoreScope,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Since when it does not count any more.
    pub revoked_at: Option<Timestamp>,
}

/// Everything that says who may do what now.
#[derive(Clone, Debug, Default)]
pub struct AccessRecords {
    /// Everybody, also those who may not sign in any more.
    pub users: Vec<UserRow>,
    /// Those that were not taken back.
    pub identities: Vec<IdentityRow>,
    /// Those that were not ended.
    pub sessions: Vec<SessionRow>,
    /// All of them, also those that do not count any more.
    pub tokens: Vec<ApiTokenRow>,
}

impl Warehouse {
    /// Users, their identities, open sessions, and tokens.
    pub async fn access_records(&self) -> Result<AccessRecords> {
        self.read("accesos", |connection| {
            Ok(AccessRecords {
                users: users(connection)?,
                identities: identities(connection)?,
                sessions: sessions(connection)?,
                tokens: tokens(connection)?,
            })
        })
        .await
    }

    /// Adds a user. False, and nothing is written, where the name is taken.
    pub async fn add_user(&self, user: UserRow, audit: AuditEntry) -> Result<bool> {
        self.write("crear_usuario", move |transaction| {
            let taken: i64 = transaction.query_row(
                "SELECT count(*) FROM usuarios WHERE nombre = ?",
                [user.name.as_str()],
                |row| row.get(0),
            )?;
            if taken > 0 {
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO usuarios VALUES (?::UUID, ?, ?, ?, ?, ?, make_timestamptz(?::BIGINT),
                    make_timestamptz(?::BIGINT), ?, make_timestamptz(?::BIGINT))",
                params![
                    user.id.to_string(),
                    user.name.as_str(),
                    user.role.as_str(),
                    user.stores.text(),
                    user.password_hash,
                    user.code.as_ref().map(|(hash, _)| hash.clone()),
                    user.code.as_ref().map(|(_, ends)| micros(*ends)),
                    micros(user.created_at),
                    user.created_by,
                    user.disabled_at.map(micros),
                ],
            )?;
            record(transaction, &audit)?;
            Ok(true)
        })
        .await
    }

    /// Writes what may change of a user: role, stores, password, code, and whether they may sign in. Nothing is written
    /// where they are not as they were read any more, as where another process has changed them, or where nobody else
    /// could administer.
    pub async fn change_user(&self, read: UserRow, user: UserRow, audit: AuditEntry) -> Result<UserChangeOutcome> {
        self.write("cambiar_usuario", move |transaction| {
            let stored = users(transaction)?;
            if !stored.iter().any(|stored| stored.id == user.id && is_as_read(stored, &read)) {
                return Ok(UserChangeOutcome::NotAsRead);
            }
            let is_lost = can_administer(&read) && !can_administer(&user);
            if is_lost && !stored.iter().any(|other| other.id != user.id && can_administer(other)) {
                return Ok(UserChangeOutcome::LastAdministrator);
            }
            transaction.execute(
                "UPDATE usuarios SET rol = ?, tiendas = ?, clave = ?, codigo = ?,
                    codigo_vence = make_timestamptz(?::BIGINT), desactivado_en = make_timestamptz(?::BIGINT)
                 WHERE id = ?::UUID",
                params![
                    user.role.as_str(),
                    user.stores.text(),
                    user.password_hash,
                    user.code.as_ref().map(|(hash, _)| hash.clone()),
                    user.code.as_ref().map(|(_, ends)| micros(*ends)),
                    user.disabled_at.map(micros),
                    user.id.to_string(),
                ],
            )?;
            record(transaction, &audit)?;
            Ok(UserChangeOutcome::Stored)
        })
        .await
    }

    /// Remembers who a user is at a provider. False, and nothing is written, where that is somebody already, or the
    /// user is somebody else there.
    pub async fn link_identity(&self, identity: IdentityRow, audit: AuditEntry) -> Result<bool> {
        self.write("vincular_identidad", move |transaction| {
            let user = identity.user.to_string();
            let taken: i64 = transaction.query_row(
                "SELECT count(*) FROM identidades
                 WHERE hasta IS NULL AND emisor = ? AND (sujeto = ? OR usuario_id = ?::UUID)",
                params![identity.issuer, identity.subject, user],
                |row| row.get(0),
            )?;
            if taken > 0 {
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO identidades VALUES (?, ?, ?::UUID, make_timestamptz(?::BIGINT), NULL)",
                params![identity.issuer, identity.subject, user, micros(identity.since)],
            )?;
            record(transaction, &audit)?;
            Ok(true)
        })
        .await
    }

    /// Takes back who a user is at providers.
    pub async fn unlink_identities(&self, user: Uuid, audit: AuditEntry) -> Result<()> {
        self.write("desvincular_identidad", move |transaction| {
            transaction.execute(
                "UPDATE identidades SET hasta = make_timestamptz(?::BIGINT) WHERE usuario_id = ?::UUID AND hasta IS NULL",
                params![micros(audit.at), user.to_string()],
            )?;
            record(transaction, &audit)
        })
        .await
    }

    /// Opens a session, and ends others in the same transaction. False, and nothing is written, where the user may not sign in
    /// any more, or has another password than the one that was compared, as where another process has just changed them.
    /// `password_hash` is None where no password was compared.
    pub async fn open_session(
        &self,
        session: SessionRow,
        password_hash: Option<String>,
        ended: Vec<Uuid>,
        audit: AuditEntry,
    ) -> Result<bool> {
        self.write("abrir_sesion", move |transaction| {
            let stored = users(transaction)?;
            let user = stored.iter().find(|user| user.id == session.user && user.disabled_at.is_none());
            if !user.is_some_and(|user| password_hash.is_none() || user.password_hash == password_hash) {
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO sesiones VALUES (?::UUID, ?::UUID, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT),
                    make_timestamptz(?::BIGINT), NULL, NULL)",
                params![
                    session.id.to_string(),
                    session.user.to_string(),
                    session.token_hash,
                    micros(session.created_at),
                    micros(session.seen_at),
                    micros(session.expires_at),
                ],
            )?;
            end(transaction, &ended, audit.at, &audit.actor)?;
            record(transaction, &audit)?;
            Ok(true)
        })
        .await
    }

    /// Ends sessions.
    pub async fn end_sessions(&self, sessions: Vec<Uuid>, audit: AuditEntry) -> Result<()> {
        self.write("cerrar_sesiones", move |transaction| {
            end(transaction, &sessions, audit.at, &audit.actor)?;
            record(transaction, &audit)
        })
        .await
    }

    /// Stores when sessions were last used, and what was counted since the last time.
    pub async fn record_activity(&self, seen: Vec<(Uuid, Timestamp)>, counted: Vec<AuditEntry>) -> Result<()> {
        self.write("actividad", move |transaction| {
            for (session, at) in seen {
                transaction.execute(
                    "UPDATE sesiones SET vista_en = make_timestamptz(?::BIGINT) WHERE id = ?::UUID",
                    params![micros(at), session.to_string()],
                )?;
            }
            counted.iter().try_for_each(|entry| record(transaction, entry))
        })
        .await
    }

    /// Adds a token.
    pub async fn add_token(&self, token: ApiTokenRow, audit: AuditEntry) -> Result<()> {
        self.write("crear_token", move |transaction| {
            transaction.execute(
                "INSERT INTO tokens_api VALUES (?::UUID, ?, ?, ?, ?, make_timestamptz(?::BIGINT), ?,
                    make_timestamptz(?::BIGINT), NULL)",
                params![
                    token.id.to_string(),
                    token.name.as_str(),
                    token.role.as_str(),
                    token.stores.text(),
                    token.token_hash,
                    micros(token.created_at),
                    token.created_by,
                    micros(token.expires_at),
                ],
            )?;
            record(transaction, &audit)
        })
        .await
    }

    /// Takes a token back.
    pub async fn revoke_token(&self, token: Uuid, audit: AuditEntry) -> Result<()> {
        self.write("revocar_token", move |transaction| {
            transaction.execute(
                "UPDATE tokens_api SET revocado_en = make_timestamptz(?::BIGINT) WHERE id = ?::UUID",
                params![micros(audit.at), token.to_string()],
            )?;
            record(transaction, &audit)
        })
        .await
    }

    /// The latest entries of who may do what, the latest first; decisions about data have a list of their own.
    pub async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>> {
        self.read("auditoria", move |connection| {
            let sql = format!(
                "SELECT id::VARCHAR, epoch_us(momento), actor, origen, direccion, accion, objeto, veces
                 FROM auditoria WHERE detalle IS NULL ORDER BY orden DESC NULLS LAST, momento DESC, id DESC LIMIT {limit}"
            );
            collect(connection, "auditoria", &sql, |row| {
                Ok(AuditEntry {
                    id: unique("id", &row.get::<_, String>(0)?)?,
                    at: instant("momento", row.get(1)?)?,
                    actor: row.get(2)?,
                    origin: named("origen", &row.get::<_, String>(3)?)?,
                    address: row.get(4)?,
                    action: named("accion", &row.get::<_, String>(5)?)?,
                    object: row.get(6)?,
                    times: u64::try_from(row.get::<_, i64>(7)?).unwrap_or(0),
                })
            })
        })
        .await
    }
}

fn can_administer(user: &UserRow) -> bool {
    user.role == Role::Administrator && user.disabled_at.is_none()
}

/// Whether nothing has changed that may change of a user. Instants are stored in microseconds.
fn is_as_read(stored: &UserRow, read: &UserRow) -> bool {
    let code = |user: &UserRow| user.code.as_ref().map(|(hash, ends)| (hash.clone(), micros(*ends)));
    (stored.role, &stored.stores, &stored.password_hash) == (read.role, &read.stores, &read.password_hash)
        && code(stored) == code(read)
        && stored.disabled_at.map(micros) == read.disabled_at.map(micros)
}

fn end(connection: &Connection, sessions: &[Uuid], at: Timestamp, by: &str) -> Result<()> {
    for session in sessions {
        connection.execute(
            "UPDATE sesiones SET terminada_en = make_timestamptz(?::BIGINT), terminada_por = ? WHERE id = ?::UUID",
            params![micros(at), by, session.to_string()],
        )?;
    }
    Ok(())
}

/// Adds an entry, in the transaction of what it is about.
pub(crate) fn record(connection: &Connection, entry: &AuditEntry) -> Result<()> {
    audit_chain::append(connection, &entry.into())
}

fn users(connection: &Connection) -> Result<Vec<UserRow>> {
    let sql = "SELECT id::VARCHAR, nombre, rol, tiendas, clave, codigo, epoch_us(codigo_vence), epoch_us(creado_en),
                   creado_por, epoch_us(desactivado_en)
               FROM usuarios ORDER BY nombre";
    collect(connection, "usuarios", sql, |row| {
        let code_ends = optional_instant(row, 6, "codigo_vence")?;
        Ok(UserRow {
            id: unique("id", &row.get::<_, String>(0)?)?,
            name: user_name(row, 1)?,
            role: named("rol", &row.get::<_, String>(2)?)?,
            stores: scope(row, 3)?,
            password_hash: row.get(4)?,
            code: row.get::<_, Option<String>>(5)?.zip(code_ends),
            created_at: instant("creado_en", row.get(7)?)?,
            created_by: row.get(8)?,
            disabled_at: optional_instant(row, 9, "desactivado_en")?,
        })
    })
}

fn identities(connection: &Connection) -> Result<Vec<IdentityRow>> {
    let sql = "SELECT emisor, sujeto, usuario_id::VARCHAR, epoch_us(desde)
               FROM identidades WHERE hasta IS NULL ORDER BY desde";
    collect(connection, "identidades", sql, |row| {
        Ok(IdentityRow {
            issuer: row.get(0)?,
            subject: row.get(1)?,
            user: unique("usuario_id", &row.get::<_, String>(2)?)?,
            since: instant("desde", row.get(3)?)?,
        })
    })
}

fn sessions(connection: &Connection) -> Result<Vec<SessionRow>> {
    let sql =
        "SELECT id::VARCHAR, usuario_id::VARCHAR, ficha, epoch_us(creada_en), epoch_us(vista_en), epoch_us(vence_en)
               FROM sesiones WHERE terminada_en IS NULL ORDER BY creada_en";
    collect(connection, "sesiones", sql, |row| {
        Ok(SessionRow {
            id: unique("id", &row.get::<_, String>(0)?)?,
            user: unique("usuario_id", &row.get::<_, String>(1)?)?,
            token_hash: row.get(2)?,
            created_at: instant("creada_en", row.get(3)?)?,
            seen_at: instant("vista_en", row.get(4)?)?,
            expires_at: instant("vence_en", row.get(5)?)?,
        })
    })
}

fn tokens(connection: &Connection) -> Result<Vec<ApiTokenRow>> {
    let sql = "SELECT id::VARCHAR, nombre, rol, tiendas, ficha, epoch_us(creado_en), creado_por, epoch_us(vence_en),
                   epoch_us(revocado_en)
               FROM tokens_api ORDER BY creado_en";
    collect(connection, "tokens_api", sql, |row| {
        Ok(ApiTokenRow {
            id: unique("id", &row.get::<_, String>(0)?)?,
            name: user_name(row, 1)?,
            role: named("rol", &row.get::<_, String>(2)?)?,
            stores: scope(row, 3)?,
            token_hash: row.get(4)?,
            created_at: instant("creado_en", row.get(5)?)?,
            created_by: row.get(6)?,
            expires_at: instant("vence_en", row.get(7)?)?,
            revoked_at: optional_instant(row, 8, "revocado_en")?,
        })
    })
}

fn collect<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(read(row).or_set_aside(table)?);
    }
    Ok(found)
}

fn optional_instant(row: &Row<'_>, index: usize, column: &'static str) -> Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(index)?.map(|micros| instant(column, micros)).transpose()
}

fn user_name(row: &Row<'_>, index: usize) -> Result<UserName> {
    let text: String = row.get(index)?;
    UserName::parse(&text).map_err(|error| WarehouseError::Unreadable { column: "nombre", detail: error.to_string() })
}

fn scope(row: &Row<'_>, index: usize) -> Result<StoreScope> {
    Ok(row.get::<_, Option<String>>(index)?.map_or(StoreScope::All, |text| StoreScope::parse(&text)))
}
