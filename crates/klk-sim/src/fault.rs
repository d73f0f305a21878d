//! What can go wrong with an answer, and which questions it happens to.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::window::SalesWindow;

/// Something that goes wrong with the answers to some questions. [`Fault::new`] goes wrong with all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// A name to remove it by.
    #[serde(default)]
    pub label: Option<String>,
    /// The code of the store asked for; None is every question.
    #[serde(default)]
    pub branch: Option<String>,
    /// What is asked.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// Only questions for sales later than this local moment.
    #[serde(default)]
    pub sales_from: Option<DateTime>,
    /// Only questions for sales earlier than this local moment.
    #[serde(default)]
    pub sales_to: Option<DateTime>,
    /// Only questions asked at this instant or later.
    #[serde(default)]
    pub active_from: Option<Timestamp>,
    /// Only questions asked before this instant.
    #[serde(default)]
    pub active_to: Option<Timestamp>,
    /// How many questions it hits before it is over; None is without end.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub kind: FaultKind,
}

/// What is asked of the POS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Endpoint {
    /// Whatever is asked.
    #[default]
    #[serde(rename = "any")]
    Any,
    /// Sales.
    #[serde(rename = "ventas")]
    Sales,
    /// Articles and stock.
    #[serde(rename = "articulos")]
    Articles,
    /// The lists of warehouses.
    #[serde(rename = "almacenes")]
    Warehouses,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Another HTTP status, with JSON or with the HTML page of a proxy.
    Status {
        /// The status.
        code: u16,
        /// Whether the body is a page.
        #[serde(default)]
        html: bool,
    },
    /// 200 with `{"error": …}`.
    #[serde(rename = "error_200")]
    Error200 {
        /// The text of the error.
        message: String,
    },
    /// Silence, then the connection is closed.
    Hang {
        /// How long.
        seconds: u64,
    },
    /// The connection is closed without an answer.
    Refuse,
    /// The connection is reset without an answer.
    Reset,
    /// The connection ends within the body.
    CutBody {
        /// So much of it is sent; at least one byte never is.
        after_bytes: usize,
    },
    /// Fewer elements than announced.
    Short {
        /// How many fewer.
        missing_lines: usize,
    },
    /// An element of a wrong shape.
    MalformedLine {
        /// Its place, from 0; the last one where there are fewer.
        at: usize,
        /// What is wrong with it.
        #[serde(default)]
        malformation: Malformation,
    },
    /// 200 with a body that is no JSON.
    NotJson,
    /// Elements that come twice.
    DuplicateLines {
        /// How many.
        count: usize,
    },
    /// The right answer, late.
    Slow {
        /// How late.
        milliseconds: u64,
    },
    /// The right answer in small pieces.
    Drip {
        /// The size of a piece.
        chunk_bytes: usize,
        /// The time between two pieces.
        pause_milliseconds: u64,
    },
}

/// How an element is of a wrong shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Malformation {
    /// Without its number or code.
    #[default]
    MissingField,
    /// `producto` has two objects; of other elements, the element is an array of two.
    TwoObjects,
    /// `cantidad_vendida` or `stock` is a text.
    TextForNumber,
    /// The element is a text.
    NotAnObject,
}

/// A question as far as faults care.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) endpoint: Endpoint,
    pub(crate) path: &'static str,
    /// The stores it is about; empty is all of them.
    pub(crate) branches: Vec<String>,
    pub(crate) window: Option<SalesWindow>,
    /// For people to read.
    pub(crate) summary: String,
}

impl Fault {
    /// A fault of every answer, without end.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            label: None,
            branch: None,
            endpoint: Endpoint::Any,
            sales_from: None,
            sales_to: None,
            active_from: None,
            active_to: None,
            times: None,
            kind,
        }
    }

    /// Only of this store.
    #[must_use]
    pub fn of_branch(mut self, code: impl Into<String>) -> Self {
        self.branch = Some(code.into());
        self
    }

    /// Only of this endpoint.
    #[must_use]
    pub fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Only of sales between these local moments.
    #[must_use]
    pub fn of_sales(mut self, from: DateTime, to: DateTime) -> Self {
        (self.sales_from, self.sales_to) = (Some(from), Some(to));
        self
    }

    /// Over after so many questions.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// With a name to remove it by.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Whether it happens to this question at this time.
    pub(crate) fn hits(&self, question: &Question, now: Timestamp) -> bool {
        let of_branch =
            self.branch.as_ref().is_none_or(|code| question.branches.is_empty() || question.branches.contains(code));
        let of_endpoint = self.endpoint == Endpoint::Any || self.endpoint == question.endpoint;
        let of_time = self.active_from.is_none_or(|from| from <= now) && self.active_to.is_none_or(|to| now < to);
        of_branch && of_endpoint && of_time && self.is_of_sales(question.window.as_ref())
    }

    fn is_of_sales(&self, window: Option<&SalesWindow>) -> bool {
        match window {
            Some(window) => window.overlaps(self.sales_from, self.sales_to),
            None => self.sales_from.is_none() && self.sales_to.is_none(),
        }
    }
}
