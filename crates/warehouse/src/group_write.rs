//! A write that may share its transaction with those that wait beside it, as the writer sees it.

use std::any::Any;

use crate::database::Connection;
use tokio::sync::oneshot;

use crate::invoice_days::InvoiceDays;
use crate::observer::JobWatch;
use crate::sales_window::Receipt;
use crate::{Result, WarehouseError};

/// What the writer does with such a write.
pub(crate) trait GroupWrite: Any + Send + Sync {
    /// Does it alone.
    fn do_alone(&self, connection: &Connection, days: &InvoiceDays) -> Result<Outcome>;

    /// Does what can be done together of several, this one among them; None for those that have to be done alone, of which
    /// nothing is done.
    fn do_together(
        &self,
        connection: &Connection,
        days: &InvoiceDays,
        all: &[&dyn GroupWrite],
    ) -> Result<Vec<Option<Outcome>>>;
}

/// What came of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Whether the run was taken.
    Claimed(bool),
    /// What was committed.
    Loaded(Receipt),
}

impl TryFrom<Outcome> for bool {
    type Error = WarehouseError;

    fn try_from(outcome: Outcome) -> Result<Self> {
        let Outcome::Claimed(is_claimed) = outcome else { return Err(WarehouseError::Panicked) };
        Ok(is_claimed)
    }
}

impl TryFrom<Outcome> for Receipt {
    type Error = WarehouseError;

    fn try_from(outcome: Outcome) -> Result<Self> {
        let Outcome::Loaded(receipt) = outcome else { return Err(WarehouseError::Panicked) };
        Ok(receipt)
    }
}

/// A request, with who waits for its outcome.
pub(crate) struct Waiting {
    pub(crate) name: &'static str,
    pub(crate) write: Box<dyn GroupWrite>,
    pub(crate) watch: Option<Box<dyn JobWatch>>,
    pub(crate) answer: oneshot::Sender<Result<Outcome>>,
}
