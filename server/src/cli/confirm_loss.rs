//! `klk confirmar`: says that lines which the POS does not have any more are rightly gone.

use clap::Args;
use domain::read_model::ConfirmLossRequest;
use jiff::civil::Date;

use super::plans::with_target;
use super::{FormerName, ServerArgument};
use crate::failure::{Failure, Outcome};
use crate::output::{answer, json};
use crate::settings::Settings;
use crate::wiring::Purpose;

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
    /// Confirms it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        with_target(self.server, settings, Purpose::Decide, async |target| {
            let confirmed = target
                .confirm_loss(ConfirmLossRequest {
                    ubicacion_id: target.branch(&self.tienda).await?,
                    fecha: self.fecha.to_string(),
                })
                .await?;
            if self.json {
                json(&confirmed)?
            } else {
                answer(&confirmed.mensaje)
            }
            Ok(if confirmed.medias_horas > 0 { Outcome::Success } else { Outcome::Incomplete })
        })
    }
}
