//! `numeros_justificados`: missing numbers of invoices that were given up with a reason, and who took that back.

use crate::database::{Connection, Params, Row, params};
use domain::justification::{Justification, Reason};
use domain::{BranchId, Interval};
use jiff::Timestamp;
use uuid::Uuid;

use crate::decisions::{NewDecision, record};
use crate::instants::{instant, interval, micros, unique};
use crate::set_aside::ReadRow;
use crate::waivers::WaiverFilter;
use crate::{Result, Warehouse};

/// Numbers in a row of a register, by the first and the last.
pub type RegisterNumbers = (String, u64, u64);

/// Missing numbers of the same half hours, to give up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNumberWaiver {
    /// Which one.
    pub id: Uuid,
    /// Of whom.
    pub branch: BranchId,
    /// The half hours that they are missing in.
    pub interval: Interval<Timestamp>,
    /// The numbers.
    pub numbers: Vec<RegisterNumbers>,
}

/// Numbers that were given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberWaiver {
    /// Which, of whom, where and what.
    pub waived: NewNumberWaiver,
    /// Why, and who says so.
    pub justification: Justification,
    /// Since when it counts.
    pub registered_at: Timestamp,
}

impl Warehouse {
    /// Gives numbers up, and keeps that it was decided; all or nothing.
    pub async fn waive_numbers(
        &self,
        waivers: Vec<NewNumberWaiver>,
        justification: Justification,
        decision: NewDecision,
    ) -> Result<()> {
        self.write("justificar_numeros", move |transaction| {
            for waiver in &waivers {
                insert(transaction, waiver, &justification, decision.at)?;
            }
            record(transaction, &decision)
        })
        .await
    }

    /// Takes a waiver that counts back, and keeps that it was decided. False where it does not count.
    pub async fn withdraw_number_waiver(&self, id: Uuid, decision: NewDecision) -> Result<bool> {
        self.write("retirar_justificacion_de_numeros", move |transaction| {
            let changed = transaction
                .prepare(
                    "UPDATE numeros_justificados SET retirada_en = make_timestamptz(?::BIGINT), retirada_por = ?
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
    pub async fn number_waiver(&self, id: Uuid) -> Result<Option<NumberWaiver>> {
        self.read("numeros_justificados", move |connection| {
            Ok(waivers(connection, "WHERE id = ?::UUID", params![id.to_string()])?.pop())
        })
        .await
    }

    /// Waivers that count, the latest half hours first. Numbers are of sales.
    pub async fn number_waivers(&self, filter: WaiverFilter) -> Result<Vec<NumberWaiver>> {
        if filter.kind == Some(domain::EtlKind::Inventory) {
            return Ok(Vec::new());
        }
        self.read("numeros_justificados_vigentes", move |connection| {
            waivers_of(connection, filter.branch.as_ref(), filter.range)
        })
        .await
    }
}

fn insert(
    connection: &Connection,
    waiver: &NewNumberWaiver,
    justification: &Justification,
    at: Timestamp,
) -> Result<()> {
    let mut statement = connection.prepare(
        "INSERT INTO numeros_justificados (id, ubicacion_id, desde, hasta, caja, numero_desde, numero_hasta, motivo, nota,
            persona, registrada_en)
         VALUES (?::UUID, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT), ?, ?, ?, ?, ?, ?,
            make_timestamptz(?::BIGINT))",
    )?;
    for (register, from, to) in &waiver.numbers {
        statement.execute(params![
            waiver.id.to_string(),
            waiver.branch.as_str(),
            micros(waiver.interval.start()),
            micros(waiver.interval.end()),
            register,
            from,
            to,
            justification.reason.as_str(),
            justification.note,
            justification.person,
            micros(at),
        ])?;
    }
    Ok(())
}

/// Those that count, with points of a range.
pub(crate) fn waivers_of(
    connection: &Connection,
    branch: Option<&BranchId>,
    range: Interval<Timestamp>,
) -> Result<Vec<NumberWaiver>> {
    let branch = branch.map(BranchId::as_str);
    waivers(
        connection,
        "WHERE retirada_en IS NULL AND (? IS NULL OR ubicacion_id = ?)
           AND desde < make_timestamptz(?::BIGINT) AND hasta > make_timestamptz(?::BIGINT)",
        params![branch, branch, micros(range.end()), micros(range.start())],
    )
}

fn waivers(connection: &Connection, condition: &str, values: impl Params) -> Result<Vec<NumberWaiver>> {
    let mut statement = connection.prepare(&format!(
        "SELECT id::VARCHAR, ubicacion_id, epoch_us(desde), epoch_us(hasta), motivo, nota, persona, epoch_us(registrada_en),
            caja, numero_desde, numero_hasta
         FROM numeros_justificados {condition} ORDER BY desde DESC, ubicacion_id, id, caja, numero_desde"
    ))?;
    let mut rows = statement.query(values)?;
    let mut found: Vec<NumberWaiver> = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(mut read) = waiver(row).or_set_aside("numeros_justificados")? else { continue };
        match found.last_mut().filter(|last| last.waived.id == read.waived.id) {
            Some(last) => last.waived.numbers.append(&mut read.waived.numbers),
            None => found.push(read),
        }
    }
    Ok(found)
}

/// With the numbers of one row.
fn waiver(row: &Row<'_>) -> Result<NumberWaiver> {
    Ok(NumberWaiver {
        waived: NewNumberWaiver {
            id: unique("id", &row.get::<_, String>(0)?)?,
            branch: BranchId::new(row.get::<_, String>(1)?),
            interval: interval("numeros_justificados", row.get(2)?, row.get(3)?)?,
            numbers: vec![(row.get(8)?, row.get(9)?, row.get(10)?)],
        },
        justification: Justification {
            reason: row.get::<_, String>(4)?.parse().unwrap_or(Reason::Other),
            note: row.get(5)?,
            person: row.get(6)?,
        },
        registered_at: instant("registrada_en", row.get(7)?)?,
    })
}
