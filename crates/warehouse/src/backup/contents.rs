//! What a database has, as far as it is needed to tell whether a copy has the same.

use std::collections::BTreeMap;

use crate::database::Connection;

use super::Result;

/// Rows by table, and sums of what matters most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    rows: BTreeMap<String, u64>,
    sums: BTreeMap<&'static str, String>,
}

/// What is added up, by table.
const SUMS: [(&str, &str, &str); 3] = [
    ("ventas", "Bs", "sum(venta_total_bs)"),
    ("ventas", "USD", "sum(venta_total_usd)"),
    ("cobertura", "µs", "sum(epoch_us(hasta)::HUGEINT - epoch_us(desde))"),
];

/// The table that says which migrations were applied.
const MIGRATIONS: &str = "esquema_migraciones";

impl Contents {
    /// Counts and adds up in one transaction.
    pub(super) fn of(connection: &Connection) -> Result<Self> {
        let transaction = connection.transaction_within()?;
        let mut contents = Self::default();
        for table in tables(&transaction)? {
            let sql = format!("SELECT count(*) FROM {}", quoted(&table));
            let count = transaction.query_row(&sql, [], |row| row.get(0))?;
            contents.rows.insert(table, count);
        }
        for (table, unit, sum) in SUMS {
            if !contents.has(table) {
                continue;
            }
            let sql = format!("SELECT coalesce({sum}, 0)::VARCHAR FROM {table}");
            contents.sums.insert(unit, transaction.query_row(&sql, [], |row| row.get(0))?);
        }
        Ok(contents)
    }

    /// Whether there is anything of ours.
    pub(super) fn is_ours(&self) -> bool {
        self.has(MIGRATIONS)
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.rows.contains_key(table)
    }

    /// How many rows a table has; none where there is no such table.
    pub fn rows(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    /// The first difference, in words; None where there is none.
    pub(super) fn difference(&self, copy: &Self) -> Option<String> {
        let tables = self.rows.keys().chain(copy.rows.keys());
        let rows = tables
            .filter(|table| self.rows.get(*table) != copy.rows.get(*table))
            .map(|table| format!("{table} has {:?} rows instead of {:?}", copy.rows.get(table), self.rows.get(table)));
        let sums = self
            .sums
            .iter()
            .filter(|(unit, sum)| copy.sums.get(*unit) != Some(*sum))
            .map(|(unit, sum)| format!("the sum in {unit} is {:?} instead of {sum}", copy.sums.get(unit)));
        rows.chain(sums).next()
    }
}

/// Reads every value of every table, so that a block whose checksum is wrong is noticed; equal for equal data, whatever the
/// order of the rows.
pub(crate) fn fingerprint(connection: &Connection) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for table in tables(connection)? {
        let sql = format!("SELECT coalesce(bit_xor(hash(t)), 0)::VARCHAR FROM {} AS t", quoted(&table));
        let hash = connection.query_row(&sql, [], |row| row.get(0))?;
        found.insert(table, hash);
    }
    Ok(found)
}

fn tables(connection: &Connection) -> Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY 1")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<std::result::Result<_, _>>()?)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
