//! `procesos`: the processes that share a database. Each holds a lease and renews it; what one whose lease has run out had in
//! progress is interrupted. One of them leads: it fires schedules and looks after what belongs to nobody.
//!
//! Leases run by PostgreSQL's clock: the clocks of two machines need not agree. A file has one process, which leads.

use std::sync::PoisonError;
use std::time::Duration;

use domain::RunId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::database::{Connection, Params, Row, params};
use crate::instants::{instant, unique};
use crate::runs::{RunRecord, records};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// A process, as it presents itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProcess {
    /// Which one.
    pub id: Uuid,
    /// Its name, which its runs have as `host`; no other process has it.
    pub name: String,
    /// What it does: `web`, `trabajador` or `todo`.
    pub role: String,
    /// The version of the program.
    pub version: String,
}

/// A process that holds a lease, or held one until not long ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessRow {
    /// What it said of itself.
    pub process: NewProcess,
    /// When it began.
    pub started_at: Timestamp,
    /// When it renewed its lease.
    pub renewed_at: Timestamp,
    /// When its lease runs out, or ran out.
    pub expires_at: Timestamp,
    /// Whether its lease has run out.
    pub is_gone: bool,
    /// Whether it leads.
    pub leads: bool,
    /// Its runs in progress.
    pub running: u64,
}

/// What a process learns when it renews its lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Whether it leads.
    pub leads: bool,
    /// The processes that hold a lease and do runs, in an order that is the same for all of them; none of a file.
    pub workers: Vec<Uuid>,
}

/// True of a run whose process holds no lease any more.
pub(crate) const IS_ABANDONED: &str = "estado = 'en_proceso' AND (host IS NULL OR host NOT IN (
    SELECT nombre FROM procesos WHERE vence_en > clock_timestamp()))";

/// Ends the sessions of leases that have run out: a process that stands still would keep the leader's lock for as long as it does. Once
/// it goes on it takes a new one.
const END_STANDING: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
      AND application_name IN (SELECT 'klk ' || id FROM procesos WHERE vence_en < clock_timestamp())";

/// How long a process whose lease has run out is still listed.
const LISTED_FOR: &str = "INTERVAL '1 hour'";

/// The lock that the leader holds.
const LEADER: i64 = 0x006b_6c6c;

impl Warehouse {
    /// Whether other processes may have the database too.
    pub fn is_shared(&self) -> bool {
        self.server().is_some()
    }

    /// Takes a lease or renews it, and leads where nobody does. A file has one process, which needs no lease.
    ///
    /// It has a connection of its own: a commit that takes longer than a lease must not cost it. The leader's lock goes with that
    /// connection, so that a process that PostgreSQL has lost leads no more.
    pub async fn renew_lease(&self, process: NewProcess, lasts: Duration, may_lead: bool) -> Result<Lease> {
        let milliseconds = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX);
        let renewed = self.on_lease(move |connection| {
            connection.execute_batch(&format!("SET application_name = 'klk {}'; {END_STANDING}", process.id))?;
            let lead = format!("SELECT pg_try_advisory_lock({LEADER})");
            // Taken once more by the session that has it, it is there as often; all go with the session.
            let leads = may_lead && connection.query_row(&lead, params![], |row| row.get(0))?;
            connection.execute(
                "INSERT INTO procesos (id, nombre, rol, version, vence_en, dirige)
                 VALUES (?::UUID, ?, ?, ?, clock_timestamp() + ? * INTERVAL '1 millisecond', ?)
                 ON CONFLICT (id) DO UPDATE SET renovado_en = clock_timestamp(), vence_en = excluded.vence_en,
                    dirige = excluded.dirige",
                params![process.id.to_string(), process.name, process.role, process.version, milliseconds, leads],
            )?;
            connection.execute(
                &format!("DELETE FROM procesos WHERE vence_en < clock_timestamp() - {LISTED_FOR}"),
                params![],
            )?;
            let workers = "SELECT id::VARCHAR FROM procesos
                WHERE vence_en > clock_timestamp() AND rol <> 'web' ORDER BY id";
            let mut statement = connection.prepare(workers)?;
            let workers = statement.query_map(params![], |row| row.get::<_, String>(0))?;
            let workers: Vec<String> = workers.collect::<crate::database::Result<_>>()?;
            let workers = workers.iter().map(|id| unique("id", id)).collect::<Result<_>>()?;
            Ok(Lease { leads, workers })
        });
        Ok(renewed.await?.unwrap_or(Lease { leads: true, workers: Vec::new() }))
    }

    /// Gives a lease back, and lets another process lead: this one ends, and has nothing in progress.
    pub async fn give_up_lease(&self, process: Uuid) -> Result<()> {
        self.on_lease(move |connection| {
            connection.execute("DELETE FROM procesos WHERE id = ?::UUID", params![process.to_string()])?;
            Ok(())
        })
        .await?;
        self.close_lease();
        Ok(())
    }

    /// Does something on the connection of the lease, which is made anew where it was lost; None of a file.
    async fn on_lease<T, F>(&self, job: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let Some(server) = self.server() else { return Ok(None) };
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut kept = this.lease().lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match kept.take() {
                Some(connection) if connection.execute_batch("SELECT 1").is_ok() => connection,
                _ => Connection::of_server(server)?,
            };
            let result = job(&connection)?;
            *kept = Some(connection);
            Ok(Some(result))
        });
        done.await.map_err(|_| WarehouseError::Panicked)?
    }

    /// The processes, those that hold a lease first.
    pub async fn processes(&self) -> Result<Vec<ProcessRow>> {
        self.read("procesos", |connection| {
            let mut statement = connection.prepare(
                "SELECT id::VARCHAR, nombre, rol, version, epoch_us(iniciado_en), epoch_us(renovado_en), epoch_us(vence_en),
                    vence_en <= clock_timestamp(), dirige AND vence_en > clock_timestamp(),
                    (SELECT count(*) FROM etl_ejecuciones WHERE estado = 'en_proceso' AND host = nombre)
                 FROM procesos ORDER BY 8, nombre",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.extend(process(row).or_set_aside("procesos")?);
            }
            Ok(found)
        })
        .await
    }

    /// Whether a run is in progress whose process holds no lease any more.
    pub async fn has_abandoned_runs(&self) -> Result<bool> {
        if !self.is_shared() {
            return Ok(false);
        }
        self.read("ejecuciones_abandonadas", |connection| {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM etl_ejecuciones WHERE {IS_ABANDONED})");
            Ok(connection.query_row(&sql, params![], |row| row.get(0))?)
        })
        .await
    }

    /// The runs in progress of the process with this name.
    pub async fn runs_of_process(&self, name: String) -> Result<Vec<RunRecord>> {
        self.read("ejecuciones_de_proceso", move |connection| of_process(connection, params![name])).await
    }

    /// Some runs, those that there are.
    pub async fn runs(&self, runs: Vec<RunId>) -> Result<Vec<RunRecord>> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        self.read("ejecuciones_por_id", move |connection| {
            let ids = crate::literal::list(&runs);
            records(connection, &format!("WHERE id IN ({ids}) ORDER BY id"), params![])
        })
        .await
    }
}

fn of_process(connection: &Connection, name: impl Params) -> Result<Vec<RunRecord>> {
    records(connection, "WHERE estado = 'en_proceso' AND host = ? ORDER BY id", name)
}

fn process(row: &Row<'_>) -> Result<ProcessRow> {
    Ok(ProcessRow {
        process: NewProcess {
            id: unique("id", &row.get::<_, String>(0)?)?,
            name: row.get(1)?,
            role: row.get(2)?,
            version: row.get(3)?,
        },
        started_at: instant("iniciado_en", row.get(4)?)?,
        renewed_at: instant("renovado_en", row.get(5)?)?,
        expires_at: instant("vence_en", row.get(6)?)?,
        is_gone: row.get(7)?,
        leads: row.get(8)?,
        running: row.get(9)?,
    })
}
