//! `klk gaps`: what is missing.

use clap::Args;
use domain::EtlKind;
use domain::filter::GapFilter;
use domain::gap::{GapOrder, GapState};
use domain::read_model::{GapList, GapView};
use jiff::civil::DateTime;

use super::ServerArgument;
use super::target::Target;
use crate::failure::{Failure, Outcome};
use crate::output::table::Table;
use crate::output::{answer, json};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk gaps`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct GapsArguments {
    /// Solo ventas, o solo inventario
    #[arg(long, value_name = "TIPO", value_parser = super::etl_kind)]
    etl_tipo: Option<EtlKind>,
    /// Solo una tienda: id, código o nombre
    #[arg(long)]
    tienda: Option<String>,
    /// Cuántas horas hacia atrás
    #[arg(long, value_name = "N", default_value_t = 168, value_parser = clap::value_parser!(u32).range(1..=8784))]
    max_horas: u32,
    /// Lo más reciente primero (antiguedad), o lo que más vale primero (valor)
    #[arg(long, value_name = "ORDEN", default_value = "antiguedad", value_parser = gap_order)]
    ordenar: GapOrder,
    /// Lo que se sabía en ese momento, fecha y hora locales: '2025-11-17 10:07'
    #[arg(long, value_name = "MOMENTO", value_parser = super::period::moment)]
    en: Option<DateTime>,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

impl GapsArguments {
    /// Lists the gaps.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Look).await?;
            let outcome = self.list(&target).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn list(&self, target: &Target) -> Result<Outcome, Failure> {
        let branch = match &self.tienda {
            Some(text) => Some(target.branch(text).await?),
            None => None,
        };
        let filter = GapFilter { kind: self.etl_tipo, branch, hours_max: self.max_horas, order: self.ordenar };
        let list = target.gaps_at(filter, self.en).await?;
        if self.json {
            json(&list)?
        } else {
            print(&list)
        }
        Ok(if list.gaps.is_empty() { Outcome::Success } else { Outcome::Incomplete })
    }
}

fn print(list: &GapList) {
    if list.gaps.is_empty() {
        answer("No hay gaps pendientes");
        return;
    }
    let mut table = Table::new(&["Tienda", "Tipo", "Período", "Ventanas", "Valor USD", "Urgencia", "Causa", "Estado"]);
    for gap in &list.gaps {
        table.row([
            gap.ubicacion_nombre.clone(),
            gap.etl_tipo.to_string(),
            period_text(gap),
            gap.ventanas.to_string(),
            value_text(gap),
            gap.urgencia.to_string(),
            cause_text(gap),
            gap.estado.to_string(),
        ]);
    }
    for line in table.lines() {
        answer(&line);
    }
    let totals = &list.totales;
    answer(&format!(
        "{} gaps ({} medias horas) en {} tiendas; {} con más de 48 horas; valor estimado {:.2} USD{}",
        totals.total,
        totals.ventanas,
        totals.tiendas_afectadas,
        totals.criticos,
        totals.valor_usd,
        match totals.ventanas_sin_historia {
            0 => String::new(),
            windows => format!(", sin contar {windows} medias horas sin historia"),
        }
    ));
}

/// The gap's period as people read it.
pub fn period_text(gap: &GapView) -> String {
    format!("{} {}-{}", gap.fecha_desde, gap.hora_desde, gap.hora_hasta)
}

fn cause_text(gap: &GapView) -> String {
    let missing: u64 = gap.facturas_faltantes.iter().map(|numbers| numbers.hasta - numbers.desde + 1).sum();
    match missing {
        0 => gap.evidencia.tipo.to_string(),
        missing => format!("{} ({missing} facturas)", gap.evidencia.tipo),
    }
}

/// The middle and the range; snapshots have none.
fn value_text(gap: &GapView) -> String {
    match (&gap.valor, gap.ventanas_sin_historia) {
        (Some(value), _) => format!("{:.2} ({:.2} a {:.2})", value.usd, value.usd_desde, value.usd_hasta),
        (None, 0) => "-".to_owned(),
        (None, _) => "sin historia".to_owned(),
    }
}

fn gap_order(text: &str) -> Result<GapOrder, String> {
    text.parse().map_err(|error: domain::state::UnknownName| format!("debe ser uno de: {}", error.allowed))
}

/// Whether somebody can ask for the gap now.
pub fn can_be_asked_for(gap: &GapView) -> bool {
    gap.recuperable && gap.estado == GapState::Pending
}
