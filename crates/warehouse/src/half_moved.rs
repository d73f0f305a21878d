//! The mark of a database to which another one is being moved: until the move has ended nobody else opens it.

use crate::database::{Connection, Result, params};

/// The table that a database has until all of another one is in it; its row says of which.
pub(crate) const MARK: &str = "mudanza_sin_terminar";

/// Whether a move to this database has begun and not ended.
pub(crate) fn is_half_moved(connection: &Connection) -> Result<bool> {
    connection.query_row(
        "SELECT count(*) > 0 FROM information_schema.tables
         WHERE table_schema = current_schema() AND table_name = ?",
        params![MARK],
        |row| row.get(0),
    )
}
