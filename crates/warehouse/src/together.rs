//! Writes of runs that wait at the same time are done in one transaction: what most of them cost is the planning of their
//! statements and the wait for the disk, which several share.
//!
//! Nobody can tell from what is stored, or from an answer, that a write was not alone. Whatever is not certain for all of them
//! is done alone: a window of which something is there, a run that cannot be taken, and all of a transaction that failed.

use std::collections::HashSet;

use domain::RunId;
use duckdb::Connection;
use tokio::sync::oneshot;

use crate::other_days::InvoiceDays;
use crate::queue::{self, Claim};
use crate::sales::{self, WindowCommit};
use crate::sales_window::Receipt;
use crate::{JobWatch, Result, WarehouseError};

/// A write that can be done together with others.
#[derive(Debug)]
pub(crate) enum Request {
    /// Takes a run into work.
    Claim(Claim),
    /// Commits a window of sales.
    Load(WindowCommit),
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
    pub(crate) request: Request,
    pub(crate) watch: Option<Box<dyn JobWatch>>,
    pub(crate) answer: oneshot::Sender<Result<Outcome>>,
}

/// Does one alone.
pub(crate) fn do_alone(connection: &Connection, days: &InvoiceDays, request: &Request) -> Result<Outcome> {
    match request {
        Request::Claim(claim) => queue::claim(connection, claim).map(Outcome::Claimed),
        Request::Load(commit) => sales::commit_window(connection, days, commit).map(Outcome::Loaded),
    }
}

/// Does what can be done together; None for those that have to be done alone, of which nothing is done.
pub(crate) fn do_together(
    connection: &Connection,
    days: &InvoiceDays,
    requests: &[&Request],
) -> Result<Vec<Option<Outcome>>> {
    let claims: Vec<&Claim> = requests.iter().filter_map(|request| request.as_claim()).collect();
    let commits: Vec<&WindowCommit> = requests.iter().filter_map(|request| request.as_load()).collect();
    let claimed: HashSet<RunId> = queue::claim_some(connection, &claims)?;
    let mut receipts = sales::commit_fresh(connection, days, &commits)?.into_iter();
    let outcome = |request: &&Request| match request {
        Request::Claim(claim) => claimed.contains(&claim.run()).then_some(Outcome::Claimed(true)),
        Request::Load(_) => receipts.next().flatten().map(Outcome::Loaded),
    };
    Ok(requests.iter().map(outcome).collect())
}

impl Request {
    fn as_claim(&self) -> Option<&Claim> {
        if let Self::Claim(claim) = self { Some(claim) } else { None }
    }

    fn as_load(&self) -> Option<&WindowCommit> {
        if let Self::Load(commit) = self { Some(commit) } else { None }
    }
}
