//! `avisos`, `avisos_incidentes` and `avisos_canales`: the outbox of notices, what people were notified of, and how channels do.
//! What is new of an incident and the messages about it are one transaction, so that nothing is said twice or not at all.

use crate::database::{Connection, Params, Row, Transaction, params};
use domain::cause::CauseKind;
use domain::notice::DeliveryState;
use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::instants::{identified, instant, micros, named};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// How the key of a test begins: somebody waits for what comes of it.
pub const TRIAL_KEY_PREFIX: &str = "prueba:";

/// A message to queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The same at each attempt.
    pub id: Uuid,
    /// Why it exists: of one key, a channel gets one message.
    pub key: String,
    /// The channel's name.
    pub channel: String,
    /// What it says, as JSON.
    pub notice: String,
}

/// A message in the outbox, or what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its identifier.
    pub id: Uuid,
    /// The channel's name.
    pub channel: String,
    /// What it says, as JSON.
    pub notice: String,
    /// When it was queued.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: u32,
    /// Not before.
    pub next_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
    /// Why the latest attempt failed.
    pub error: Option<String>,
}

/// Where a page of deliveries ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryCursor {
    /// When the last of it was queued.
    pub at: Timestamp,
    /// Its identifier.
    pub id: Uuid,
}

impl std::fmt::Display for DeliveryCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}_{}", micros(self.at), self.id)
    }
}

impl std::str::FromStr for DeliveryCursor {
    type Err = WarehouseError;

    fn from_str(text: &str) -> Result<Self> {
        let unreadable = || WarehouseError::Unreadable { column: "cursor", detail: text.to_owned() };
        let (at, id) = text.split_once('_').ok_or_else(unreadable)?;
        let at = at.parse().map_err(|_| unreadable())?;
        Ok(Self { at: instant("cursor", at)?, id: identified("cursor", id)? })
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// It is delivered.
    Delivered,
    /// It failed, and is tried again.
    Retry {
        /// Not before.
        next_at: Timestamp,
        /// Why it failed.
        error: String,
    },
    /// It failed, and is not tried again.
    GivenUp {
        /// Why it failed.
        error: String,
    },
}

/// Something missing that people were notified of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedIncident {
    /// Its identifier.
    pub id: Uuid,
    /// Why it is missing, as people were notified.
    pub cause: CauseKind,
    /// When the oldest half hour should have been there.
    pub since: Timestamp,
    /// The latest notice.
    pub noted_at: Timestamp,
    /// The most half hours that were missing of it.
    pub windows: u64,
    /// What they are worth.
    pub usd: Decimal,
    /// Stores and times, as JSON.
    pub spans: String,
}

/// What is stored of one look, in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeChanges {
    /// Messages to queue.
    pub deliveries: Vec<NewDelivery>,
    /// Incidents as they are now.
    pub incidents: Vec<NotedIncident>,
    /// Incidents that are over.
    pub ended: Vec<Uuid>,
}

/// How a channel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its name.
    pub channel: String,
    /// The latest delivery.
    pub delivered_at: Option<Timestamp>,
    /// Since when every attempt fails; None where the latest did not.
    pub failing_since: Option<Timestamp>,
    /// Why the latest failed.
    pub error: Option<String>,
}

const COLUMNS: &str = "id::VARCHAR, canal, aviso, epoch_us(creado_en), estado, intentos, epoch_us(proximo_en),
    epoch_us(terminado_en), error";

impl Warehouse {
    /// Stores what a look found; a message whose key and channel are known is not queued again.
    pub async fn record_notices(&self, changes: NoticeChanges, now: Timestamp) -> Result<()> {
        self.write("anotar_avisos", move |transaction| {
            for delivery in &changes.deliveries {
                queue(transaction, delivery, now)?;
            }
            for incident in &changes.incidents {
                transaction.execute("DELETE FROM avisos_incidentes WHERE id = ?::UUID", [incident.id.to_string()])?;
                transaction.execute(
                    "INSERT INTO avisos_incidentes (id, causa, desde, avisado_en, medias_horas, usd, tramos)
                     VALUES (?::UUID, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT), ?, ?, ?)",
                    params![
                        incident.id.to_string(),
                        incident.cause.as_str(),
                        micros(incident.since),
                        micros(incident.noted_at),
                        incident.windows,
                        incident.usd.to_string(),
                        incident.spans
                    ],
                )?;
            }
            for ended in &changes.ended {
                transaction.execute(
                    "UPDATE avisos_incidentes SET terminado_en = make_timestamptz(?::BIGINT) WHERE id = ?::UUID",
                    params![micros(now), ended.to_string()],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// What people were notified of and is not over.
    pub async fn open_incidents(&self) -> Result<Vec<NotedIncident>> {
        self.read("avisos_incidentes", |connection| {
            let mut statement = connection.prepare(
                "SELECT id::VARCHAR, causa, epoch_us(desde), epoch_us(avisado_en), medias_horas, usd, tramos
                 FROM avisos_incidentes WHERE terminado_en IS NULL ORDER BY desde, id",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.extend(incident(row).or_set_aside("avisos_incidentes")?);
            }
            Ok(found)
        })
        .await
    }

    /// Whether a message of this key was ever queued.
    pub async fn is_notice_known(&self, key: String) -> Result<bool> {
        self.read("avisos", move |connection| {
            Ok(connection.query_row("SELECT count(*) > 0 FROM avisos WHERE clave = ?", [key], |row| row.get(0))?)
        })
        .await
    }

    /// The oldest message that waits for a channel. A test goes first until it was tried once: behind a message that
    /// waits for its next attempt, nobody would learn whether the channel works.
    pub async fn next_delivery(&self, channel: String) -> Result<Option<DeliveryRow>> {
        self.read("avisos", move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM avisos WHERE canal = ? AND estado = 'pendiente'
                 ORDER BY CASE WHEN intentos = 0 AND clave LIKE '{TRIAL_KEY_PREFIX}%' THEN 0 ELSE 1 END, creado_en, id
                 LIMIT 1"
            );
            Ok(deliveries(connection, &sql, params![channel])?.pop())
        })
        .await
    }

    /// Stores what came of an attempt. True where it is the first that fails since the channel worked.
    pub async fn end_attempt(&self, delivery: &DeliveryRow, outcome: AttemptOutcome, now: Timestamp) -> Result<bool> {
        let (id, channel) = (delivery.id.to_string(), delivery.channel.clone());
        self.write("anotar_envio_de_aviso", move |transaction| {
            let (state, next_at, ended_at, error) = match &outcome {
                AttemptOutcome::Delivered => (DeliveryState::Delivered, now, Some(now), None),
                AttemptOutcome::Retry { next_at, error } => (DeliveryState::Waiting, *next_at, None, Some(error)),
                AttemptOutcome::GivenUp { error } => (DeliveryState::GivenUp, now, Some(now), Some(error)),
            };
            transaction.execute(
                "UPDATE avisos SET estado = ?, intentos = intentos + 1, proximo_en = make_timestamptz(?::BIGINT),
                    terminado_en = make_timestamptz(?::BIGINT), error = ? WHERE id = ?::UUID",
                params![state.as_str(), micros(next_at), ended_at.map(micros), error, id],
            )?;
            note_channel(transaction, &channel, error, now)
        })
        .await
    }

    /// One page of deliveries, the latest first, and the cursor of the next page.
    pub async fn deliveries(
        &self,
        limit: u32,
        after: Option<DeliveryCursor>,
    ) -> Result<(Vec<DeliveryRow>, Option<DeliveryCursor>)> {
        self.read("avisos", move |connection| {
            // One more than requested shows whether there is a next page.
            let sql = format!(
                "SELECT {COLUMNS} FROM avisos
                 WHERE ?::BIGINT IS NULL OR creado_en < make_timestamptz(?::BIGINT)
                    OR (creado_en = make_timestamptz(?::BIGINT) AND id < ?::UUID)
                 ORDER BY creado_en DESC, id DESC LIMIT {}",
                limit.saturating_add(1)
            );
            let at = after.map(|cursor| micros(cursor.at));
            let id = after.map(|cursor| cursor.id.to_string());
            let mut found = deliveries(connection, &sql, params![at, at, at, id])?;
            let more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let next = found.last().filter(|_| more).map(|last| DeliveryCursor { at: last.created_at, id: last.id });
            Ok((found, next))
        })
        .await
    }

    /// How channels do that anything was sent to.
    pub async fn notice_channels(&self) -> Result<Vec<ChannelRow>> {
        self.read("avisos_canales", |connection| {
            let mut statement = connection.prepare(
                "SELECT canal, epoch_us(enviado_en), epoch_us(falla_desde), error FROM avisos_canales ORDER BY canal",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.extend(channel_row(row).or_set_aside("avisos_canales")?);
            }
            Ok(found)
        })
        .await
    }

    /// Forgets messages and incidents that ended before a moment.
    pub async fn forget_notices(&self, before: Timestamp) -> Result<()> {
        self.write("olvidar_avisos", move |transaction| {
            for table in ["avisos", "avisos_incidentes"] {
                transaction.execute(
                    &format!("DELETE FROM {table} WHERE terminado_en < make_timestamptz(?::BIGINT)"),
                    [micros(before)],
                )?;
            }
            Ok(())
        })
        .await
    }
}

fn queue(transaction: &Transaction<'_>, delivery: &NewDelivery, now: Timestamp) -> Result<()> {
    let NewDelivery { id, key, channel, notice } = delivery;
    transaction.execute(
        "INSERT INTO avisos (id, clave, canal, aviso, creado_en, estado, intentos, proximo_en)
         SELECT ?::UUID, ?, ?, ?, make_timestamptz(?::BIGINT), ?, 0, make_timestamptz(?::BIGINT)
         WHERE NOT EXISTS (SELECT 1 FROM avisos WHERE clave = ? AND canal = ?)",
        params![
            id.to_string(),
            key,
            channel,
            notice,
            micros(now),
            DeliveryState::Waiting.as_str(),
            micros(now),
            key,
            channel
        ],
    )?;
    Ok(())
}

/// True where the channel worked until now and does not any more.
fn note_channel(transaction: &Transaction<'_>, channel: &str, error: Option<&String>, now: Timestamp) -> Result<bool> {
    let read = "SELECT epoch_us(enviado_en), epoch_us(falla_desde) FROM avisos_canales WHERE canal = ?";
    let known: Option<(Option<i64>, Option<i64>)> = {
        let mut statement = transaction.prepare(read)?;
        let mut rows = statement.query([channel])?;
        match rows.next()? {
            Some(row) => Some((row.get(0)?, row.get(1)?)),
            None => None,
        }
    };
    let (delivered_at, failing_since) = known.unwrap_or_default();
    let (delivered_at, failing) = match error {
        None => (Some(micros(now)), None),
        Some(_) => (delivered_at, failing_since.or(Some(micros(now)))),
    };
    transaction.execute("DELETE FROM avisos_canales WHERE canal = ?", [channel])?;
    transaction.execute(
        "INSERT INTO avisos_canales (canal, enviado_en, falla_desde, error)
         VALUES (?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT), ?)",
        params![channel, delivered_at, failing, error],
    )?;
    Ok(error.is_some() && failing_since.is_none())
}

fn deliveries(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<DeliveryRow>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(delivery(row).or_set_aside("avisos")?);
    }
    Ok(found)
}

fn delivery(row: &Row<'_>) -> Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: identified("id", &row.get::<_, String>(0)?)?,
        channel: row.get(1)?,
        notice: row.get(2)?,
        created_at: instant("creado_en", row.get(3)?)?,
        state: named("estado", &row.get::<_, String>(4)?)?,
        attempts: row.get(5)?,
        next_at: instant("proximo_en", row.get(6)?)?,
        ended_at: row.get::<_, Option<i64>>(7)?.map(|at| instant("terminado_en", at)).transpose()?,
        error: row.get(8)?,
    })
}

fn incident(row: &Row<'_>) -> Result<NotedIncident> {
    let usd: String = row.get(5)?;
    Ok(NotedIncident {
        id: identified("id", &row.get::<_, String>(0)?)?,
        cause: named("causa", &row.get::<_, String>(1)?)?,
        since: instant("desde", row.get(2)?)?,
        noted_at: instant("avisado_en", row.get(3)?)?,
        windows: row.get(4)?,
        usd: usd.parse().map_err(|_| WarehouseError::Unreadable { column: "usd", detail: usd })?,
        spans: row.get(6)?,
    })
}

fn channel_row(row: &Row<'_>) -> Result<ChannelRow> {
    let at = |column, micros: Option<i64>| micros.map(|micros| instant(column, micros)).transpose();
    Ok(ChannelRow {
        channel: row.get(0)?,
        delivered_at: at("enviado_en", row.get(1)?)?,
        failing_since: at("falla_desde", row.get(2)?)?,
        error: row.get(3)?,
    })
}
