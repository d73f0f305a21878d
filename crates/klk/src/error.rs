//! What can go wrong between us and the POS.
//!
//! | Failure                                             | `class()`         | asked again by the client       |
//! |-----------------------------------------------------|-------------------|---------------------------------|
//! | `Timeout`: connecting, waiting, within the body     | `timeout`         | yes                             |
//! | `Connect`: refused, no such host, TLS               | `conexion`        | yes                             |
//! | `Interrupted`: reset, or the body cut off           | `conexion`        | yes                             |
//! | `Status` 408, 425, 429, 5xx                         | `api_error`       | yes, `Retry-After` is honoured  |
//! | `Status`: any other than 200                        | `api_error`       | no                              |
//! | `Refused`, the store is unknown                     | `api_error`       | no                              |
//! | `Refused`, anything else (store without connection) | `api_error`       | yes                             |
//! | `Malformed`: HTTP 200 with the wrong shape          | `datos_invalidos` | no, it would come again         |
//! | `OtherQuestion`: HTTP 200 about something else     | `datos_invalidos` | yes                             |
//! | `TooLarge`                                          | `datos_invalidos` | no                              |
//! | `OverBudget`: all responses together are too large  | `datos_invalidos` | yes                             |
//! | `Configuration`                                     | `api_error`       | no                              |
//! | `Stopped`: our own process is ending                | `interrumpido`    | no                              |
//!
//! Every question only reads, so asking twice is harmless. No message holds the API key or an address with
//! credentials; foreign text in a message is cut to a line.

use std::fmt;
use std::time::Duration;

use domain::ErrorClass;

use crate::{Endpoint, RefusalKind};

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KlkError {
    /// The limit passed.
    #[error("{endpoint}: no answer within {limit:?} ({phase})")]
    Timeout {
        /// What was asked.
        endpoint: Endpoint,
        /// What was being waited for.
        phase: TimeoutPhase,
        /// The limit.
        limit: Duration,
    },
    /// No connection could be made.
    #[error("{endpoint}: the POS cannot be reached: {reason}")]
    Connect {
        /// What was asked.
        endpoint: Endpoint,
        /// What the network says.
        reason: String,
    },
    /// The connection broke before the answer was whole.
    #[error("{endpoint}: the answer was cut off: {reason}")]
    Interrupted {
        /// What was asked.
        endpoint: Endpoint,
        /// What the network says, or where the body ends.
        reason: String,
    },
    /// The answer has a status other than 200.
    #[error("{endpoint}: HTTP status {status}{}: {excerpt}", Redirect(.location.as_deref()))]
    Status {
        /// What was asked.
        endpoint: Endpoint,
        /// The status.
        status: u16,
        /// The beginning of the body.
        excerpt: String,
        /// Where a redirect leads.
        location: Option<String>,
        /// How long the POS wants us to wait.
        retry_after: Option<Duration>,
    },
    /// HTTP 200 with an `error`: the POS will not answer.
    #[error("{endpoint}: the POS refused: {message}")]
    Refused {
        /// What was asked.
        endpoint: Endpoint,
        /// What the POS says.
        message: String,
        /// Whether it can change its mind.
        kind: RefusalKind,
    },
    /// HTTP 200 with something that is not the contract's answer.
    #[error("{endpoint}: the answer has the wrong shape: {}{detail}", ElementPlace(*.element))]
    Malformed {
        /// What was asked.
        endpoint: Endpoint,
        /// The element of the answer's array, from 0, if it is one.
        element: Option<usize>,
        /// Which field, what was expected, what came.
        detail: String,
    },
    /// HTTP 200 with a response to another request: another store, day, hour or filter. Nothing of it is believed.
    #[error("{endpoint}: the response is about something else: '{field}' is \"{answered}\", \"{asked}\" was requested")]
    OtherQuestion {
        /// What was asked.
        endpoint: Endpoint,
        /// The field that does not fit; `ventas` where every line lies outside of the requested time.
        field: &'static str,
        /// What was requested; empty for a filter that was not.
        asked: String,
        /// What the response says.
        answered: String,
    },
    /// The body is larger than we read.
    #[error("{endpoint}: the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What was asked.
        endpoint: Endpoint,
        /// The limit.
        limit_bytes: usize,
    },
    /// All responses together would need more memory than is set aside for them.
    #[error("{endpoint}: with this response all responses together need more than {limit_bytes} bytes of memory")]
    OverBudget {
        /// What was requested.
        endpoint: Endpoint,
        /// The limit of all together.
        limit_bytes: usize,
    },
    /// The client cannot be built from its configuration.
    #[error("KLK client: {0}")]
    Configuration(String),
    /// The process ends, and with it the reading of the answer.
    #[error("{endpoint}: stopped while the answer was read")]
    Stopped {
        /// What was asked.
        endpoint: Endpoint,
    },
}

/// What was being waited for when a limit passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutPhase {
    /// A connection.
    Connect,
    /// The beginning of an answer.
    Answer,
    /// The rest of an answer.
    Body,
}

impl fmt::Display for TimeoutPhase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "connecting",
            Self::Answer => "waiting for the answer",
            Self::Body => "reading the answer",
        })
    }
}

struct Redirect<'a>(Option<&'a str>);

impl fmt::Display for Redirect<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |location| write!(formatter, " to {location}"))
    }
}

struct ElementPlace(Option<usize>);

impl fmt::Display for ElementPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(index) => write!(formatter, "element {index}: "),
            None => Ok(()),
        }
    }
}

impl KlkError {
    /// The class that is stored with a run.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Timeout { .. } => ErrorClass::Timeout,
            Self::Connect { .. } | Self::Interrupted { .. } => ErrorClass::Connection,
            Self::Status { .. } | Self::Refused { .. } | Self::Configuration(_) => ErrorClass::ApiError,
            Self::Malformed { .. } | Self::OtherQuestion { .. } | Self::TooLarge { .. } | Self::OverBudget { .. } => {
                ErrorClass::InvalidData
            }
            Self::Stopped { .. } => ErrorClass::Interrupted,
        }
    }

    /// Whether the client asks again by itself; the table is in the documentation of this module.
    pub fn can_retry(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Connect { .. }
            | Self::Interrupted { .. }
            | Self::OtherQuestion { .. }
            | Self::OverBudget { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Refused { kind, .. } => *kind == RefusalKind::Other,
            Self::Malformed { .. } | Self::TooLarge { .. } | Self::Configuration(_) | Self::Stopped { .. } => false,
        }
    }

    /// How long the POS wants us to wait before we ask again.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn status(status: u16) -> KlkError {
        KlkError::Status {
            endpoint: Endpoint::Sales,
            status,
            excerpt: String::new(),
            location: None,
            retry_after: None,
        }
    }

    #[rstest]
    #[case(408, true)]
    #[case(425, true)]
    #[case(429, true)]
    #[case(500, true)]
    #[case(502, true)]
    #[case(504, true)]
    #[case(204, false)]
    #[case(302, false)]
    #[case(400, false)]
    #[case(401, false)]
    #[case(404, false)]
    fn a_status_is_asked_again_only_where_that_can_help(#[case] code: u16, #[case] again: bool) {
        assert_eq!(status(code).can_retry(), again);
        assert_eq!(status(code).class(), ErrorClass::ApiError);
    }

    #[test]
    fn a_wrong_element_is_named() {
        let error = KlkError::Malformed {
            endpoint: Endpoint::Sales,
            element: Some(17),
            detail: "'linea': an integer was expected, \"x\" came".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "/ventas: the answer has the wrong shape: element 17: 'linea': an integer was expected, \"x\" came"
        );
    }
}
