//! `programaciones`: when each schedule last fired.

use duckdb::params;
use jiff::Timestamp;

use crate::instants::{instant, micros};
use crate::{Result, Warehouse};

impl Warehouse {
    /// Notes that a schedule fired.
    pub async fn note_fired(&self, schedule: &'static str, at: Timestamp) -> Result<()> {
        self.write("anotar_programacion", move |transaction| {
            transaction.execute("DELETE FROM programaciones WHERE nombre = ?", params![schedule])?;
            transaction.execute(
                "INSERT INTO programaciones (nombre, ultima_ejecucion) VALUES (?, make_timestamptz(?::BIGINT))",
                params![schedule, micros(at)],
            )?;
            Ok(())
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
                fired.push((row.get(0)?, instant("ultima_ejecucion", row.get(1)?)?));
            }
            Ok(fired)
        })
        .await
    }
}
