//! Writes of runs that wait at the same time are done in one transaction: what most of them cost is the planning of their
//! statements and the wait for the disk, which several share.
//!
//! Nobody can tell from what is stored, or from an answer, that a write was not alone. Whatever is not certain for all of them
//! is done alone: a window of which something is there, a run that cannot be taken, and all of a transaction that failed.

use std::any::Any;
use std::collections::HashSet;

use crate::database::Connection;
use domain::RunId;

use crate::Result;
use crate::group_write::{GroupWrite, Outcome};
use crate::invoice_days::InvoiceDays;
use crate::queue::{self, Claim};
use crate::sales::{self, WindowCommit};

/// A write that can be done together with others.
#[derive(Debug)]
pub(crate) enum Request {
    /// Takes a run into work.
    Claim(Claim),
    /// Commits a window of sales.
    Load(WindowCommit),
}

impl GroupWrite for Request {
    fn do_alone(&self, connection: &Connection, days: &InvoiceDays) -> Result<Outcome> {
        match self {
            Self::Claim(claim) => queue::claim(connection, claim).map(Outcome::Claimed),
            Self::Load(commit) => sales::commit_window(connection, days, commit).map(Outcome::Loaded),
        }
    }

    fn do_together(
        &self,
        connection: &Connection,
        days: &InvoiceDays,
        all: &[&dyn GroupWrite],
    ) -> Result<Vec<Option<Outcome>>> {
        // There is no other kind; one of another kind would be done alone.
        let requests: Vec<Option<&Self>> = all.iter().map(|write| (*write as &dyn Any).downcast_ref()).collect();
        let known: Vec<&Self> = requests.iter().copied().flatten().collect();
        let mut outcomes = do_together(connection, days, &known)?.into_iter();
        Ok(requests.iter().map(|request| request.and_then(|_| outcomes.next().flatten())).collect())
    }
}

/// Does what can be done together; None for those that have to be done alone, of which nothing is done.
fn do_together(connection: &Connection, days: &InvoiceDays, requests: &[&Request]) -> Result<Vec<Option<Outcome>>> {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{BranchId, HALF_HOUR, Interval};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::migrations::migrate;
    use crate::runs::{CommitClock, PhaseTimes, RunEnd};
    use crate::sales_window::SalesWindow;

    fn run(number: u32) -> RunId {
        RunId(Uuid::from_u128(0x0193_3a00_0000_7000_8000_0000_0000_0000 + u128::from(number)))
    }

    /// Half an hour of each of some stores, waiting.
    fn database(stores: u32) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("SET TimeZone = 'UTC'").unwrap();
        migrate(&mut connection).unwrap();
        for number in 0..stores {
            connection
                .execute_batch(&format!(
                    "INSERT INTO etl_ejecuciones BY NAME SELECT '{}'::UUID AS id, '2024-11-16 20:00:00Z'::TIMESTAMPTZ AS creado_en,
                        'ventas' AS etl_tipo, 'tienda_{number}' AS ubicacion_id, '' AS ubicacion_nombre, '2024-11-16' AS fecha_desde,
                        '2024-11-16' AS fecha_hasta, '' AS hora_desde, '' AS hora_hasta, 'Etc/UTC' AS zona, 'en_cola' AS estado,
                        '2024-11-16 12:00:00Z'::TIMESTAMPTZ AS ventana_desde, '2024-11-16 12:30:00Z'::TIMESTAMPTZ AS ventana_hasta,
                        'incremental_30min' AS modo, '2.0' AS version_etl, 1 AS intento",
                    run(number)
                ))
                .unwrap();
        }
        connection.execute_batch("CALL enable_logging('QueryLog')").unwrap();
        connection
    }

    fn statements(connection: &Connection) -> usize {
        let count =
            "SELECT count(*)::UBIGINT FROM duckdb_logs WHERE type = 'QueryLog' AND message NOT LIKE '%duckdb_logs%'";
        let count: u64 = connection.prepare(count).unwrap().query_row([], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    /// How many statements the claims and then the commits of some windows take, without those of the transactions.
    fn statements_of(stores: u32) -> (usize, usize) {
        let connection = database(stores);
        let days = InvoiceDays::default();
        let at: Timestamp = "2024-11-16T12:30:00Z".parse().unwrap();
        let claim = |number| Request::Claim(Claim::new(run(number), at, "host".to_owned(), None));
        let load = |number| {
            let interval = Interval::new(at.checked_sub(HALF_HOUR).unwrap(), at).unwrap();
            let zone = jiff::tz::TimeZone::UTC;
            let local = Interval::new(zone.to_datetime(interval.start()), zone.to_datetime(interval.end())).unwrap();
            let window = SalesWindow { branch: BranchId::new(format!("tienda_{number}")), interval, local };
            let end = RunEnd {
                run: run(number),
                clock: CommitClock::new(move || at),
                extracted: 0,
                announced: Some(0),
                phases: PhaseTimes::default(),
            };
            Request::Load(WindowCommit::new(end, window, Arc::default()))
        };
        let claims: Vec<Request> = (0..stores).map(claim).collect();
        let loads: Vec<Request> = (0..stores).map(load).collect();
        let together = |requests: &[Request]| {
            let before = statements(&connection);
            let outcomes = do_together(&connection, &days, &requests.iter().collect::<Vec<_>>()).unwrap();
            assert!(outcomes.iter().all(Option::is_some), "{outcomes:?}");
            statements(&connection) - before
        };
        (together(&claims), together(&loads))
    }

    #[test]
    fn windows_that_wait_at_the_same_time_share_their_statements() {
        // What is there, coverage, its union, the end of the run; and of each store, once, which days have which invoices.
        assert_eq!(statements_of(1), (1, 4 + 1));
        assert_eq!(statements_of(16), (1, 4 + 16));
    }
}
