//! `klk cobertura`: a store's day, and what proves each half hour of it.

use std::collections::BTreeSet;

use clap::Args;
use domain::certificate::ProofOutcome;
use domain::filter::CoverageFilter;
use domain::read_model::{Certificate, CoverageDay, MissingNumbers};
use domain::sequence::BreakKind;
use jiff::civil::Date;

use super::ServerArgument;
use super::target::Target;
use crate::failure::{Failure, Outcome};
use crate::output::table::Table;
use crate::output::{answer, json};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk cobertura`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct CoverageArguments {
    /// La tienda: id, código o nombre
    #[arg(long)]
    tienda: String,
    /// El día, AAAA-MM-DD
    #[arg(long, value_parser = super::period::date)]
    fecha: Date,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

impl CoverageArguments {
    /// Shows the day.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Look).await?;
            let outcome = self.show(&target).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn show(&self, target: &Target) -> Result<Outcome, Failure> {
        let branch = target.branch(&self.tienda).await?;
        let day = target.coverage(CoverageFilter { branch, date: self.fecha }).await?;
        if self.json {
            json(&day)?;
        } else {
            print(&day);
        }
        Ok(if day.dia_probado { Outcome::Success } else { Outcome::Incomplete })
    }
}

fn print(day: &CoverageDay) {
    let mut table = Table::new(&["Hora", "Estado", "Líneas", "Facturas", "USD", "Ejecución", "Conteo", "Secuencia"]);
    for half_hour in &day.medias_horas {
        let Certificate { ejecucion, conteo, secuencia } = &half_hour.certificado;
        let counted = match (conteo.anunciadas, conteo.recibidas) {
            (Some(announced), Some(received)) => format!("{received} de {announced}"),
            _ => mark(conteo.resultado).to_owned(),
        };
        table.row([
            format!("{}-{}", half_hour.hora_desde, half_hour.hora_hasta),
            half_hour.estado.to_string(),
            half_hour.lineas.to_string(),
            half_hour.facturas.to_string(),
            format!("{:.2}", half_hour.total_usd),
            ejecucion.ejecucion_estado.map_or_else(|| "-".to_owned(), |state| state.to_string()),
            counted,
            mark(secuencia.resultado).to_owned(),
        ]);
    }
    for line in table.lines() {
        answer(&line);
    }
    let mut said = BTreeSet::new();
    for secuencia in day.medias_horas.iter().map(|half_hour| &half_hour.certificado.secuencia) {
        said.extend(secuencia.faltantes.iter().map(missing));
        said.extend(secuencia.reinicios.iter().map(|restart| {
            format!("Caja {}: de {} volvió a empezar en {}", restart.caja, restart.ultimo, restart.primero)
        }));
    }
    for line in said {
        answer(&line);
    }
    let states: Vec<String> =
        day.estados.iter().map(|count| format!("{} {}", count.medias_horas, count.estado)).collect();
    answer(&format!("{} {}: {}", day.ubicacion_nombre, day.fecha, states.join(", ")));
    answer(&format!(
        "{} líneas, {} facturas, {:.2} Bs, {:.2} USD cargados; el KLK no anuncia sumas con las que compararlos",
        day.lineas, day.facturas, day.total_bs, day.total_usd
    ));
}

fn missing(numbers: &MissingNumbers) -> String {
    let what = match numbers.tipo {
        BreakKind::Hole => "faltan",
        BreakKind::Jump => "salto, sin",
    };
    let justified = if numbers.justificada { " (justificados)" } else { "" };
    format!("Caja {}: {what} {} a {}{justified}", numbers.caja, numbers.desde, numbers.hasta)
}

const fn mark(outcome: ProofOutcome) -> &'static str {
    match outcome {
        ProofOutcome::Holds => "sí",
        ProofOutcome::Fails => "no",
        ProofOutcome::NotApplicable => "-",
    }
}
