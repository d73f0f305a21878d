//! `klk etl`: extracts now.

use clap::Args;
use domain::{BatchId, EtlKind};
use engine::{Engine, ExtractRequest};

use super::period::PeriodArguments;
use super::run_table::RunReport;
use super::target::{Target, actor, use_case_failure};
use super::wait;
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, branches};
use crate::wiring::{self, Observability, Purpose};
use crate::{clock, runtime};

/// Options of `klk etl`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct EtlArguments {
    /// ventas o inventario
    #[arg(value_name = "TIPO", value_parser = super::etl_kind)]
    tipo: EtlKind,
    /// Una tienda: id, código o nombre; se puede repetir; sin ella, todas
    #[arg(long)]
    tienda: Vec<String>,
    #[command(flatten)]
    period: PeriodArguments,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
}

impl EtlArguments {
    /// Queues what is asked for, and waits for it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        if self.tipo == EtlKind::Sales && self.period.desde.is_none() {
            return Err(Failure::Usage(
                "ventas necesita --desde (y --hasta): klk etl ventas --desde 2025-11-17".to_owned(),
            ));
        }
        let observability = Observability::start(settings, "warn")?;
        let outcome = runtime::block_on(async {
            let engine = wiring::engine(settings, &observability.monitoring, Purpose::Work).await?;
            let outcome = self.extract(&engine, settings).await;
            engine.shutdown().await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn extract(&self, engine: &Engine, settings: &Settings) -> Result<Outcome, Failure> {
        let ids =
            self.tienda.iter().map(|text| branches::named(engine.branches(), text).map(|branch| branch.id.clone()));
        let today = settings.zone.to_datetime(clock::now()).date();
        let from = self.period.desde.unwrap_or(today);
        let request = ExtractRequest {
            kind: self.tipo,
            branches: ids.collect::<Result<_, Failure>>()?,
            date_from: from,
            date_to: self.period.hasta.unwrap_or(from),
            time_from: self.period.hora_desde,
            time_to: self.period.hora_hasta.map(|end| end.0),
        };
        let answer = engine.extract(&actor(), request).await.map_err(use_case_failure)?;
        let in_work = answer.in_work.iter().filter_map(|run| run.batch);
        let mut batches: Vec<BatchId> = answer.batch.into_iter().chain(in_work).collect();
        batches.sort_unstable();
        batches.dedup();
        let target = Target::Local(engine.clone(), actor());
        wait::for_batches(&target, &batches, self.json).await?;
        let report = RunReport::new(batches.clone(), target.runs(&batches).await?);
        report.print(self.json)?;
        Ok(report.outcome())
    }
}
