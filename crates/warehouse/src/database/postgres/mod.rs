//! PostgreSQL, which processes share.
//!
//! A statement is sent as one text with its values written into it, and every value comes back as text: one way back and forth a
//! statement, and the server finds the types itself, as DuckDB does.

mod copy;
pub(crate) mod schema;
mod server;
mod session;
mod statement;

pub use server::PostgresSettings;
pub(crate) use server::{Heard, Server};
pub(crate) use session::{Cancel, Rows, Session};
