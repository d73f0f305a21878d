//! `perdidas_en_duda`: what an answer would have taken away, until it is loaded after all or the lines are there again.

use crate::database::{Connection, params, params_from_iter};
use domain::loss::{Confirmation, DoubtedLoss, KnownLine, Loss};
use domain::{BranchId, Interval, RunId};
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::columns::local_micros;
use crate::decisions::{NewDecision, record};
use crate::instants::{instant, local, micros};
use crate::literal::with_values;
use crate::sales_window::{IN_WINDOW, SalesWindow, window_values};
use crate::{Result, Warehouse};

impl Warehouse {
    /// The lines that are loaded of a window.
    pub async fn loaded_lines(&self, window: SalesWindow) -> Result<Vec<KnownLine>> {
        self.read("lineas_cargadas", move |connection| {
            let (from, to) = (local_micros(window.local.start()), local_micros(window.local.end()));
            let mut statement = connection.prepare(&with_values(
                "SELECT epoch_us(time_bucket(INTERVAL '30 minutes', fecha_hora)), numero_factura, linea,
                    (cantidad_vendida * 1000000)::BIGINT, (venta_total_bs * 1000000)::BIGINT, (venta_total_usd * 1000000)::BIGINT
                 FROM ventas
                 WHERE ubicacion_id = ? AND fecha_hora >= make_timestamp(?) AND fecha_hora < make_timestamp(?)",
                &[&window.branch, &from, &to],
            ))?;
            let mut rows = statement.query([])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                lines.push(KnownLine {
                    half_hour: local("fecha_hora", row.get(0)?)?,
                    invoice: row.get(1)?,
                    line: row.get(2)?,
                    worth: [row.get(3)?, row.get(4)?, row.get(5)?],
                });
            }
            Ok(lines)
        })
        .await
    }

    /// When something of a window was committed last; None where nothing of it is covered.
    pub async fn last_commit(&self, window: SalesWindow) -> Result<Option<Timestamp>> {
        self.read("ultima_carga", move |connection| {
            let statement = with_values(
                "SELECT epoch_us(max(registrada_en)) FROM cobertura
                 WHERE etl_tipo = 'ventas' AND ubicacion_id = ? AND desde < make_timestamptz(?) AND hasta > make_timestamptz(?)",
                &[&window.branch, &micros(window.interval.end()), &micros(window.interval.start())],
            );
            let last: Option<i64> = connection.query_row(&statement, [], |row| row.get(0))?;
            last.map(|at| instant("registrada_en", at)).transpose()
        })
        .await
    }

    /// Lines that loads within a time have removed so far and no later one has added again.
    pub async fn lost_lines(&self, branch: BranchId, interval: Interval<Timestamp>) -> Result<u64> {
        self.read("lineas_retiradas", move |connection| {
            let statement = with_values(
                "SELECT greatest(sum(lineas_retiradas)::BIGINT - sum(lineas_agregadas)::BIGINT, 0)::UBIGINT
                 FROM conciliaciones
                 WHERE ubicacion_id = ? AND desde >= make_timestamptz(?) AND hasta <= make_timestamptz(?)",
                &[&branch, &micros(interval.start()), &micros(interval.end())],
            );
            let lost: Option<u64> = connection.query_row(&statement, [], |row| row.get(0))?;
            Ok(lost.unwrap_or_default())
        })
        .await
    }

    /// The losses of a window that were seen before and are in doubt.
    pub async fn doubted_losses(&self, window: SalesWindow) -> Result<Vec<DoubtedLoss>> {
        self.read("perdidas_en_duda", move |connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT epoch_us(media_hora), huella, epoch_us(vista_en), confirmada_en IS NOT NULL, epoch_us(generada_en)
                 FROM perdidas_en_duda WHERE {}",
                of_window()
            ))?;
            let mut rows = statement.query(params_from_iter(window_values(&window)))?;
            let mut losses = Vec::new();
            while let Some(row) = rows.next()? {
                losses.push(DoubtedLoss {
                    half_hour: local("media_hora", row.get(0)?)?,
                    digest: row.get(1)?,
                    seen_at: instant("vista_en", row.get(2)?)?,
                    is_confirmed: row.get(3)?,
                    made_at: row.get::<_, Option<i64>>(4)?.map(|at| instant("generada_en", at)).transpose()?,
                });
            }
            Ok(losses)
        })
        .await
    }

    /// Keeps what an answer would have taken away. What the same answer said before stays, with its time.
    pub async fn doubt(
        &self,
        run: RunId,
        window: SalesWindow,
        losses: Vec<Loss>,
        Confirmation { at, made_at }: Confirmation,
    ) -> Result<()> {
        self.write("poner_en_duda", move |transaction| {
            for loss in &losses {
                let (branch, half_hour) = (window.branch.as_str(), local_micros(loss.half_hour));
                transaction.execute(
                    "DELETE FROM perdidas_en_duda
                     WHERE ubicacion_id = ? AND media_hora = make_timestamp(?::BIGINT) AND huella <> ?",
                    params![branch, half_hour, loss.digest],
                )?;
                transaction.execute(
                    "INSERT INTO perdidas_en_duda (ubicacion_id, media_hora, huella, lineas_cargadas, lineas_perdidas,
                        ejecucion_id, vista_en, generada_en)
                     SELECT ?, make_timestamp(?::BIGINT), ?, ?, ?, ?::UUID, make_timestamptz(?::BIGINT),
                        make_timestamptz(?::BIGINT)
                     WHERE NOT EXISTS (
                        SELECT 1 FROM perdidas_en_duda WHERE ubicacion_id = ? AND media_hora = make_timestamp(?::BIGINT))",
                    params![
                        branch,
                        half_hour,
                        loss.digest,
                        loss.loaded,
                        loss.gone + loss.revalued,
                        run.to_string(),
                        micros(at),
                        made_at.map(micros),
                        branch,
                        half_hour
                    ],
                )?;
            }
            Ok(())
        })
        .await
    }
}

impl Warehouse {
    /// Has the losses in doubt of a stretch of the store's clock believed: half hours and lines. It is decided in the same
    /// transaction, where there is any.
    pub async fn confirm_losses(
        &self,
        branch: BranchId,
        local: Interval<DateTime>,
        person: String,
        decision: NewDecision,
    ) -> Result<(u64, u64)> {
        self.write("confirmar_perdidas", move |transaction| {
            let (from, to) = (local_micros(local.start()), local_micros(local.end()));
            let open = "ubicacion_id = ? AND media_hora >= make_timestamp(?::BIGINT) AND media_hora < make_timestamp(?::BIGINT)
                AND confirmada_en IS NULL";
            let (half_hours, lines): (u64, u64) = transaction.query_row(
                &format!("SELECT count(*)::UBIGINT, coalesce(sum(lineas_perdidas), 0)::UBIGINT FROM perdidas_en_duda WHERE {open}"),
                params![branch.as_str(), from, to],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            if half_hours > 0 {
                transaction.execute(
                    &format!(
                        "UPDATE perdidas_en_duda SET confirmada_por = ?, confirmada_en = make_timestamptz(?::BIGINT) WHERE {open}"
                    ),
                    params![person, micros(decision.at), branch.as_str(), from, to],
                )?;
                record(transaction, &decision)?;
            }
            Ok((half_hours, lines))
        })
        .await
    }
}

/// A window is loaded: nothing of it is in doubt.
pub(crate) fn clear_doubts(connection: &Connection, window: &SalesWindow) -> Result<()> {
    let delete = format!("DELETE FROM perdidas_en_duda WHERE {}", of_window());
    connection.execute(&delete, params_from_iter(window_values(window)))?;
    Ok(())
}

fn of_window() -> String {
    IN_WINDOW.replace("fecha_hora", "media_hora")
}
