//! Rows that nobody can read, as one of a later version, or one that somebody wrote by hand. Such a row is set aside and told
//! of once; all others are read as if it were not there, which makes a gap of what it may have covered.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::{Result, WarehouseError};

/// So many different ones are told of; more say nothing new.
const TOLD_MAX: usize = 1000;

static TOLD: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// What was read of a row.
pub(crate) trait ReadRow<T> {
    /// None where the row cannot be read; another error is passed on.
    fn or_set_aside(self, table: &'static str) -> Result<Option<T>>;
}

impl<T> ReadRow<T> for Result<T> {
    fn or_set_aside(self, table: &'static str) -> Result<Option<T>> {
        match self {
            Err(WarehouseError::Unreadable { column, detail }) => {
                tell_once(table, column, &detail);
                Ok(None)
            }
            read => read.map(Some),
        }
    }
}

fn tell_once(table: &'static str, column: &'static str, detail: &str) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.len() < TOLD_MAX && told.insert(format!("{table} {column} {detail}")) {
        tracing::error!(table, column, detail, "a row cannot be read and is set aside");
    }
}
