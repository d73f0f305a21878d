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

use problem::Problem;

use crate::body::{Body, Failure};
use crate::memory::OverBudget;
use crate::text::excerpt;
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
    /// It takes more memory than there is for it.
    OverBudget(OverBudget),
    /// It is something else.
    Shape { element: Option<usize>, detail: String },
}

impl ParseError {
    /// Something about the body as a whole; its beginning is shown, for it may be a page of a proxy.
    fn of_body(body: &Body, problem: impl std::fmt::Display) -> Self {
        Self::of_beginning(body.beginning(), problem)
    }

    fn of_beginning(beginning: &str, problem: impl std::fmt::Display) -> Self {
        Self::Shape { element: None, detail: format!("{problem}; it begins with: {}", excerpt(beginning)) }
    }

    /// Why no more of a body could be read.
    fn of_failure(failure: &Failure, body: &Body) -> Self {
        match failure {
            Failure::OverBudget(over) => Self::OverBudget(*over),
            Failure::EndsWithinCharacter => Self::ends_within_character(body.text_bytes()),
            Failure::NotUtf8 { from } => Self::not_utf8(*from),
        }
    }

    fn ends_within_character(bytes: usize) -> Self {
        Self::CutOff { reason: format!("its text ends too soon, after {bytes} bytes") }
    }

    fn not_utf8(from: usize) -> Self {
        Self::Shape { element: None, detail: format!("the body is not UTF-8 from byte {from} on") }
    }

    /// What stopped the reading, about the element that was being read.
    fn from_problem(body: &Body, element: Option<usize>, problem: Problem) -> Self {
        Self::from_problem_in(body.beginning(), body.text_bytes(), element, problem)
    }

    /// The same, of a body of so many bytes that begins like this.
    fn from_problem_in(beginning: &str, bytes: usize, element: Option<usize>, problem: Problem) -> Self {
        match problem {
            Problem::EndsTooSoon if beginning.trim().is_empty() => {
                Self::Shape { element: None, detail: "the body is empty".to_owned() }
            }
            Problem::EndsTooSoon => Self::CutOff { reason: format!("its JSON ends too soon, after {bytes} bytes") },
            Problem::Shape(detail) | Problem::Discredit(detail) if element.is_some() => Self::Shape { element, detail },
            Problem::Value(problem) if element.is_some() => Self::Shape { element, detail: problem.to_string() },
            Problem::Shape(detail) | Problem::Discredit(detail) => Self::of_beginning(beginning, detail),
            Problem::Value(problem) => Self::of_beginning(beginning, problem),
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
            Self::OverBudget(over) => over.at(endpoint),
            Self::Shape { element, detail } => KlkError::Malformed { endpoint, element, detail },
        }
    }
}

/// The bytes of a body as text, without the byte order mark that some servers put in front.
pub(crate) fn text_of(body: &[u8]) -> Result<&str, ParseError> {
    let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
        None => ParseError::ends_within_character(body.len()),
        Some(_) => ParseError::not_utf8(error.valid_up_to()),
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The text of a body that is there as a whole; every byte of it has to be one of a text.
pub(crate) fn whole_text_of(body: &Body) -> Result<&str, ParseError> {
    match body.failure() {
        Some(failure) => Err(ParseError::of_failure(failure, body)),
        None if body.has_marks() => Err(ParseError::of_body(body, "the body is not UTF-8")),
        None => Ok(body.unread()),
    }
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
