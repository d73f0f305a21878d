//! `ecos_de_la_fuente`: what the source repeats of a request.

use crate::database::params;
use domain::EtlKind;
use jiff::Timestamp;

use crate::instants::{micros, named};
use crate::{Result, Warehouse};

impl Warehouse {
    /// The fields of `meta` that responses of each kind have repeated so far, by their names.
    pub async fn shown_echoes(&self) -> Result<Vec<(EtlKind, String)>> {
        self.read("ecos_de_la_fuente", |connection| {
            let mut statement =
                connection.prepare("SELECT DISTINCT etl_tipo, campo FROM ecos_de_la_fuente ORDER BY 1, 2")?;
            let mut rows = statement.query([])?;
            let mut shown = Vec::new();
            while let Some(row) = rows.next()? {
                shown.push((named("etl_tipo", &row.get::<_, String>(0)?)?, row.get(1)?));
            }
            Ok(shown)
        })
        .await
    }

    /// Keeps that responses of a kind repeat these fields.
    pub async fn keep_shown_echoes(&self, kind: EtlKind, fields: Vec<&'static str>, at: Timestamp) -> Result<()> {
        self.write("guardar_ecos_de_la_fuente", move |transaction| {
            for field in &fields {
                transaction.execute(
                    "INSERT INTO ecos_de_la_fuente SELECT ?, ?, make_timestamptz(?::BIGINT)
                     WHERE NOT EXISTS (SELECT 1 FROM ecos_de_la_fuente WHERE etl_tipo = ? AND campo = ?)",
                    params![kind.as_str(), field, micros(at), kind.as_str(), field],
                )?;
            }
            Ok(())
        })
        .await
    }
}
