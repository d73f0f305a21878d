//! What processes that share a database share beside the data: what a run does, step by step; attempts to sign in; and
//! who is away at the provider of identities. Nobody needs it after a while, and a file has one process, which has it in memory.
//!
//! It has a connection of its own: neither a commit nor a page waits for it.

use std::sync::PoisonError;
use std::time::Duration;

use domain::RunId;

use crate::database::{Connection, params};
use crate::literal::with_values;
use crate::{Result, Warehouse, WarehouseError};

/// For how long what a run did can be read by other processes after its last step.
const STEPS_KEPT_FOR: &str = "INTERVAL '1 hour'";

/// How often somebody may try something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptQuota {
    /// What is counted, as SHA-256.
    pub key: String,
    /// After which one more is admitted.
    pub each: Duration,
    /// Admitted at once.
    pub most: u32,
}

/// Somebody who left for the provider of identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEntrance {
    /// SHA-256 of what the provider sends back.
    pub state: String,
    /// SHA-256 of the cookie of their browser.
    pub browser: String,
    /// From where.
    pub address: String,
    /// What whoever ends it has to know.
    pub data: String,
}

impl Warehouse {
    /// Stores what some runs did, in place of what was stored of them; nothing of a file.
    pub async fn keep_run_steps(&self, steps: Vec<(RunId, String)>) -> Result<()> {
        if steps.is_empty() {
            return Ok(());
        }
        let kept = self.aside_of_data(move |connection| {
            let row = |(run, steps): &(RunId, String)| with_values("(?::UUID, ?)", &[run, steps]);
            let rows: Vec<String> = steps.iter().map(row).collect();
            connection.execute_batch(&format!(
                "INSERT INTO pasos_de_ejecucion (ejecucion_id, pasos) VALUES {}
                 ON CONFLICT (ejecucion_id) DO UPDATE SET pasos = excluded.pasos, anotado_en = clock_timestamp();
                 DELETE FROM pasos_de_ejecucion WHERE anotado_en < clock_timestamp() - {STEPS_KEPT_FOR}",
                rows.join(", ")
            ))?;
            Ok(())
        });
        kept.await.map(drop)
    }

    /// What a run of another process did, as it was stored; None where nothing is known, and of a file.
    pub async fn run_steps(&self, run: RunId) -> Result<Option<String>> {
        if !self.is_shared() {
            return Ok(None);
        }
        self.read("pasos_de_ejecucion", move |connection| {
            let mut statement =
                connection.prepare("SELECT pasos FROM pasos_de_ejecucion WHERE ejecucion_id = ?::UUID")?;
            let mut rows = statement.query(params![run.to_string()])?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        })
        .await
    }

    /// Counts an attempt of each of some kinds over all processes, up to the first of which there were too many; says how long until
    /// there may be one more. A file has one process, which counts itself.
    pub async fn count_attempt(&self, quotas: Vec<AttemptQuota>) -> Result<Option<Duration>> {
        let counted = self.aside_of_data(move |connection| {
            let column =
                |text: fn(&AttemptQuota) -> String| quotas.iter().map(text).collect::<Vec<_>>().join(", ");
            let keys = column(|quota| with_values("?", &[&quota.key]));
            let each = column(|quota| quota.each.as_secs_f64().to_string());
            let most = column(|quota| quota.most.max(1).to_string());
            let sql = format!(
                "SELECT contar_intento(ARRAY[{keys}]::text[], ARRAY[{each}]::double precision[], ARRAY[{most}]::integer[])"
            );
            let seconds: f64 = connection.query_row(&sql, params![], |row| row.get(0))?;
            Ok((seconds > 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
        });
        Ok(counted.await?.flatten())
    }

    /// Keeps somebody who left for the provider. False where there are too many of other addresses; of the same address the oldest is
    /// forgotten. Kept by PostgreSQL's clock, for so long.
    pub async fn keep_entrance(
        &self,
        entrance: KeptEntrance,
        lasts: Duration,
        (all_max, of_address_max): (usize, usize),
    ) -> Result<bool> {
        let kept = self.aside_of_data(move |connection| {
            let KeptEntrance { state, browser, address, data } = entrance;
            let milliseconds = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX);
            connection.execute("DELETE FROM entradas_en_curso WHERE vence_en < clock_timestamp()", params![])?;
            connection.execute(
                "DELETE FROM entradas_en_curso WHERE estado IN (
                    SELECT estado FROM entradas_en_curso WHERE direccion = ? ORDER BY iniciada_en DESC OFFSET ?)",
                params![address, of_address_max.max(1) - 1],
            )?;
            let added = connection.execute(
                "INSERT INTO entradas_en_curso (estado, navegador, direccion, datos, vence_en)
                 SELECT ?, ?, ?, ?, clock_timestamp() + ? * INTERVAL '1 millisecond'
                 WHERE (SELECT count(*) FROM entradas_en_curso) < ?",
                params![state, browser, address, data, milliseconds, all_max],
            )?;
            Ok(added == 1)
        });
        Ok(kept.await?.unwrap_or(false))
    }

    /// What was kept of somebody who came back to whichever process; None where it is over, or another browser came. It is gone
    /// afterwards, whoever asked for it.
    pub async fn take_entrance(&self, state: String, browser: Option<String>) -> Result<Option<String>> {
        let taken = self.aside_of_data(move |connection| {
            let mut statement = connection.prepare(
                "DELETE FROM entradas_en_curso WHERE estado = ?
                 RETURNING navegador, datos, vence_en > clock_timestamp()",
            )?;
            let mut rows = statement.query(params![state])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let (kept_browser, data, counts): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((counts && browser.as_deref() == Some(&*kept_browser)).then_some(data))
        });
        Ok(taken.await?.flatten())
    }

    /// Keeps a code that makes the first administrator at every process, as SHA-256, for so long.
    pub async fn keep_first_code(&self, code: String, lasts: Duration) -> Result<()> {
        let milliseconds = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX);
        let kept = self.aside_of_data(move |connection| {
            connection.execute("DELETE FROM codigos_iniciales WHERE vence_en < clock_timestamp()", params![])?;
            connection.execute(
                "INSERT INTO codigos_iniciales (ficha, vence_en)
                 VALUES (?, clock_timestamp() + ? * INTERVAL '1 millisecond')
                 ON CONFLICT (ficha) DO UPDATE SET vence_en = excluded.vence_en",
                params![code, milliseconds],
            )?;
            Ok(())
        });
        kept.await.map(drop)
    }

    /// Whether a code makes the first administrator; never of a file.
    pub async fn is_first_code(&self, code: String) -> Result<bool> {
        let counts = self.aside_of_data(move |connection| {
            let sql =
                "SELECT EXISTS (SELECT 1 FROM codigos_iniciales WHERE ficha = ? AND vence_en > clock_timestamp())";
            Ok(connection.query_row(sql, params![code], |row| row.get(0))?)
        });
        Ok(counts.await?.unwrap_or(false))
    }

    /// Takes all such codes, if this one counts: of several that are used at the same time, one makes an administrator.
    pub async fn take_first_codes(&self, code: String) -> Result<bool> {
        let taken = self.aside_of_data(move |connection| {
            let taken = connection.execute(
                "DELETE FROM codigos_iniciales WHERE EXISTS (
                    SELECT 1 FROM codigos_iniciales WHERE ficha = ? AND vence_en > clock_timestamp())",
                params![code],
            )?;
            Ok(taken > 0)
        });
        Ok(taken.await?.unwrap_or(false))
    }

    /// Does something on the connection beside the data, which is made again where it was lost; None of a file.
    async fn aside_of_data<T, F>(&self, job: F) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let Some(server) = self.server() else { return Ok(None) };
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut kept = this.aside().lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match kept.take() {
                Some(mut connection) => {
                    connection.renew()?;
                    connection
                }
                None => Connection::of_server(server)?,
            };
            let result = job(&connection)?;
            *kept = Some(connection);
            Ok(Some(result))
        });
        match done.await.map_err(|_| WarehouseError::Panicked)? {
            Err(WarehouseError::Statement(error)) if error.is_away() => Err(WarehouseError::Away(error)),
            outcome => outcome,
        }
    }
}
