//! From the text of a body to domain types, in one pass and without anything in between.
//!
//! Strict where a number or a key would be wrong otherwise, tolerant where the contract is: unknown fields are ignored,
//! optional fields may be absent, keys come in any order.

pub(crate) mod articles;
mod check;
mod clock;
mod decimal;
mod distinct;
mod envelope;
mod field;
#[cfg(test)]
mod fuzz;
mod problem;
mod raw;
pub(crate) mod sales;
mod scanner;
mod unreadable;
pub(crate) mod warehouses;

use std::borrow::Cow;

use problem::Problem;

use crate::text::{BYTE_MARK, excerpt};
use crate::{Endpoint, KlkError, refusal};

/// Why a body is not an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// It is an `error` of the POS.
    Refused { message: String },
    /// It ends in the middle.
    CutOff { reason: String },
    /// It belongs to another question.
    OtherQuestion { field: &'static str, asked: String, answered: String },
    /// It is something else.
    Shape { element: Option<usize>, detail: String },
}

impl ParseError {
    /// Something about the body as a whole; its beginning is shown, for it may be a page of a proxy.
    fn of_body(body: &str, problem: impl std::fmt::Display) -> Self {
        Self::Shape { element: None, detail: format!("{problem}; it begins with: {}", excerpt(body)) }
    }

    /// What stopped the reading, about the element that was being read.
    fn from_problem(body: &str, element: Option<usize>, problem: Problem) -> Self {
        match problem {
            Problem::EndsTooSoon if body.trim().is_empty() => {
                Self::Shape { element: None, detail: "the body is empty".to_owned() }
            }
            Problem::EndsTooSoon => {
                Self::CutOff { reason: format!("its JSON ends too soon, after {} bytes", body.len()) }
            }
            Problem::Shape(detail) | Problem::Discredit(detail) if element.is_some() => Self::Shape { element, detail },
            Problem::Value(problem) if element.is_some() => Self::Shape { element, detail: problem.to_string() },
            Problem::Shape(detail) | Problem::Discredit(detail) => Self::of_body(body, detail),
            Problem::Value(problem) => Self::of_body(body, problem),
        }
    }

    /// Something about `meta`.
    fn of_meta(problem: Problem) -> Self {
        let detail = match problem.detail() {
            None => "'meta' ends too soon".to_owned(),
            Some(detail) => format!("'meta': {detail}"),
        };
        Self::Shape { element: None, detail }
    }

    /// The error of the call.
    pub(crate) fn at(self, endpoint: Endpoint) -> KlkError {
        match self {
            Self::Refused { message } => {
                let kind = refusal::refusal_kind(&message);
                KlkError::Refused { endpoint, message: excerpt(&message), kind }
            }
            Self::CutOff { reason } => KlkError::Interrupted { endpoint, reason },
            Self::OtherQuestion { field, asked, answered } => {
                KlkError::OtherQuestion { endpoint, field, asked, answered }
            }
            Self::Shape { element, detail } => KlkError::Malformed { endpoint, element, detail },
        }
    }
}

/// The bytes of a body as text, without the byte order mark that some servers put in front.
pub(crate) fn text_of(body: &[u8]) -> Result<&str, ParseError> {
    let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
        None => ParseError::CutOff { reason: format!("its text ends too soon, after {} bytes", body.len()) },
        Some(_) => {
            let detail = format!("the body is not UTF-8 from byte {} on", error.valid_up_to());
            ParseError::Shape { element: None, detail }
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The bytes of a body as text, where those that are no UTF-8 are marked and written out: a line with a foreign character
/// is one line that cannot be read, and no reason to refuse the others. Owned where something is marked.
pub(crate) fn marked_text_of(body: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    let not_utf_8 = match text_of(body) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(ParseError::Shape { element, detail }) => ParseError::Shape { element, detail },
        Err(error) => return Err(error),
    };
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        if chunk.valid().contains(BYTE_MARK) {
            return Err(not_utf_8);
        }
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push(BYTE_MARK);
            text.push_str(&format!("{byte:02X}"));
        }
    }
    Ok(Cow::Owned(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(text_of(b"\xef\xbb\xbf[]").unwrap(), "[]");
    }

    #[test]
    fn a_body_that_ends_within_a_character_was_cut_off() {
        assert!(matches!(text_of(b"{\"a\":\"\xc3"), Err(ParseError::CutOff { .. })));
        assert!(matches!(text_of(b"{\"a\":\"\xff\"}"), Err(ParseError::Shape { .. })));
    }
}
