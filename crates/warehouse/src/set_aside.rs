//! Unreadable rows, written by a later version or by hand. Such a row is skipped and logged once, and the query goes on without
//! it. A skipped coverage row makes its time a gap.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::{DatabaseError, Result, WarehouseError};

/// The most different rows that are logged.
const REPORTED_MAX: usize = 1000;

static REPORTED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// What was read of a row.
pub(crate) trait ReadRow<T> {
    /// Returns None for an unreadable row, and any other error unchanged.
    fn or_set_aside(self, table: &'static str) -> Result<Option<T>>;
}

impl<T> ReadRow<T> for Result<T> {
    fn or_set_aside(self, table: &'static str) -> Result<Option<T>> {
        match self {
            Err(WarehouseError::Unreadable { column, detail }) => {
                report_unreadable_row(table, column, &detail);
                Ok(None)
            }
            // A value of a type that its column cannot have had, or an end of time where an instant belongs.
            Err(WarehouseError::Statement(error)) if is_of_a_value(&error) => {
                report_unreadable_row(table, "", &error.to_string());
                Ok(None)
            }
            read => read.map(Some),
        }
    }
}

const fn is_of_a_value(error: &DatabaseError) -> bool {
    matches!(error, DatabaseError::Column { .. })
}

/// Logs, as an error, that a stored row is left out because nobody can read it; the same row once a process.
pub fn report_unreadable_row(table: &'static str, column: &'static str, detail: &str) {
    let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    if reported.len() < REPORTED_MAX && reported.insert(format!("{table} {column} {detail}")) {
        tracing::error!(table, column, detail, "a row cannot be read and is set aside");
    }
}
