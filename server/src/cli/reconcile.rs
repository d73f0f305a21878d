//! `klk conciliar`: compares a day that is over with the source, and says what changed.

use clap::Args;
use domain::RunState;
use domain::read_model::{ReconcileRequest, RunView};
use jiff::civil::Date;

use super::run_table::RunReport;
use super::target::Target;
use super::{FormerName, ServerArgument, period, wait};
use crate::failure::{Failure, Outcome};
use crate::output::{answer, remark};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk conciliar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct ReconcileArguments {
    /// La tienda: id, código o nombre
    #[arg(value_name = "TIENDA")]
    tienda: String,
    /// El día, AAAA-MM-DD; uno que ya terminó
    #[arg(value_name = "FECHA", value_parser = period::date)]
    fecha: Date,
    #[command(flatten)]
    former_name: FormerName,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

impl ReconcileArguments {
    /// Compares, and waits for it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Work).await?;
            let outcome = self.reconcile(&target).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn reconcile(&self, target: &Target) -> Result<Outcome, Failure> {
        let request =
            ReconcileRequest { ubicacion_id: target.branch(&self.tienda).await?, fecha: self.fecha.to_string() };
        let queued = target.reconcile(request).await?;
        if !self.json {
            remark(&queued.mensaje);
        }
        let Some(batch) = queued.lote_id else { return Err(Failure::Incomplete(queued.mensaje)) };
        wait::for_batches(target, &[batch], self.json).await?;
        let runs = target.runs(&[batch]).await?;
        let changes = runs.iter().filter(|run| run.estado == RunState::Succeeded).map(what_changed).collect::<Vec<_>>();
        let report = RunReport::new(vec![batch], runs);
        report.print(self.json)?;
        if !self.json {
            changes.iter().for_each(|line| answer(line));
        }
        Ok(report.outcome())
    }
}

/// What a comparison found, for people.
fn what_changed(run: &RunView) -> String {
    let Some(receipt) = &run.conciliacion else { return "KLK no cambió nada.".to_owned() };
    let (added, changed, removed) = (receipt.lineas_agregadas, receipt.lineas_cambiadas, receipt.lineas_retiradas);
    if added + changed + removed == 0 {
        return "KLK no cambió nada.".to_owned();
    }
    format!(
        "KLK cambió el día: {added} líneas agregadas, {changed} cambiadas, {removed} retiradas; {:+} USD, {:+} Bs.",
        receipt.diferencia_usd, receipt.diferencia_bs
    )
}
