//! `klk planes`: the plans that were started, one of them, and what is done to one. `klk plan` takes the same orders.

use clap::{Args, Subcommand};
use domain::read_model::{PlanDetail, PlanList, PlanStretch, PlanView};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::plan_verb::PlanVerb;
use super::target::Target;
use super::{HELP_TEMPLATE, ServerArgument};
use crate::failure::{Failure, Outcome};
use crate::output::progress::grouped;
use crate::output::table::Table;
use crate::output::{answer, json};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk planes`.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Opciones",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Órdenes",
    subcommand_value_name = "ORDEN"
)]
pub struct PlansArguments {
    #[command(subcommand)]
    order: Option<PlanOrder>,
    /// Cuántos planes como máximo, los más recientes primero
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    limite: u32,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

/// What is asked about one plan.
#[derive(Debug, Subcommand)]
pub enum PlanOrder {
    /// Muestra un plan: cómo va, sus ventanas y quién hizo qué con él
    #[command(help_template = HELP_TEMPLATE)]
    Ver(OnePlan),
    /// Pausa un plan: no empieza ninguna ventana más hasta que se reanude
    #[command(help_template = HELP_TEMPLATE)]
    Pausar(PlanChangeArguments),
    /// Reanuda un plan pausado o detenido
    #[command(help_template = HELP_TEMPLATE)]
    Reanudar(PlanChangeArguments),
    /// Cancela lo que un plan no ha empezado; la ventana en curso termina
    #[command(help_template = HELP_TEMPLATE)]
    Cancelar(PlanChangeArguments),
}

/// Which plan.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct OnePlan {
    /// El hash del plan, o sus primeros 12 dígitos o más
    #[arg(value_name = "HASH")]
    hash: String,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

/// Which plan, and why.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct PlanChangeArguments {
    #[command(flatten)]
    plan: OnePlan,
    /// Por qué; queda en la historia del plan
    #[arg(long, value_name = "TEXTO")]
    motivo: Option<String>,
}

impl PlansArguments {
    /// Lists plans, or does what is asked with one.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        match self.order {
            Some(order) => order.run(settings),
            None => with_target(self.server, settings, Purpose::Look, async |target| {
                let list = target.plans(self.limite).await?;
                if self.json {
                    json(&list)?
                } else {
                    print_list(&list, &settings.zone)
                }
                Ok(Outcome::Success)
            }),
        }
    }
}

impl PlanOrder {
    /// Does what is asked.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let (verb, arguments) = match self {
            Self::Ver(OnePlan { hash, json: is_json, server }) => {
                return with_target(server, settings, Purpose::Look, async |target| {
                    let plan = target.read_plan(&hash).await?;
                    if is_json {
                        json(&plan)?
                    } else {
                        print_detail(&plan, &settings.zone)
                    }
                    Ok(Outcome::Success)
                });
            }
            Self::Pausar(arguments) => (PlanVerb::Pause, arguments),
            Self::Reanudar(arguments) => (PlanVerb::Resume, arguments),
            Self::Cancelar(arguments) => (PlanVerb::Cancel, arguments),
        };
        let PlanChangeArguments { plan: OnePlan { hash, json: is_json, server }, motivo } = arguments;
        with_target(server, settings, Purpose::Decide, async |target| {
            let plan = target.change_plan(verb, &hash, motivo).await?;
            if is_json {
                json(&plan)?
            } else {
                answer(&summary(&plan))
            }
            Ok(Outcome::Success)
        })
    }
}

/// Opens a target, does something with it, and closes it.
pub(super) fn with_target(
    server: ServerArgument,
    settings: &Settings,
    purpose: Purpose,
    work: impl AsyncFnOnce(&Target) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let observability = Observability::start(settings, "warn")?;
    let outcome = runtime::block_on(async {
        let target = Target::open(server.servidor.as_deref(), settings, &observability, purpose).await?;
        let outcome = work(&target).await;
        target.close(settings.shutdown_limit).await;
        outcome
    });
    observability.shutdown();
    outcome
}

fn print_list(list: &PlanList, zone: &TimeZone) {
    if list.planes.is_empty() {
        answer("No se ha iniciado ningún plan");
        return;
    }
    let mut table = Table::new(&[
        "Plan",
        "Estado",
        "Iniciado",
        "Por",
        "Ventanas",
        "Bien",
        "Fallidas",
        "En cola",
        "Canceladas",
        "Motivo",
    ]);
    for plan in &list.planes {
        table.row([
            plan.hash.short().to_owned(),
            plan.estado.to_string(),
            moment_text(plan.iniciado_en, zone),
            plan.iniciado_por.clone().unwrap_or_default(),
            plan.ventanas.to_string(),
            plan.exitosas.to_string(),
            plan.fallidas.to_string(),
            (plan.en_cola + plan.en_proceso).to_string(),
            plan.canceladas.to_string(),
            plan.motivo.clone().unwrap_or_default(),
        ]);
    }
    table.lines().iter().for_each(|line| answer(line));
}

fn print_detail(detail: &PlanDetail, zone: &TimeZone) {
    answer(&format!("Plan {}", detail.plan.hash));
    answer(&summary(&detail.plan));
    let mut windows = Table::new(&["Tienda", "Ventanas", "Tramos"]);
    for store in &detail.tiendas {
        windows.row([
            store.ubicacion_nombre.clone().unwrap_or_else(|| store.ubicacion_id.to_string()),
            store.tramos.iter().map(|part| part.ventanas).sum::<u32>().to_string(),
            stretches(&store.tramos),
        ]);
    }
    windows.lines().iter().for_each(|line| answer(line));
    let mut decisions = Table::new(&["Cuándo", "Qué", "Quién", "Desde", "Motivo"]);
    for decision in &detail.decisiones {
        decisions.row([
            moment_text(Some(decision.en), zone),
            decision.accion.to_string(),
            decision.actor.clone(),
            decision.origen.clone(),
            decision.motivo.clone().unwrap_or_default(),
        ]);
    }
    decisions.lines().iter().for_each(|line| answer(line));
}

/// Where a plan stands, in a line.
fn summary(plan: &PlanView) -> String {
    let reason = plan.motivo.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "Plan {}: {}{reason}; {} ventanas: {} bien, {} fallidas, {} en cola, {} en proceso, {} canceladas; {} líneas",
        plan.hash.short(),
        plan.estado,
        plan.ventanas,
        plan.exitosas,
        plan.fallidas,
        plan.en_cola,
        plan.en_proceso,
        plan.canceladas,
        grouped(plan.lineas)
    )
}

/// The stretches of a store, as people read them.
pub fn stretches(parts: &[PlanStretch]) -> String {
    let text = |part: &PlanStretch| format!("{} {}-{}", part.fecha, part.hora_desde, part.hora_hasta);
    parts.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// On the chain's clock.
fn moment_text(moment: Option<Timestamp>, zone: &TimeZone) -> String {
    let Some(moment) = moment else { return "-".to_owned() };
    zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string()
}
