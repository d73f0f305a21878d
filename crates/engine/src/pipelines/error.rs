//! Why a pipeline did not do what it was asked to.

use domain::ErrorClass;
use domain::run_message::RunMessage;
use klk::KlkError;
use texts::{Language, run_message};
use warehouse::WarehouseError;

/// Why a pipeline did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PipelineError {
    /// The POS did not give it.
    #[error(transparent)]
    Source(#[from] KlkError),
    /// The database did not take it.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The answer is short of what it announces, or of what is there.
    #[error("{}", run_message(Language::Es, message))]
    Short { message: RunMessage, extracted: u64 },
    /// A window that cannot be asked for as it is.
    #[error("the window does not lie within one local day")]
    NotOneDay,
    /// The branch is not configured any more.
    #[error("the branch is not configured any more")]
    UnknownBranch,
}

impl PipelineError {
    pub(super) fn class(&self) -> ErrorClass {
        match self {
            Self::Source(error) => error.class(),
            Self::Warehouse(error) => error.class(),
            Self::Short { .. } => ErrorClass::InvalidData,
            Self::NotOneDay | Self::UnknownBranch => ErrorClass::ApiError,
        }
    }

    pub(super) fn http_status(&self) -> Option<u16> {
        match self {
            Self::Source(KlkError::Status { status, .. }) => Some(*status),
            _ => None,
        }
    }

    /// Whether the source was not there, or did not answer.
    pub(super) fn is_unreachable(&self) -> bool {
        match self {
            Self::Source(KlkError::Status { status, .. }) => *status >= 500,
            Self::Source(KlkError::Timeout { .. } | KlkError::Connect { .. } | KlkError::Interrupted { .. }) => true,
            _ => false,
        }
    }

    pub(super) fn extracted(&self) -> Option<u64> {
        match self {
            Self::Short { extracted, .. } => Some(*extracted),
            _ => None,
        }
    }
}
