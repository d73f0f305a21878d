//! `klk confirmar`: says that lines which the POS does not have any more are rightly gone.

use clap::Args;
use domain::read_model::ConfirmLossRequest;
use jiff::civil::Date;

use super::run_table::RunReport;
use super::target::Target;
use super::{FormerName, ServerArgument, wait};
use crate::failure::{Failure, Outcome};
use crate::output::{answer, json, remark};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk confirmar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct ConfirmLossArguments {
    /// La tienda: id, código o nombre
    #[arg(long)]
    tienda: String,
    /// El día de la tienda, AAAA-MM-DD
    #[arg(long)]
    fecha: Date,
    #[command(flatten)]
    former_name: FormerName,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

impl ConfirmLossArguments {
    /// Confirms it, and waits for the day to be loaded again.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Work).await?;
            let outcome = self.confirm(&target).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn confirm(&self, target: &Target) -> Result<Outcome, Failure> {
        let request =
            ConfirmLossRequest { ubicacion_id: target.branch(&self.tienda).await?, fecha: self.fecha.to_string() };
        let confirmed = target.confirm_loss(request).await?;
        let Some(batch) = confirmed.lote_id else {
            // Nothing was in doubt, or another run loads the day already.
            if self.json {
                json(&confirmed)?;
            } else {
                answer(&confirmed.mensaje);
            }
            return Ok(if confirmed.medias_horas > 0 { Outcome::Success } else { Outcome::Incomplete });
        };
        if !self.json {
            remark(&confirmed.mensaje);
        }
        wait::for_batches(target, &[batch], self.json).await?;
        let report = RunReport::new(vec![batch], target.runs(&[batch]).await?);
        report.print(self.json)?;
        Ok(report.outcome())
    }
}
