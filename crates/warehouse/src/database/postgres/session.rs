//! One connection to the server.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use domain::BranchId;
use futures::SinkExt;
use futures::executor::block_on;
use tokio_postgres::{CancelToken, Client, SimpleQueryMessage, SimpleQueryRow};

use super::copy::copy_text;
use super::server::{CHANNEL, Server};
use super::statement::with_values;
use crate::database::row::Column;
use crate::database::{Columns, DatabaseError, ReadColumn, Result, Turn, Value};

/// The lock that whoever writes takes, alone or shared.
const WRITERS: i64 = 0x006b_6c6b;

/// A connection, made again where it was lost.
pub(crate) struct Session {
    server: Arc<Server>,
    client: Client,
    /// True once a statement of it was to be ended: that may arrive late, and would end the next one.
    is_cancelled: Arc<AtomicBool>,
}

impl Session {
    pub(crate) fn open(server: Arc<Server>) -> Result<Self> {
        let client = server.connect()?;
        Ok(Self { server, client, is_cancelled: Arc::default() })
    }

    /// Another connection to the same server.
    pub(crate) fn another(&self) -> Result<Self> {
        Self::open(Arc::clone(&self.server))
    }

    /// Connects again where the connection is gone, or may still get the end of a statement before. Not within a transaction.
    pub(crate) fn renew(&mut self) -> Result<()> {
        if self.client.is_closed() || self.is_cancelled.load(Ordering::Acquire) {
            *self = self.another()?;
        }
        Ok(())
    }

    /// Begins to write. Locks are taken before anything is read: each statement sees what was committed before it.
    pub(crate) fn begin(&self, turn: Turn) -> Result<()> {
        let lock = match turn {
            Turn::Alone => "pg_advisory_xact_lock",
            Turn::Beside => "pg_advisory_xact_lock_shared",
        };
        self.execute_batch(&format!("BEGIN; SELECT {lock}({WRITERS})"))
    }

    /// In one order for everybody, so that nobody waits for somebody who waits for them.
    pub(crate) fn lock_stores<'branch>(&self, stores: impl IntoIterator<Item = &'branch BranchId>) -> Result<()> {
        let stores: BTreeSet<&str> = stores.into_iter().map(BranchId::as_str).collect();
        for store in stores {
            self.query(
                "SELECT pg_advisory_xact_lock(hashtext('ventas'), hashtext(?))",
                &[Value::Text(store.to_owned())],
            )?;
        }
        Ok(())
    }

    /// Commits; whoever listens on [`CHANNEL`] hears the note.
    pub(crate) fn commit_noting(&self, note: &str) -> Result<()> {
        self.execute_batch(&format!("NOTIFY {CHANNEL}, '{note}'; COMMIT"))
    }

    pub(crate) fn execute_batch(&self, sql: &str) -> Result<()> {
        Ok(block_on(self.client.batch_execute(sql))?)
    }

    /// Gives the number of rows that the last statement changed.
    pub(crate) fn execute(&self, sql: &str, values: &[Value]) -> Result<usize> {
        let changed = self.messages(sql, values)?.into_iter().rev().find_map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => Some(rows),
            _ => None,
        });
        Ok(changed.map_or(0, |rows| usize::try_from(rows).unwrap_or(usize::MAX)))
    }

    pub(crate) fn query(&self, sql: &str, values: &[Value]) -> Result<Rows> {
        let rows = self.messages(sql, values)?.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(Rows { rows: rows.collect(), next: 0 })
    }

    /// Adds rows in bulk; all pieces have the same columns.
    pub(crate) fn append<Error: From<DatabaseError>>(
        &self,
        table: &str,
        pieces: impl IntoIterator<Item = std::result::Result<Columns, Error>>,
    ) -> std::result::Result<(), Error> {
        let mut pieces = pieces.into_iter();
        let Some(first) = pieces.next().transpose()? else { return Ok(()) };
        let names: Vec<&str> = first.iter().map(|(name, _)| *name).collect();
        let statement = format!("COPY {table} ({}) FROM STDIN", names.join(", "));
        block_on(async {
            let mut sink = pin!(self.client.copy_in::<_, Bytes>(&statement).await.map_err(DatabaseError::from)?);
            let mut next = Some(first);
            while let Some(columns) = next {
                sink.send(copy_text(&columns)?).await.map_err(DatabaseError::from)?;
                next = pieces.next().transpose()?;
            }
            sink.finish().await.map_err(DatabaseError::from)?;
            Ok::<_, Error>(())
        })
    }

    pub(crate) fn cancel(&self) -> Cancel {
        Cancel {
            server: Arc::clone(&self.server),
            token: self.client.cancel_token(),
            is_sent: Arc::clone(&self.is_cancelled),
        }
    }

    fn messages(&self, sql: &str, values: &[Value]) -> Result<Vec<SimpleQueryMessage>> {
        Ok(block_on(self.client.simple_query(&with_values(sql, values)))?)
    }
}

/// The rows of a statement.
pub(crate) struct Rows {
    rows: Vec<SimpleQueryRow>,
    next: usize,
}

impl Rows {
    pub(crate) fn next(&mut self) -> Option<&SimpleQueryRow> {
        let row = self.rows.get(self.next);
        self.next += 1;
        row
    }
}

impl ReadColumn for SimpleQueryRow {
    fn column(&self, index: usize) -> Result<Column<'_>> {
        Ok(Column::Text(self.try_get(index)?))
    }
}

/// Ends the statement that a session is at.
#[derive(Clone)]
pub(crate) struct Cancel {
    server: Arc<Server>,
    token: CancelToken,
    is_sent: Arc<AtomicBool>,
}

impl Cancel {
    /// Once: the server ends what runs when it hears of it.
    pub(crate) fn cancel(&self) {
        if !self.is_sent.swap(true, Ordering::AcqRel) {
            self.server.cancel(self.token.clone());
        }
    }
}
