//! One connection to the server.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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

/// A process that was stopped or cut off in mid transaction would keep everybody's locks: the server ends its session.
const STAND_STILL_MAX: &str = "SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// Whether a transaction was committed is asked for as long as a server takes to start again, and as often as this.
const COMMIT_KNOWN_WITHIN: Duration = Duration::from_secs(30);
const COMMIT_ASKED_EVERY: Duration = Duration::from_millis(250);

/// A connection, made again where it was lost.
pub(crate) struct Session {
    server: Arc<Server>,
    client: Client,
    /// True once nobody knows what state it is in: a statement of it was to be ended, which may arrive late and end the next
    /// one, or the beginning or the end of a transaction failed.
    is_spent: Arc<AtomicBool>,
    /// What PostgreSQL numbers the transaction with that began last.
    transaction: Cell<Option<u64>>,
}

impl Session {
    pub(crate) fn open(server: Arc<Server>) -> Result<Self> {
        let client = server.connect()?;
        Ok(Self { server, client, is_spent: Arc::default(), transaction: Cell::default() })
    }

    /// Another connection to the same server.
    pub(crate) fn another(&self) -> Result<Self> {
        Self::open(Arc::clone(&self.server))
    }

    /// Connects again where the connection is gone, or nobody knows what state it is in. Not within a transaction.
    pub(crate) fn renew(&mut self) -> Result<()> {
        if self.client.is_closed() || self.is_spent.load(Ordering::Acquire) {
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
        self.transaction.set(None);
        let begun = self.messages(
            &format!("BEGIN; {STAND_STILL_MAX}; SELECT {lock}({WRITERS}); SELECT pg_current_xact_id()::text"),
            &[],
        );
        let number = begun.inspect_err(|_| self.spend())?.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).and_then(|number| number.parse().ok()),
            _ => None,
        });
        self.transaction.set(number);
        Ok(())
    }

    /// Has the connection be made anew before it is used again.
    pub(crate) fn spend(&self) {
        self.is_spent.store(true, Ordering::Release);
    }

    /// In one order for everybody, so that nobody waits for somebody who waits for them.
    pub(crate) fn lock_stores<'branch>(&self, stores: impl IntoIterator<Item = &'branch BranchId>) -> Result<()> {
        let stores: BTreeSet<&str> = stores.into_iter().map(BranchId::as_str).collect();
        let lock = |store| {
            let lock = "SELECT pg_advisory_xact_lock(hashtext('ventas'), hashtext(?));";
            with_values(lock, &[Value::Text(String::from(store))])
        };
        self.execute_batch(&stores.into_iter().map(lock).collect::<String>())
    }

    /// Commits; whoever listens on [`CHANNEL`] hears the note. Where the connection is lost meanwhile the server is asked whether it has
    /// committed, once it answers again.
    pub(crate) fn commit_noting(&self, note: &str) -> Result<()> {
        let Err(error) = self.execute_batch(&format!("NOTIFY {CHANNEL}, '{note}'; COMMIT")) else { return Ok(()) };
        self.spend();
        match self.transaction.get() {
            Some(number) if error.is_away() && self.has_committed(number) => Ok(()),
            _ => Err(error),
        }
    }

    /// False also where nobody knows.
    fn has_committed(&self, number: u64) -> bool {
        let given_up_at = Instant::now() + COMMIT_KNOWN_WITHIN;
        let sql = format!("SELECT pg_xact_status('{number}'::xid8)");
        let status = || -> Result<Option<String>> {
            let mut rows = self.another()?.query(&sql, &[])?;
            Ok(rows.next().and_then(|row| row.get(0).map(str::to_owned)))
        };
        loop {
            let status = status();
            let is_open = match &status {
                // A session that was cut off may not have ended yet.
                Ok(Some(status)) => status == "in progress",
                Ok(None) => false,
                Err(_) => true,
            };
            if !is_open || Instant::now() > given_up_at {
                return status.is_ok_and(|status| status.as_deref() == Some("committed"));
            }
            std::thread::sleep(COMMIT_ASKED_EVERY);
        }
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
            is_sent: Arc::clone(&self.is_spent),
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
