//! The closed set of reasons why an extraction fails: the column `error_tipo` (DESIGN, rule 10).

use crate::state::wire_names;

/// Why a run did not do what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorClass {
    /// The POS did not answer within the limit.
    Timeout,
    /// The POS could not be reached, or the line broke in the middle of an answer.
    Connection,
    /// The POS answered that it will not, or with a status other than 200.
    ApiError,
    /// The answer is short of what it announces, or has the wrong shape.
    InvalidData,
    /// Our own database refused.
    DatabaseError,
    /// The process ended while the run was in progress.
    Interrupted,
}
wire_names!(ErrorClass {
    Timeout => "timeout",
    Connection => "conexion",
    ApiError => "api_error",
    InvalidData => "datos_invalidos",
    DatabaseError => "db_error",
    Interrupted => "interrumpido",
});

impl ErrorClass {
    /// Whether asking again, with nothing changed on our side, can help.
    pub const fn can_retry(self) -> bool {
        match self {
            Self::Timeout | Self::Connection | Self::InvalidData | Self::DatabaseError | Self::Interrupted => true,
            Self::ApiError => false,
        }
    }
}
