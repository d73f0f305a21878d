//! `listado_de_tiendas`: what the POS said last of its stores.

use crate::database::params;
use jiff::Timestamp;

use crate::instants::micros;
use crate::{Result, Warehouse};

impl Warehouse {
    /// The last listing, as it was kept; none where there never was one.
    pub async fn listing(&self) -> Result<Option<String>> {
        self.read("listado_de_tiendas", |connection| {
            let mut statement = connection.prepare("SELECT documento FROM listado_de_tiendas")?;
            let mut rows = statement.query([])?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        })
        .await
    }

    /// Keeps a listing in place of the one before.
    pub async fn keep_listing(&self, document: String, seen_at: Timestamp) -> Result<()> {
        self.write("guardar_listado", move |transaction| {
            transaction.execute("DELETE FROM listado_de_tiendas", [])?;
            transaction.execute(
                "INSERT INTO listado_de_tiendas VALUES (?, make_timestamptz(?::BIGINT))",
                params![document, micros(seen_at)],
            )?;
            Ok(())
        })
        .await
    }
}
