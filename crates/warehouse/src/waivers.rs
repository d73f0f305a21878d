//! `exenciones`: windows that were given up with a reason, and who took that back.

use crate::database::{Connection, Params, Row, params};
use domain::justification::{Justification, Reason};
use domain::{BranchId, EtlKind, Interval};
use jiff::Timestamp;
use uuid::Uuid;

use crate::decisions::{NewDecision, record};
use crate::instants::{instant, interval, micros, named, unique};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// Windows in a row to give up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWaiver {
    /// Which one.
    pub id: Uuid,
    /// Sales or stock.
    pub kind: EtlKind,
    /// Of whom.
    pub branch: BranchId,
    /// From and up to.
    pub interval: Interval<Timestamp>,
}

/// Windows in a row that were given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Which one.
    pub id: Uuid,
    /// Sales or stock.
    pub kind: EtlKind,
    /// Of whom.
    pub branch: BranchId,
    /// From and up to.
    pub interval: Interval<Timestamp>,
    /// Why, and who says so.
    pub justification: Justification,
    /// Since when it counts.
    pub registered_at: Timestamp,
    /// Since when it does not count any more.
    pub withdrawn_at: Option<Timestamp>,
}

/// Which waivers that count to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverFilter {
    /// Only this kind.
    pub kind: Option<EtlKind>,
    /// Only this branch.
    pub branch: Option<BranchId>,
    /// Those with a point in it.
    pub range: Interval<Timestamp>,
}

const COLUMNS: &str = "id::VARCHAR, etl_tipo, ubicacion_id, epoch_us(desde), epoch_us(hasta), motivo, nota, persona,
    epoch_us(registrada_en), epoch_us(retirada_en)";

impl Warehouse {
    /// Gives windows up for one reason, and keeps each decision with those that it is about; all or nothing.
    pub async fn waive(&self, decided: Vec<(Vec<NewWaiver>, NewDecision)>, justification: Justification) -> Result<()> {
        self.write("justificar", move |transaction| {
            for (waivers, decision) in &decided {
                for waiver in waivers {
                    insert(transaction, waiver, &justification, decision.at)?;
                }
                record(transaction, decision)?;
            }
            Ok(())
        })
        .await
    }

    /// Takes a waiver that counts back, and keeps that it was decided. False where it does not count.
    pub async fn withdraw_waiver(&self, id: Uuid, decision: NewDecision) -> Result<bool> {
        self.write("retirar_justificacion", move |transaction| {
            let changed = transaction
                .prepare(
                    "UPDATE exenciones SET retirada_en = make_timestamptz(?::BIGINT), retirada_por = ?
                     WHERE id = ?::UUID AND retirada_en IS NULL",
                )?
                .execute(params![micros(decision.at), decision.actor, id.to_string()])?;
            if changed > 0 {
                record(transaction, &decision)?;
            }
            Ok(changed > 0)
        })
        .await
    }

    /// One waiver, if there is one; also one that was taken back.
    pub async fn waiver(&self, id: Uuid) -> Result<Option<Waiver>> {
        self.read("exencion", move |connection| {
            Ok(waivers(connection, "WHERE id = ?::UUID", params![id.to_string()])?.pop())
        })
        .await
    }

    /// Waivers that count, the latest window first.
    pub async fn waivers(&self, filter: WaiverFilter) -> Result<Vec<Waiver>> {
        self.read("exenciones_vigentes", move |connection| {
            let kind = filter.kind.map(EtlKind::as_str);
            let branch = filter.branch.as_ref().map(BranchId::as_str);
            waivers(
                connection,
                "WHERE retirada_en IS NULL AND (? IS NULL OR etl_tipo = ?) AND (? IS NULL OR ubicacion_id = ?)
                   AND desde < make_timestamptz(?::BIGINT) AND hasta > make_timestamptz(?::BIGINT)
                 ORDER BY desde DESC, ubicacion_id, etl_tipo, id",
                params![kind, kind, branch, branch, micros(filter.range.end()), micros(filter.range.start())],
            )
        })
        .await
    }
}

fn insert(connection: &Connection, waiver: &NewWaiver, justification: &Justification, at: Timestamp) -> Result<()> {
    connection
        .prepare(
            "INSERT INTO exenciones (id, etl_tipo, ubicacion_id, desde, hasta, motivo, nota, persona, registrada_en)
             VALUES (?::UUID, ?, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT), ?, ?, ?,
                make_timestamptz(?::BIGINT))",
        )?
        .execute(params![
            waiver.id.to_string(),
            waiver.kind.as_str(),
            waiver.branch.as_str(),
            micros(waiver.interval.start()),
            micros(waiver.interval.end()),
            justification.reason.as_str(),
            justification.note,
            justification.person,
            micros(at),
        ])?;
    Ok(())
}

fn waivers(connection: &Connection, rest: &str, values: impl Params) -> Result<Vec<Waiver>> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM exenciones {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(waiver(row).or_set_aside("exenciones")?);
    }
    Ok(found)
}

fn waiver(row: &Row<'_>) -> Result<Waiver> {
    let text = |index: usize| row.get::<_, String>(index);
    Ok(Waiver {
        id: unique("id", &text(0)?)?,
        kind: named("etl_tipo", &text(1)?)?,
        branch: BranchId::new(text(2)?),
        interval: interval("exenciones", row.get(3)?, row.get(4)?)?,
        justification: Justification {
            // Rows of before there was a list of reasons have a text of their own.
            reason: text(5)?.parse().unwrap_or(Reason::Other),
            note: row.get(6)?,
            person: text(7)?,
        },
        registered_at: instant("registrada_en", row.get(8)?)?,
        withdrawn_at: row.get::<_, Option<i64>>(9)?.map(|micros| instant("retirada_en", micros)).transpose()?,
    })
}
