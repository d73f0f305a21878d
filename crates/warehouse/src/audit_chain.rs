//! The chain of `auditoria`: the hash of each entry covers the one before it, so that an entry that was changed, removed or put
//! between others is found. Whoever can write the file can make the whole chain anew; the head that was logged elsewhere is then
//! not in it.

use crate::database::{Connection, Row, params};
use domain::decision::DecisionAction;
use sha2::{Digest, Sha256};

use crate::audit_entry::AuditEntry;
use crate::instants::micros;
use crate::literal::list;
use crate::{Result, Warehouse};

/// What came of looking through the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheck {
    /// Entries that are as they were written, up to the first that is not.
    pub entries: u64,
    /// The hash of the last of them; None where there is none.
    pub head: Option<String>,
    /// The number of the first entry that is not as it was written.
    pub broken_at: Option<i64>,
    /// Whether the head that was asked for is one of the chain; true where none was.
    pub has_known_head: bool,
    /// Decisions that are not as the chain has them: changed, removed, added past the program, or without their entry.
    pub decisions_changed: u64,
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAuditEntry {
    /// Its number in the chain; None before there was one.
    pub order: Option<i64>,
    /// Its hash.
    pub hash: Option<String>,
    /// The same for ever.
    pub id: String,
    /// Microseconds since the epoch.
    pub at_micros: i64,
    /// Who.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// The address, where there is one.
    pub address: Option<String>,
    /// What happened.
    pub action: String,
    /// To whom or what.
    pub object: String,
    /// How often.
    pub times: i64,
    /// The particulars of a decision about data, as JSON; None of everything else.
    pub detail: Option<String>,
}

impl From<&AuditEntry> for StoredAuditEntry {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            order: None,
            hash: None,
            id: entry.id.to_string(),
            at_micros: micros(entry.at),
            actor: entry.actor.clone(),
            origin: entry.origin.as_str().to_owned(),
            address: entry.address.clone(),
            action: entry.action.as_str().to_owned(),
            object: entry.object.clone(),
            times: i64::try_from(entry.times).unwrap_or(i64::MAX),
            detail: None,
        }
    }
}

impl StoredAuditEntry {
    fn read(row: &Row<'_>) -> crate::database::Result<Self> {
        Ok(Self {
            order: row.get(0)?,
            hash: row.get(1)?,
            id: row.get(2)?,
            at_micros: row.get(3)?,
            actor: row.get(4)?,
            origin: row.get(5)?,
            address: row.get(6)?,
            action: row.get(7)?,
            object: row.get(8)?,
            times: row.get(9)?,
            detail: row.get(10)?,
        })
    }

    /// SHA-256 over the hash before and every field, each with its length, so that no two entries have the same text.
    fn hash_after(&self, before: &str, order: i64) -> String {
        let mut hasher = Sha256::new();
        let (order, at, times) = (order.to_string(), self.at_micros.to_string(), self.times.to_string());
        let fields: [(&str, bool); 10] = [
            (before, true),
            (&order, true),
            (&self.id, true),
            (&at, true),
            (&self.actor, true),
            (&self.origin, true),
            (self.address.as_deref().unwrap_or_default(), self.address.is_some()),
            (&self.action, true),
            (&self.object, true),
            (&times, true),
        ];
        // Entries of before there were any have no field for it.
        let detail = self.detail.as_deref().map(|detail| (detail, true));
        for (text, is_there) in fields.into_iter().chain(detail) {
            let length = if is_there { text.len() as u64 } else { u64::MAX };
            hasher.update(length.to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

const COLUMNS: &str = "orden, huella, id::VARCHAR, epoch_us(momento), actor, origen, direccion, accion, objeto, veces, detalle FROM auditoria";
const IN_ORDER: &str = "ORDER BY orden NULLS FIRST, momento, id";

/// Adds an entry at the end of the chain, in the transaction of what it is about.
pub(crate) fn append(connection: &Connection, entry: &StoredAuditEntry) -> Result<()> {
    let (order, hash) = next(connection, entry)?;
    connection
        .prepare(
            "INSERT INTO auditoria (id, momento, actor, origen, direccion, accion, objeto, veces, detalle, orden, huella)
             VALUES (?::UUID, make_timestamptz(?::BIGINT), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            entry.id,
            entry.at_micros,
            entry.actor,
            entry.origin,
            entry.address,
            entry.action,
            entry.object,
            entry.times,
            entry.detail,
            order,
            hash,
        ])?;
    Ok(())
}

/// Number and hash of an entry that is added now.
fn next(connection: &Connection, entry: &StoredAuditEntry) -> Result<(i64, String)> {
    let (last, before) = match head(connection)? {
        Some(head) => head,
        // What was there before the chain is covered by its first entry.
        None => {
            let earlier = rows(connection, &format!("SELECT {COLUMNS} {IN_ORDER}"))?;
            (0, earlier.iter().fold(String::new(), |before, entry| entry.hash_after(&before, 0)))
        }
    };
    let order = last + 1;
    Ok((order, entry.hash_after(&before, order)))
}

fn head(connection: &Connection) -> Result<Option<(i64, String)>> {
    let mut statement = connection.prepare(
        "SELECT orden, coalesce(huella, '') FROM auditoria WHERE orden = (SELECT max(orden) FROM auditoria)",
    )?;
    let mut rows = statement.query([])?;
    Ok(rows.next()?.map(|row| Ok::<_, crate::DatabaseError>((row.get(0)?, row.get(1)?))).transpose()?)
}

fn rows(connection: &Connection, sql: &str) -> Result<Vec<StoredAuditEntry>> {
    let mut statement = connection.prepare(sql)?;
    let found = statement.query_map([], StoredAuditEntry::read)?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

fn check(entries: &[StoredAuditEntry], known_head: Option<&str>) -> AuditCheck {
    let mut check = AuditCheck {
        entries: 0,
        head: None,
        broken_at: None,
        has_known_head: known_head.is_none(),
        decisions_changed: 0,
    };
    let (mut before, mut last) = (String::new(), 0);
    for entry in entries {
        let expected = entry.hash_after(&before, entry.order.map_or(0, |_| last + 1));
        if let Some(order) = entry.order {
            if order != last + 1 || entry.hash.as_ref() != Some(&expected) {
                check.broken_at = Some(last + 1);
                return check;
            }
            last = order;
            check.head = Some(expected.clone());
            check.has_known_head |= known_head == Some(expected.as_str());
        }
        check.entries += 1;
        before = expected;
    }
    check
}

/// Compares decisions about data with their entries, from the first on that has one, or from when the schema came to
/// have them: where all entries are gone, no first one is left. Earlier decisions never had any.
fn decisions_changed(connection: &Connection) -> Result<u64> {
    let actions = list(DecisionAction::ALL.iter().map(|action| action.as_str()));
    Ok(connection
        .prepare(&format!(
            "WITH huella AS (SELECT * FROM auditoria WHERE detalle IS NOT NULL)
             SELECT count(*)::UBIGINT
             FROM (SELECT * FROM decisiones WHERE momento >= (SELECT min(momento) FROM (
                 SELECT momento FROM huella UNION ALL SELECT aplicada_en FROM esquema_migraciones
                 WHERE nombre IN ('audit_of_decisions', 'tables')) AS desde)) AS decision
             FULL JOIN (SELECT * FROM huella WHERE accion IN ({actions})) AS entrada USING (id)
             WHERE (decision.momento, decision.actor, decision.origen, decision.accion, decision.objeto, decision.detalle)
                IS DISTINCT FROM
                (entrada.momento, entrada.actor, entrada.origen, entrada.accion, entrada.objeto, entrada.detalle)"
        ))?
        .query_row([], |row| row.get(0))?)
}

impl Warehouse {
    /// Looks through the chain; with a head that was logged elsewhere, whether it is still one of it.
    pub async fn check_audit(&self, known_head: Option<String>) -> Result<AuditCheck> {
        let decisions_changed = self.read_long("decisiones_y_auditoria", decisions_changed).await?;
        Ok(AuditCheck { decisions_changed, ..check(&self.export_audit().await?, known_head.as_deref()) })
    }

    /// Every entry, in order, as it is stored.
    pub async fn export_audit(&self) -> Result<Vec<StoredAuditEntry>> {
        self.read_long("auditoria_entera", |connection| rows(connection, &format!("SELECT {COLUMNS} {IN_ORDER}"))).await
    }

    /// The number and the hash of the last entry.
    pub async fn audit_head(&self) -> Result<Option<(i64, String)>> {
        self.read("cabeza_de_auditoria", head).await
    }
}
