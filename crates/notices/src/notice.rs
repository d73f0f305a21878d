//! What a notice says, as it is stored: codes and figures, no sentence.

use domain::cause::CauseKind;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Sales that are missing for one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// Why.
    pub cause: CauseKind,
    /// Half hours.
    pub windows: u64,
    /// Names of the stores, the worst first.
    pub stores: Vec<String>,
    /// Estimated sales in USD, as far as they are known.
    pub usd: Decimal,
    /// When the oldest of them should have been there, on the clock of the schedules.
    pub since: DateTime,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// Something is missing, and nobody was notified of it yet.
    Begins(Missing),
    /// It is still missing.
    Continues {
        /// What is missing now.
        missing: Missing,
        /// Since the oldest half hour should have been there.
        seconds: i64,
    },
    /// Nothing of it is missing any more.
    Ends {
        /// The most that was missing of it.
        missing: Missing,
        /// How long it took.
        seconds: i64,
    },
    /// What is missing and was not worth a notice of its own.
    Digest {
        /// The day on which it is sent.
        day: Date,
        /// By cause, what is worth most first.
        missing: Vec<Missing>,
    },
    /// Somebody tries whether notices arrive.
    Trial {
        /// Who.
        requested_by: String,
    },
}

impl Notice {
    /// The page of ours on which something can be done about it. It chooses what is missing beforehand, and does nothing.
    pub fn path(&self) -> String {
        match self {
            Self::Begins(missing) | Self::Continues { missing, .. } => format!("/pendientes?elegir={}", missing.cause),
            Self::Ends { .. } | Self::Digest { .. } => "/pendientes".to_owned(),
            Self::Trial { .. } => "/sistema/avisos".to_owned(),
        }
    }
}
