//! What a database says of a statement.

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// DuckDB refused it.
    #[error(transparent)]
    File(#[from] duckdb::Error),
    /// PostgreSQL refused it, or did not answer.
    #[error("PostgreSQL: {message}")]
    Postgres {
        /// What it says.
        message: String,
        /// Its class, as PostgreSQL numbers them; None where the connection failed.
        code: Option<String>,
    },
    /// A value is not what its column should have.
    #[error("column {index}: {detail}")]
    Column {
        /// Which one, from 0.
        index: usize,
        /// What is wrong.
        detail: String,
    },
    /// There is no row where there is always one.
    #[error("no row")]
    NoRows,
}

impl DatabaseError {
    /// Whether the server does not answer, or answers nobody for now: the same statement may be done later.
    pub fn is_away(&self) -> bool {
        // Connections, the end of the server or of the session, too many connections, a session that stood still.
        const AWAY: [&str; 4] = ["08", "57P", "53300", "25P03"];
        match self {
            Self::Postgres { code, .. } => {
                code.as_deref().is_none_or(|code| AWAY.iter().any(|class| code.starts_with(class)))
            }
            Self::File(_) | Self::Column { .. } | Self::NoRows => false,
        }
    }
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(said) => {
                Self::Postgres { message: said.message().to_owned(), code: Some(said.code().code().to_owned()) }
            }
            None => Self::Postgres { message: chain(&error), code: None },
        }
    }
}

/// An error of the connection says little, and its causes say the rest.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
