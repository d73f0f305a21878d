//! The seal of a plan.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// SHA-256 of a plan's canonical text, as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct PlanHash(String);

/// A text that is no seal of a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hash of a plan has {length} hexadecimal digits", length = PlanHash::DIGITS)]
pub struct InvalidPlanHash;

impl PlanHash {
    /// Digits of a whole one.
    pub const DIGITS: usize = 64;
    /// Digits that are shown, and that are enough to name one.
    pub const SHORT_DIGITS: usize = 12;

    /// Of the 32 bytes of a digest.
    pub(super) fn of_digest(digest: &[u8; 32]) -> Self {
        const HEXADECIMAL: [u8; 16] = *b"0123456789abcdef";
        let digit = |value: u8| char::from(HEXADECIMAL[usize::from(value & 0xf)]);
        Self(digest.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect())
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first digits, as people are shown it.
    pub fn short(&self) -> &str {
        self.0.get(..Self::SHORT_DIGITS).unwrap_or(&self.0)
    }

    /// Whether a text can be the beginning of one that names it: enough digits, and nothing else.
    pub fn is_beginning(text: &str) -> bool {
        (Self::SHORT_DIGITS..=Self::DIGITS).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for PlanHash {
    type Err = InvalidPlanHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == Self::DIGITS && Self::is_beginning(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPlanHash)
        }
    }
}

impl TryFrom<String> for PlanHash {
    type Error = InvalidPlanHash;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PlanHash> for String {
    fn from(hash: PlanHash) -> Self {
        hash.0
    }
}
