//! The writes that every run has, which share their transaction with those that wait beside them.

use std::sync::Arc;

use domain::RunId;
use domain::sale::SaleLine;
use jiff::Timestamp;

use crate::queue::{Claim, StoreLimit};
use crate::runs::RunEnd;
use crate::sales::WindowCommit;
use crate::sales_window::{Receipt, SalesWindow};
use crate::together::Request;
use crate::{Result, Warehouse};

impl Warehouse {
    /// Takes a waiting run into work; false where it does not wait any more, or its plan is held: look and change are one
    /// transaction, so nothing of a plan starts after it was held. The trace it will be in, where runs are reported, is
    /// stored in the same statement: a commit of its own would cost each run some milliseconds.
    pub async fn claim(
        &self,
        run: RunId,
        started_at: Timestamp,
        host: String,
        trace_id: Option<String>,
    ) -> Result<bool> {
        self.write_together("tomar_ejecucion", Request::Claim(Claim::new(run, started_at, host, trace_id))).await
    }

    /// The same, and false where so many runs of the store are in progress, over all processes that share the database. A process counts
    /// its own: of a file this limits nothing.
    pub async fn claim_within(
        &self,
        run: RunId,
        started_at: Timestamp,
        host: String,
        trace_id: Option<String>,
        limit: StoreLimit,
    ) -> Result<bool> {
        let claim = Claim::new(run, started_at, host, trace_id).within(limit);
        self.write_together("tomar_ejecucion", Request::Claim(claim)).await
    }

    /// Makes a window's lines exactly these, covers the window and ends the run `exitoso`; all or nothing.
    ///
    /// The lines are distinct and lie in the window. Where they are what is there already, no row is touched, so that
    /// running a window twice leaves the table as it was, to the byte.
    ///
    /// Fails with [`WarehouseError::LinesElsewhere`](crate::WarehouseError::LinesElsewhere) where another day has some of them; nothing is done then.
    pub async fn commit_sales_window(
        &self,
        end: RunEnd,
        window: SalesWindow,
        lines: impl Into<Arc<Vec<SaleLine>>>,
    ) -> Result<Receipt> {
        let commit = WindowCommit::new(end, window, lines.into());
        self.write_together("reemplazar_ventana_ventas", Request::Load(commit)).await
    }
}
