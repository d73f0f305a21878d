//! One widget: a question, how its answer is drawn, and where.

use serde_json::{Value, json};

/// What is asked.
#[derive(Clone, Copy)]
pub(super) enum Dataset {
    /// Events: errors and messages. Never sampled.
    Errors,
    /// Spans; transactions are those with `is_transaction:true`.
    Spans,
}

/// How an answer is drawn.
#[derive(Clone, Copy)]
pub(super) enum Display {
    /// One number.
    BigNumber,
    /// Over time.
    Line,
    /// Over time, in bars.
    Bar,
    /// A row a group.
    Table,
}

/// Where it is, on a grid six columns wide.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) width: u64,
    pub(super) height: u64,
}

pub(super) struct Widget {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) display: Display,
    pub(super) dataset: Dataset,
    /// Of what: a search.
    pub(super) conditions: &'static str,
    /// One group a value of these.
    pub(super) columns: &'static [&'static str],
    /// What is reckoned of each group; the groups are ordered by the first, the largest at the top.
    pub(super) aggregates: &'static [&'static str],
    /// Names for people, of the columns and then of the aggregates.
    pub(super) aliases: &'static [&'static str],
    pub(super) place: Place,
}

impl Widget {
    pub(super) fn body(&self) -> Value {
        let fields: Vec<&str> = self.columns.iter().chain(self.aggregates).copied().collect();
        let Place { x, y, width, height } = self.place;
        json!({
            "title": self.title,
            "description": self.description,
            "display_type": self.display.name(),
            "widget_type": self.dataset.name(),
            // Lines and rows; a single number is not limited.
            "limit": (!self.columns.is_empty()).then_some(self.display.groups_max()),
            "queries": [{
                "name": "",
                "fields": fields,
                "columns": self.columns,
                "aggregates": self.aggregates,
                "field_aliases": self.aliases,
                "conditions": self.conditions,
                "orderby": self.order(),
            }],
            "layout": { "x": x, "y": y, "w": width, "h": height, "min_h": height.min(2) },
        })
    }

    fn order(&self) -> String {
        match (self.columns, self.aggregates) {
            ([], _) | (_, []) => String::new(),
            (_, [first, ..]) => format!("-{first}"),
        }
    }
}

impl Dataset {
    const fn name(self) -> &'static str {
        match self {
            Self::Errors => "error-events",
            Self::Spans => "spans",
        }
    }
}

impl Display {
    const fn name(self) -> &'static str {
        match self {
            Self::BigNumber => "big_number",
            Self::Line => "line",
            Self::Bar => "bar",
            Self::Table => "table",
        }
    }

    const fn groups_max(self) -> u64 {
        match self {
            // More lines than this cannot be distinguished.
            Self::BigNumber | Self::Line | Self::Bar => 7,
            Self::Table => 10,
        }
    }
}
