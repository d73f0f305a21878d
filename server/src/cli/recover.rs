//! `klk recuperar`: gets back what is missing.

use clap::Args;
use domain::filter::GapFilter;
use domain::gap::GapState;
use domain::plan::PlanState;
use domain::read_model::{GapView, RecoverGapRequest, RunView};
use domain::window::clock_text;
use domain::{BatchId, EtlKind};

use super::gaps::{can_be_asked_for, period_text};
use super::period::PeriodArguments;
use super::plan_verb::PlanVerb;
use super::run_table::RunReport;
use super::target::Target;
use super::{ServerArgument, wait};
use crate::failure::{Failure, Outcome};
use crate::output::{confirm, remark};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk recuperar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct RecoverArguments {
    /// La tienda: id, código o nombre
    #[arg(long, required_unless_present_any = ["todo", "plan"], conflicts_with = "todo", requires = "desde")]
    tienda: Option<String>,
    #[command(flatten)]
    period: PeriodArguments,
    /// ventas o inventario
    #[arg(long, value_name = "TIPO", default_value = "ventas", value_parser = super::etl_kind)]
    etl_tipo: EtlKind,
    /// El plan que mostró `klk plan`, por su hash o sus primeros 12 dígitos; uno detenido sigue
    #[arg(long, value_name = "HASH", conflicts_with_all = ["tienda", "todo", "desde"])]
    plan: Option<String>,
    /// Todo lo que se pueda recuperar, de todas las tiendas
    #[arg(long, conflicts_with = "desde")]
    todo: bool,
    /// Con --todo: cuántas horas hacia atrás
    #[arg(long, value_name = "N", default_value_t = 168, value_parser = clap::value_parser!(u32).range(1..=8784))]
    max_horas: u32,
    /// No pregunta antes de recuperar todo
    #[arg(long)]
    si: bool,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

impl RecoverArguments {
    /// Queues what is missing, and waits for it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Work).await?;
            let outcome = self.recover(&target).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn recover(&self, target: &Target) -> Result<Outcome, Failure> {
        if let Some(hash) = &self.plan {
            return self.recover_plan(target, hash).await;
        }
        let requests = if self.todo { self.every_gap(target).await? } else { vec![self.one(target).await?] };
        let mut batches = Vec::new();
        let mut in_progress: Vec<RunView> = Vec::new();
        for request in requests {
            let answer = target.recover(request).await?;
            if !self.json {
                remark(&answer.mensaje);
            }
            batches.extend(answer.lote_id);
            in_progress.extend(answer.en_curso);
        }
        batches.extend(in_progress.iter().filter_map(|run| run.lote_id));
        batches.sort_unstable();
        batches.dedup();
        let outcome = self.wait(target, batches).await?;
        match self.todo {
            true => self.with_what_is_left(target, outcome).await,
            false => Ok(outcome),
        }
    }

    /// All is recovered only where nothing is left, as of windows that wait in a plan that is stopped.
    async fn with_what_is_left(&self, target: &Target, outcome: Outcome) -> Result<Outcome, Failure> {
        let list = target.gaps(GapFilter { hours_max: self.max_horas, ..GapFilter::default() }).await?;
        let waits = |gap: &&GapView| matches!(gap.estado, GapState::Queued | GapState::Held | GapState::Running);
        let waiting = list.gaps.iter().filter(waits).count();
        if waiting == 0 {
            return Ok(outcome);
        }
        remark(&format!(
            "Quedan {waiting} pendientes que ya estaban en cola: los lleva otro lote, o un plan detenido. klk planes dice cuál, y \
             klk recuperar --plan HASH lo sigue"
        ));
        Ok(Outcome::Incomplete)
    }

    async fn recover_plan(&self, target: &Target, hash: &str) -> Result<Outcome, Failure> {
        let mut plan = target.start_plan(hash).await?;
        if plan.estado == PlanState::Stopped {
            plan = target.change_plan(PlanVerb::Resume, hash, None).await?;
        }
        if !self.json {
            remark(&format!("Plan {}: {}, {} ventanas", plan.hash.short(), plan.estado, plan.ventanas));
        }
        self.wait(target, plan.lote_id.into_iter().collect()).await
    }

    async fn wait(&self, target: &Target, batches: Vec<BatchId>) -> Result<Outcome, Failure> {
        if !batches.is_empty() {
            wait::for_batches(target, &batches, self.json).await?;
        }
        let runs = target.runs(&batches).await?;
        let report = RunReport::new(batches, runs);
        report.print(self.json)?;
        Ok(report.outcome())
    }

    async fn one(&self, target: &Target) -> Result<RecoverGapRequest, Failure> {
        let (Some(tienda), Some(from)) = (&self.tienda, self.period.desde) else {
            return Err(Failure::Usage("diga --tienda y --desde, o --todo".to_owned()));
        };
        Ok(RecoverGapRequest {
            etl_tipo: self.etl_tipo,
            ubicacion_id: target.branch(tienda).await?,
            fecha_desde: from.to_string(),
            fecha_hasta: self.period.hasta.unwrap_or(from).to_string(),
            hora_desde: self.period.hora_desde.map(clock_text),
            hora_hasta: self.period.hora_hasta.map(super::period::EndTime::text),
        })
    }

    async fn every_gap(&self, target: &Target) -> Result<Vec<RecoverGapRequest>, Failure> {
        let list = target.gaps(GapFilter { hours_max: self.max_horas, ..GapFilter::default() }).await?;
        let gaps: Vec<GapView> = list.gaps.into_iter().filter(can_be_asked_for).collect();
        if !gaps.is_empty() && !self.si {
            self.ask(&gaps)?;
        }
        Ok(gaps.into_iter().map(request_of).collect())
    }

    fn ask(&self, gaps: &[GapView]) -> Result<(), Failure> {
        for gap in gaps {
            remark(&format!("  {} {} {}", gap.ubicacion_nombre, gap.etl_tipo, period_text(gap)));
        }
        match confirm(&format!("¿Recuperar estos {} gaps?", gaps.len())) {
            Some(true) => Ok(()),
            Some(false) => Err(Failure::Incomplete("no se recuperó nada".to_owned())),
            None => Err(Failure::Usage("sin terminal no se puede preguntar: agregue --si".to_owned())),
        }
    }
}

fn request_of(gap: GapView) -> RecoverGapRequest {
    RecoverGapRequest {
        etl_tipo: gap.etl_tipo,
        ubicacion_id: gap.ubicacion_id,
        fecha_desde: gap.fecha_desde.to_string(),
        fecha_hasta: gap.fecha_hasta.to_string(),
        hora_desde: Some(gap.hora_desde),
        hora_hasta: Some(gap.hora_hasta),
    }
}
