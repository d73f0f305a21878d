//! `vistas_guardadas`: pages with their filters that people keep under a name.

use crate::database::{Connection, Params, Row, params};
use jiff::Timestamp;
use uuid::Uuid;

use crate::instants::{identified, instant, micros};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// A view that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedViewRow {
    /// The same for ever.
    pub id: Uuid,
    /// The name that its owner signs in with.
    pub person: String,
    /// What its owner calls it.
    pub name: String,
    /// Path and filters.
    pub address: String,
    /// When it was kept.
    pub saved_at: Timestamp,
}

const COLUMNS: &str = "id::VARCHAR, persona, nombre, direccion, epoch_us(guardada_en)";

impl Warehouse {
    /// The views of somebody, by name.
    pub async fn saved_views(&self, person: String) -> Result<Vec<SavedViewRow>> {
        self.read("vistas_guardadas", move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM vistas_guardadas WHERE persona = ? ORDER BY lower(nombre), id");
            views(connection, &sql, params![person])
        })
        .await
    }

    /// Keeps a view, in the place of the one that its owner called the same; false, and nothing is kept, where they have `most`
    /// others.
    pub async fn save_view(&self, view: SavedViewRow, most: usize) -> Result<bool> {
        self.write("guardar_vista", move |transaction| {
            transaction.execute(
                "DELETE FROM vistas_guardadas WHERE persona = ? AND nombre = ?",
                params![view.person, view.name],
            )?;
            let sql = "SELECT count(*) FROM vistas_guardadas WHERE persona = ?";
            let others: u64 = transaction.query_row(sql, [&view.person], |row| row.get(0))?;
            if others >= most as u64 {
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO vistas_guardadas VALUES (?::UUID, ?, ?, ?, make_timestamptz(?::BIGINT))",
                params![view.id.to_string(), view.person, view.name, view.address, micros(view.saved_at)],
            )?;
            Ok(true)
        })
        .await
    }

    /// Deletes a view of somebody; gives it, or None where they have no such view.
    pub async fn delete_view(&self, person: String, id: Uuid) -> Result<Option<SavedViewRow>> {
        self.write("borrar_vista", move |transaction| {
            let sql = format!("SELECT {COLUMNS} FROM vistas_guardadas WHERE persona = ? AND id = ?::UUID");
            let found = views(transaction, &sql, params![person, id.to_string()])?.pop();
            transaction.execute(
                "DELETE FROM vistas_guardadas WHERE persona = ? AND id = ?::UUID",
                params![person, id.to_string()],
            )?;
            Ok(found)
        })
        .await
    }
}

fn views(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<SavedViewRow>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(view(row).or_set_aside("vistas_guardadas")?);
    }
    Ok(found)
}

fn view(row: &Row<'_>) -> Result<SavedViewRow> {
    Ok(SavedViewRow {
        id: identified("id", &row.get::<_, String>(0)?)?,
        person: row.get(1)?,
        name: row.get(2)?,
        address: row.get(3)?,
        saved_at: instant("guardada_en", row.get(4)?)?,
    })
}
