//! `klk plan`: exactly what a recovery would run, what it would cost, and the hash to start it by.

use clap::Args;
use domain::EtlKind;
use domain::read_model::{PlanPeriod, PlanPreview, PlanRequest};
use domain::window::clock_text;

use super::ServerArgument;
use super::period::{EndTime, PeriodArguments};
use super::plans::{PlanOrder, stretches};
use super::target::Target;
use crate::failure::{Failure, Outcome};
use crate::output::progress::grouped;
use crate::output::table::Table;
use crate::output::{answer, json};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk plan`.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Opciones",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Órdenes",
    subcommand_value_name = "ORDEN"
)]
pub struct PlanArguments {
    #[command(subcommand)]
    order: Option<PlanOrder>,
    /// Las tiendas: id, código o nombre; sin ninguna, todas
    #[arg(long)]
    tienda: Vec<String>,
    #[command(flatten)]
    period: PeriodArguments,
    /// Todo lo que falta de los últimos días; sin --desde, 7
    #[arg(long, value_name = "N", conflicts_with = "desde", value_parser = clap::value_parser!(u32).range(1..=366))]
    dias: Option<u32>,
    /// También lo que ya está cargado
    #[arg(long)]
    repetir_cargado: bool,
    /// Solo mientras cada tienda esté cerrada
    #[arg(long)]
    fuera_de_horario: bool,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

/// Without a period and without days.
const DAYS: u32 = 7;

impl PlanArguments {
    /// Shows what would run, or does what is asked with a plan.
    pub fn run(mut self, settings: &Settings) -> Result<Outcome, Failure> {
        if let Some(order) = self.order.take() {
            return order.run(settings);
        }
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Propose).await?;
            let outcome = self.show(&target).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn show(&self, target: &Target) -> Result<Outcome, Failure> {
        let preview = target.plan(self.request(target).await?).await?;
        if self.json {
            json(&preview)?
        } else {
            print(&preview)
        }
        Ok(Outcome::Success)
    }

    async fn request(&self, target: &Target) -> Result<PlanRequest, Failure> {
        let mut ubicaciones = Vec::with_capacity(self.tienda.len());
        for text in &self.tienda {
            ubicaciones.push(target.branch(text).await?);
        }
        let period = self.period.desde.map(|from| PlanPeriod {
            ubicacion_id: None,
            fecha_desde: from.to_string(),
            fecha_hasta: self.period.hasta.map(|date| date.to_string()),
            hora_desde: self.period.hora_desde.map(clock_text),
            hora_hasta: self.period.hora_hasta.map(EndTime::text),
        });
        Ok(PlanRequest {
            etl_tipo: EtlKind::Sales,
            ubicaciones,
            ultimos_dias: if period.is_some() { None } else { Some(self.dias.unwrap_or(DAYS)) },
            periodos: period.into_iter().collect(),
            repetir_cargado: self.repetir_cargado,
            fuera_de_horario: self.fuera_de_horario,
            solo_pendientes: false,
        })
    }
}

fn print(preview: &PlanPreview) {
    if preview.ventanas > 0 {
        let mut table = Table::new(&["Tienda", "Ventanas", "Llamadas", "Líneas", "POS", "Tramos"]);
        for store in &preview.tiendas {
            table.row([
                store.ubicacion_nombre.clone(),
                store.tramos.iter().map(|part| part.ventanas).sum::<u32>().to_string(),
                store.llamadas.to_string(),
                store.lineas_esperadas.map_or_else(|| "sin historia".to_owned(), grouped),
                store.segundos_pos.map_or_else(|| "sin medir".to_owned(), |seconds| format!("{seconds:.1} s")),
                stretches(&store.tramos),
            ]);
        }
        for line in table.lines() {
            answer(&line);
        }
    }
    answer(&preview.mensaje);
    if preview.ventanas > 0 {
        answer(&format!("Plan {}", preview.hash));
        answer(&format!("Para iniciarlo: klk recuperar --plan {}", preview.hash.short()));
    }
}
