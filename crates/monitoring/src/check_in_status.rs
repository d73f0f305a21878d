//! How a check-in ended.

use serde::{Deserialize, Serialize};

/// What a check-in says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckInStatus {
    /// It has begun.
    InProgress,
    /// All of it went well.
    Ok,
    /// Some of it failed.
    Error,
}
