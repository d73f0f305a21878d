//! A window of sales, and what its commit changed.

use domain::{BranchId, Interval};
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::columns::local_micros;
use crate::database::Value;

/// The window that lines are committed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesWindow {
    /// Whose lines.
    pub branch: BranchId,
    /// From and up to.
    pub interval: Interval<Timestamp>,
    /// The same on the branch's clock, which `fecha_hora` is compared with.
    pub local: Interval<DateTime>,
}

/// What a commit changed. Keys are (branch, `numero_factura`, `linea`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Lines of the window that are there now because of this answer, or were there already as it has them.
    pub loaded: u64,
    /// Lines whose key was not there.
    pub added: u64,
    /// Lines whose key was there with other values.
    pub changed: u64,
    /// Lines that were there and did not come.
    pub removed: u64,
}

pub(crate) const IN_WINDOW: &str =
    "ubicacion_id = ? AND fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT)";

pub(crate) fn window_values(window: &SalesWindow) -> [Value; 3] {
    [
        Value::Text(window.branch.as_str().to_owned()),
        Value::Whole(local_micros(window.local.start())),
        Value::Whole(local_micros(window.local.end())),
    ]
}
