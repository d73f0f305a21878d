//! The database behind the warehouse: a DuckDB file of this process, or a PostgreSQL server that processes share.
//!
//! The statements of this crate are written once, in the SQL that both understand, and `postgres/schema/0000_functions.sql` gives
//! PostgreSQL the few functions and types of DuckDB that they use (adr/0052). What differs is in a folder each: how a
//! connection is made, how rows are loaded in bulk, and how a statement that nobody waits for is ended.

mod error;
pub(crate) mod file;
pub(crate) mod postgres;
mod row;
mod value;

use std::ops::Deref;
use std::sync::Arc;

pub use error::DatabaseError;
pub use postgres::PostgresSettings;
pub(crate) use row::{ReadColumn, Row};
pub(crate) use value::{Params, ToValue, Value, params, params_from_iter};

use domain::BranchId;
use duckdb::arrow::array::ArrayRef;

pub(crate) type Result<T> = std::result::Result<T, DatabaseError>;

/// Rows in bulk: columns of one length, with their names.
pub(crate) type Columns = Vec<(&'static str, ArrayRef)>;

/// A connection: one thread uses it at a time.
pub(crate) struct Connection(Inner);

enum Inner {
    File(duckdb::Connection),
    Postgres(postgres::Session),
}

impl From<duckdb::Connection> for Connection {
    fn from(connection: duckdb::Connection) -> Self {
        Self(Inner::File(connection))
    }
}

impl From<postgres::Session> for Connection {
    fn from(session: postgres::Session) -> Self {
        Self(Inner::Postgres(session))
    }
}

/// Ends the statement that a connection is at; from another thread.
#[derive(Clone)]
pub(crate) enum Interrupt {
    File(Arc<duckdb::InterruptHandle>),
    Postgres(postgres::Cancel),
}

impl Interrupt {
    pub(crate) fn interrupt(&self) {
        match self {
            Self::File(handle) => handle.interrupt(),
            Self::Postgres(cancel) => cancel.cancel(),
        }
    }
}

impl Connection {
    /// A database in memory, for tests and for files of other programs.
    #[cfg(test)]
    pub(crate) fn open_in_memory() -> Result<Self> {
        Ok(duckdb::Connection::open_in_memory()?.into())
    }

    /// A connection to a server.
    pub(crate) fn of_server(server: Arc<postgres::Server>) -> Result<Self> {
        Ok(postgres::Session::open(server)?.into())
    }

    /// Whether it is of a file of this process.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.0, Inner::File(_))
    }

    /// One of the two, where the databases have different statements for the same.
    pub(crate) fn choose<'sql>(&self, file: &'sql str, postgres: &'sql str) -> &'sql str {
        if self.is_file() { file } else { postgres }
    }

    /// Another connection to the same database.
    pub(crate) fn try_clone(&self) -> Result<Self> {
        match &self.0 {
            Inner::File(connection) => Ok(connection.try_clone()?.into()),
            Inner::Postgres(session) => Ok(session.another()?.into()),
        }
    }

    /// Statements without values, one after the other.
    pub(crate) fn execute_batch(&self, sql: &str) -> Result<()> {
        match &self.0 {
            Inner::File(connection) => Ok(connection.execute_batch(sql)?),
            Inner::Postgres(session) => session.execute_batch(sql),
        }
    }

    /// A statement that is done once or several times.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        match &self.0 {
            Inner::File(connection) => Ok(Statement::File(connection.prepare(sql)?)),
            Inner::Postgres(session) => Ok(Statement::Postgres { session, sql: sql.to_owned() }),
        }
    }

    /// Gives the number of rows that were changed.
    pub(crate) fn execute(&self, sql: &str, values: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(values)
    }

    /// Reads the first row; it is an error where there is none.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(values, read)
    }

    /// Makes a table of this connection anew, under a name that a table of this connection may have.
    ///
    /// `definition` is what follows the name: columns, or `AS SELECT …`.
    pub(crate) fn replace_temporary_table(&self, name: &str, definition: &str) -> Result<()> {
        self.execute_batch(&match &self.0 {
            Inner::File(_) => format!("CREATE OR REPLACE TEMP TABLE {name} {definition}"),
            Inner::Postgres(_) => format!("DROP TABLE IF EXISTS pg_temp.{name}; CREATE TEMP TABLE {name} {definition}"),
        })
    }

    /// Adds rows in bulk, piece by piece. Columns that are not named are null.
    pub(crate) fn append<Error: From<DatabaseError>>(
        &self,
        table: &str,
        pieces: impl IntoIterator<Item = std::result::Result<Columns, Error>>,
    ) -> std::result::Result<(), Error> {
        match &self.0 {
            Inner::File(connection) => file::append(connection, table, pieces),
            Inner::Postgres(session) => session.append(table, pieces),
        }
    }

    /// Whatever is done until it is committed is seen by nobody else. A connection that was lost is made again before.
    pub(crate) fn transaction(&mut self, turn: Turn) -> Result<Transaction<'_>> {
        self.renew()?;
        match &self.0 {
            // The file has one writer, which is alone anyway.
            Inner::File(_) => self.execute_batch("BEGIN")?,
            Inner::Postgres(session) => session.begin(turn)?,
        }
        Ok(Transaction { connection: self, is_open: true })
    }

    /// Waits until no other process commits lines of these stores; until the transaction ends none does. The file has one writer.
    pub(crate) fn lock_stores<'branch>(&self, stores: impl IntoIterator<Item = &'branch BranchId>) -> Result<()> {
        match &self.0 {
            Inner::File(_) => Ok(()),
            Inner::Postgres(session) => session.lock_stores(stores),
        }
    }

    /// Every statement of it sees the same committed state. A connection that was lost is made again before.
    pub(crate) fn snapshot(&mut self) -> Result<Transaction<'_>> {
        self.renew()?;
        self.transaction_within()
    }

    /// The same of a connection that is borrowed; it must not be in a transaction.
    pub(crate) fn transaction_within(&self) -> Result<Transaction<'_>> {
        let begun = self.execute_batch(self.choose("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        if let (Err(_), Inner::Postgres(session)) = (&begun, &self.0) {
            session.spend();
        }
        begun?;
        Ok(Transaction { connection: self, is_open: true })
    }

    /// Makes a connection again that was lost; it must not be in a transaction.
    pub(crate) fn renew(&mut self) -> Result<()> {
        match &mut self.0 {
            Inner::File(_) => Ok(()),
            Inner::Postgres(session) => session.renew(),
        }
    }

    pub(crate) fn interrupt_handle(&self) -> Interrupt {
        match &self.0 {
            Inner::File(connection) => Interrupt::File(connection.interrupt_handle()),
            Inner::Postgres(session) => Interrupt::Postgres(session.cancel()),
        }
    }
}

/// Beside whom a transaction writes, where processes share the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nobody else writes meanwhile.
    Alone,
    /// Others that say so write as well: what they change is of other runs, and of stores that they have locked.
    Beside,
}

/// Taken back when it is dropped without being committed.
pub(crate) struct Transaction<'connection> {
    connection: &'connection Connection,
    is_open: bool,
}

impl Transaction<'_> {
    pub(crate) fn commit(self) -> Result<()> {
        self.commit_noting(None)
    }

    /// Commits, and has other processes of the database hear the note, if it commits.
    pub(crate) fn commit_noting(mut self, note: Option<&str>) -> Result<()> {
        self.is_open = false;
        match (&self.connection.0, note) {
            (Inner::Postgres(session), Some(note)) => session.commit_noting(note),
            (Inner::Postgres(session), None) => {
                self.connection.execute_batch("COMMIT").inspect_err(|_| session.spend())
            }
            (Inner::File(_), _) => self.connection.execute_batch("COMMIT"),
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            // A connection that was lost has taken it back.
            if let Inner::Postgres(session) = &self.connection.0 {
                session.spend();
            }
            tracing::warn!(%error, "a transaction could not be taken back");
        }
    }
}

/// See [`Connection::prepare`].
#[expect(clippy::large_enum_variant, reason = "it is on the stack, and gone after the statement")]
pub(crate) enum Statement<'connection> {
    File(duckdb::Statement<'connection>),
    Postgres { session: &'connection postgres::Session, sql: String },
}

impl Statement<'_> {
    /// Gives the number of rows that were changed.
    pub(crate) fn execute(&mut self, values: impl Params) -> Result<usize> {
        match self {
            Self::File(statement) => Ok(statement.execute(duckdb::params_from_iter(values.values()))?),
            Self::Postgres { session, sql } => session.execute(sql, &values.values()),
        }
    }

    pub(crate) fn query(&mut self, values: impl Params) -> Result<Rows<'_>> {
        match self {
            Self::File(statement) => Ok(Rows::File(statement.query(duckdb::params_from_iter(values.values()))?)),
            Self::Postgres { session, sql } => Ok(Rows::Postgres(session.query(sql, &values.values())?)),
        }
    }

    /// Reads the first row; it is an error where there is none.
    pub(crate) fn query_row<T>(&mut self, values: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        let mut rows = self.query(values)?;
        let row = rows.next()?.ok_or(DatabaseError::NoRows)?;
        read(row)
    }

    /// Reads every row.
    pub(crate) fn query_map<T>(
        &mut self,
        values: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<impl Iterator<Item = Result<T>>> {
        let mut rows = self.query(values)?;
        Ok(std::iter::from_fn(move || rows.next().transpose().map(|row| row.and_then(&mut read))))
    }
}

/// The rows of a statement, read one after the other.
pub(crate) enum Rows<'statement> {
    File(duckdb::Rows<'statement>),
    Postgres(postgres::Rows),
}

impl Rows<'_> {
    pub(crate) fn next(&mut self) -> Result<Option<&Row<'_>>> {
        match self {
            Self::File(rows) => Ok(rows.next()?.map(|row| row as &Row<'_>)),
            Self::Postgres(rows) => Ok(rows.next().map(|row| row as &Row<'_>)),
        }
    }
}
