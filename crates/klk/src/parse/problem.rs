//! What can be wrong with the text of a response, and with a value in it.

use std::borrow::Cow;
use std::fmt;

use serde_json::error::Category;

use crate::text::excerpt;

/// What should have come.
pub(super) type Expected = &'static str;

/// A field that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldProblem {
    /// None where a value without a name is meant.
    pub(super) field: Option<&'static str>,
    expected: Cow<'static, str>,
    /// None where nothing came.
    pub(super) came: Option<String>,
}

impl FieldProblem {
    #[cold]
    pub(super) fn new(field: &'static str, expected: Expected, came: Option<&str>) -> Self {
        Self { field: Some(field), expected: Cow::Borrowed(expected), came: came.map(excerpt) }
    }

    /// A value that has no name, or whose name is known further out.
    #[cold]
    pub(super) fn unnamed(expected: fmt::Arguments<'_>, came: &str) -> Self {
        Self { field: None, expected: Cow::Owned(expected.to_string()), came: Some(excerpt(came)) }
    }

    /// The same, under a name where it has none yet.
    pub(super) fn named(self, field: &'static str) -> Self {
        Self { field: self.field.or(Some(field)), ..self }
    }
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let came = self.came.as_deref().unwrap_or("nothing");
        if let Some(field) = self.field {
            write!(formatter, "'{field}': ")?;
        }
        write!(formatter, "{} was expected, {came} came", self.expected)
    }
}

impl From<FieldProblem> for Problem {
    fn from(problem: FieldProblem) -> Self {
        Self::Value(problem)
    }
}

/// Why the text cannot be read on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It ends in the middle.
    EndsTooSoon,
    /// It is no JSON from here on.
    Shape(String),
    /// A value is not what it should be; what comes after it can be read.
    Value(FieldProblem),
    /// What stands here cannot be believed, and neither can what stands around it: two values of one key, or an error.
    Discredit(String),
}

impl Problem {
    /// What is wrong, and no more than that the text ends too soon where it does.
    pub(super) fn detail(&self) -> Option<String> {
        match self {
            Self::EndsTooSoon => None,
            Self::Shape(detail) | Self::Discredit(detail) => Some(detail.clone()),
            Self::Value(problem) => Some(problem.to_string()),
        }
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            Category::Eof => Self::EndsTooSoon,
            _ => Self::Shape(excerpt(&error.to_string())),
        }
    }
}
