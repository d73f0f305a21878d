//! Why the engine stopped a plan, as it is stored and shown: a closed set of codes with their parameters.

use serde::{Deserialize, Serialize};

use crate::BranchId;

/// Why a plan was stopped. Parameters have the contract's own names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "codigo")]
pub enum StopCause {
    /// The windows of a store failed one after the other.
    #[serde(rename = "tienda_falla")]
    Branch {
        /// Which store.
        ubicacion_id: BranchId,
        /// Its name; the identifier where it is not configured any more.
        tienda: String,
        /// Windows in a row.
        fallas: u32,
    },
    /// Windows failed one after the other, of whatever store.
    #[serde(rename = "todas_fallan")]
    Overall {
        /// Windows in a row.
        fallas: u32,
    },
}

impl StopCause {
    /// The JSON of the column `causa`; None where it cannot be written.
    pub fn to_stored(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// From that JSON; None where a later version wrote it.
    pub fn from_stored(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_read_as_it_was_stored() {
        let cause = StopCause::Overall { fallas: 5 };
        let stored = cause.to_stored().unwrap();
        assert_eq!(stored, r#"{"codigo":"todas_fallan","fallas":5}"#);
        assert_eq!(StopCause::from_stored(&stored), Some(cause));
        assert_eq!(StopCause::from_stored("{}"), None);
    }
}
