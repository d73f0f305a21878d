//! Tables of months: a PostgreSQL server has lines of sales and changes of stock in a table a month (`0040_months.sql`).

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::Result;
use crate::database::Connection;

/// The tables that have a table a month on a server.
const TABLES: [&str; 2] = ["ventas", "stock_historico"];

/// Makes the tables of the months that some days are in, where they are missing; before rows of them are added. A file has one
/// table.
pub(crate) fn make(connection: &Connection, table: &str, days: impl IntoIterator<Item = Date>) -> Result<()> {
    if connection.is_file() || !TABLES.contains(&table) {
        return Ok(());
    }
    let months: BTreeSet<String> = days.into_iter().map(|day| format!("('{}'::DATE)", day.first_of_month())).collect();
    if months.is_empty() {
        return Ok(());
    }
    let months = months.into_iter().collect::<Vec<_>>().join(", ");
    // In order: of two who make several, none waits for the other.
    let sql = format!("SELECT klk_sql.asegurar_mes('{table}', mes) FROM (VALUES {months}) AS meses(mes) ORDER BY mes");
    Ok(connection.execute_batch(&sql)?)
}
