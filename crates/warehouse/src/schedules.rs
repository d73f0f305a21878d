//! `programaciones` and `disparos`: when each schedule last fired, and every time it did.

use crate::database::{Connection, params};
use domain::Interval;
use jiff::Timestamp;

use crate::instants::{instant, micros};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

const MINUTE_MICROS: i64 = 60_000_000;

/// That a schedule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firing {
    /// The name of the schedule.
    pub schedule: &'static str,
    /// When.
    pub at: Timestamp,
}

/// Notes a firing; false where another process has noted it within the same minute, the finest that schedules have.
pub(crate) fn note(connection: &Connection, firing: Firing) -> Result<bool> {
    let Firing { schedule, at } = firing;
    if !connection.is_file() {
        let minute = micros(at).div_euclid(MINUTE_MICROS) * MINUTE_MICROS;
        let fired: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM disparos WHERE nombre = ? AND disparada_en >= make_timestamptz(?::BIGINT)
                AND disparada_en < make_timestamptz(?::BIGINT))",
            params![schedule, minute, minute + MINUTE_MICROS],
            |row| row.get(0),
        )?;
        if fired {
            return Ok(false);
        }
    }
    connection.execute("DELETE FROM programaciones WHERE nombre = ?", params![schedule])?;
    connection.execute(
        "INSERT INTO programaciones (nombre, ultima_ejecucion) VALUES (?, make_timestamptz(?::BIGINT))",
        params![schedule, micros(at)],
    )?;
    connection.execute(
        "INSERT INTO disparos (nombre, disparada_en) VALUES (?, make_timestamptz(?::BIGINT))",
        params![schedule, micros(at)],
    )?;
    Ok(true)
}

impl Warehouse {
    /// Notes that a schedule fired; false where another process has noted it within the same minute, the finest that schedules have.
    pub async fn note_fired(&self, schedule: &'static str, at: Timestamp) -> Result<bool> {
        self.write("anotar_programacion", move |transaction| note(transaction, Firing { schedule, at })).await
    }

    /// Forgets when schedules fired before a moment; when each fired last is kept.
    pub async fn forget_firings(&self, before: Timestamp) -> Result<()> {
        self.write("olvidar_disparos", move |transaction| {
            transaction.execute(
                "DELETE FROM disparos WHERE disparada_en < make_timestamptz(?::BIGINT)",
                params![micros(before)],
            )?;
            Ok(())
        })
        .await
    }

    /// When a schedule fired, in order: within a range, and the last time before it and the first after it.
    pub async fn firings(&self, schedule: &'static str, range: Interval<Timestamp>) -> Result<Vec<Timestamp>> {
        self.read("disparos", move |connection| {
            let mut statement = connection.prepare(
                "WITH propios AS (SELECT epoch_us(disparada_en) AS cuando FROM disparos WHERE nombre = ?)
                 SELECT cuando FROM propios
                 WHERE cuando >= coalesce((SELECT max(cuando) FROM propios WHERE cuando < ?), ?)
                   AND cuando <= coalesce((SELECT min(cuando) FROM propios WHERE cuando >= ?), ?)
                 ORDER BY cuando",
            )?;
            let (start, end) = (micros(range.start()), micros(range.end()));
            let mut rows = statement.query(params![schedule, start, start, end, end])?;
            let mut fired = Vec::new();
            while let Some(row) = rows.next()? {
                fired.extend(instant("disparada_en", row.get(0)?).or_set_aside("disparos")?);
            }
            Ok(fired)
        })
        .await
    }

    /// When each schedule that ever fired last did.
    pub async fn last_fired(&self) -> Result<Vec<(String, Timestamp)>> {
        self.read("programaciones", |connection| {
            let mut statement = connection.prepare("SELECT nombre, epoch_us(ultima_ejecucion) FROM programaciones")?;
            let mut rows = statement.query([])?;
            let mut fired = Vec::new();
            while let Some(row) = rows.next()? {
                let name = row.get(0)?;
                let last = instant("ultima_ejecucion", row.get(1)?).or_set_aside("programaciones")?;
                fired.extend(last.map(|last| (name, last)));
            }
            Ok(fired)
        })
        .await
    }
}
