//! What keeps a window of sales from being loaded: lines that another day has.

use jiff::civil::DateTime;

/// Lines of a window that another day has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinesElsewhere {
    /// The first of them.
    pub invoice: String,
    /// Its number in the invoice.
    pub line: i32,
    /// The half hour that has it, by its local start.
    pub half_hour: DateTime,
    /// How many there are.
    pub lines: u64,
    /// Whether that half hour was loaded again since the line was missed here, and still has it.
    pub is_confirmed: bool,
}
