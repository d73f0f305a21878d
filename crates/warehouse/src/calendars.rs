//! `calendarios`: what klk.toml said of each store's calendar, and what people changed.

use crate::database::{Connection, Row, params};
use domain::BranchId;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::decisions::{NewDecision, record};
use crate::instants::{date_of_epoch_days, epoch_days, instant, micros};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// What a row of `calendarios` is: its column `clase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarKind {
    /// What klk.toml said when it was read.
    OfFile,
    /// Somebody decided everything, from its day on.
    Decided,
    /// Somebody decided its day and no other; it is the document's only single day.
    SingleDay,
}

impl CalendarKind {
    const ALL: [Self; 3] = [Self::OfFile, Self::Decided, Self::SingleDay];

    fn as_str(self) -> &'static str {
        match self {
            Self::OfFile => "archivo",
            Self::Decided => "decidido",
            Self::SingleDay => "dia",
        }
    }
}

/// Another calendar for a branch, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    /// Whose.
    pub branch: BranchId,
    /// The first day it counts on.
    pub from: Date,
    /// The rules, as JSON.
    pub document: String,
    /// Who changed it.
    pub person: String,
    /// What it changes, and who.
    pub kind: CalendarKind,
    /// When.
    pub registered_at: Timestamp,
}

impl Warehouse {
    /// Keeps other calendars of branches, and that it was decided; all or nothing.
    pub async fn change_calendars(&self, rows: Vec<(Uuid, CalendarRow)>, decisions: Vec<NewDecision>) -> Result<()> {
        self.write("cambiar_calendario", move |transaction| {
            rows.iter().try_for_each(|(id, row)| insert(transaction, *id, row))?;
            decisions.iter().try_for_each(|decision| record(transaction, decision))
        })
        .await
    }

    /// The changes that were known at a moment, or are known now, in the order in which they were registered.
    pub async fn calendar_changes(&self, known_at: Option<Timestamp>) -> Result<Vec<CalendarRow>> {
        self.read("calendarios", move |connection| calendar_changes(connection, known_at)).await
    }
}

pub(crate) fn calendar_changes(connection: &Connection, known_at: Option<Timestamp>) -> Result<Vec<CalendarRow>> {
    let known_at = known_at.map(micros);
    let mut statement = connection.prepare(
        "SELECT ubicacion_id, epoch_ms(vigente_desde::TIMESTAMP) // 86400000, documento, persona,
            epoch_us(registrado_en), coalesce(clase, 'decidido')
         FROM calendarios
         WHERE ?::BIGINT IS NULL OR registrado_en <= make_timestamptz(?::BIGINT)
         ORDER BY registrado_en, id",
    )?;
    let mut rows = statement.query(params![known_at, known_at])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(change(row).or_set_aside("calendarios")?);
    }
    Ok(found)
}

fn change(row: &Row<'_>) -> Result<CalendarRow> {
    let days: i64 = row.get(1)?;
    let out = || WarehouseError::Unreadable { column: "vigente_desde", detail: format!("day {days}") };
    Ok(CalendarRow {
        branch: BranchId::new(row.get::<_, String>(0)?),
        from: date_of_epoch_days("vigente_desde", i32::try_from(days).map_err(|_| out())?)?,
        document: row.get(2)?,
        person: row.get(3)?,
        registered_at: instant("registrado_en", row.get(4)?)?,
        kind: kind_of(&row.get::<_, String>(5)?)?,
    })
}

fn insert(connection: &Connection, id: Uuid, row: &CalendarRow) -> Result<()> {
    connection.execute(
        "INSERT INTO calendarios (id, ubicacion_id, vigente_desde, documento, persona, registrado_en, clase)
         VALUES (?::UUID, ?, DATE '1970-01-01' + ?::INTEGER, ?, ?, make_timestamptz(?::BIGINT), ?)",
        params![
            id.to_string(),
            row.branch.as_str(),
            epoch_days(row.from),
            row.document,
            row.person,
            micros(row.registered_at),
            row.kind.as_str(),
        ],
    )?;
    Ok(())
}

fn kind_of(text: &str) -> Result<CalendarKind> {
    let found = CalendarKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    found.ok_or_else(|| WarehouseError::Unreadable { column: "clase", detail: text.to_owned() })
}
