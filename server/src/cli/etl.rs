//! `klk etl`: extracts now.

use std::collections::BTreeSet;

use clap::Args;
use domain::{BatchId, EtlKind};
use engine::{Engine, ExtractRequest};

use super::period::PeriodArguments;
use super::run_table::RunReport;
use super::target::{Target, actor};
use super::wait;
use crate::failure::{Failure, Outcome, use_case_failure};
use crate::settings::{Settings, branches};
use crate::wiring::{self, Observability, Purpose};
use crate::{clock, runtime};

/// How often a window is asked for whose parts are in progress already.
const TRIES: u32 = 3;

/// Options of `klk etl`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct EtlArguments {
    /// ventas o inventario
    #[arg(value_name = "TIPO", value_parser = super::etl_kind)]
    tipo: EtlKind,
    /// Una tienda: id, código o nombre; varias con comas o repitiendo la opción; sin ella, todas
    #[arg(long, value_delimiter = ',')]
    tienda: Vec<String>,
    #[command(flatten)]
    period: PeriodArguments,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    /// No se puede con un servidor en marcha, que extrae él mismo lo programado: allí, klk recuperar
    #[arg(long, value_name = "URL")]
    servidor: Option<String>,
}

impl EtlArguments {
    /// Queues what is asked for, and waits for it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        if let Some(server) = &self.servidor {
            return Err(Failure::Usage(format!(
                "klk etl vuelve a extraer también lo que ya está cargado, y un servidor en marcha solo extrae lo que falta: use \
                 klk recuperar --servidor {server}"
            )));
        }
        if self.tipo == EtlKind::Sales && self.period.desde.is_none() {
            return Err(Failure::Usage(
                "ventas necesita --desde (y --hasta): klk etl ventas --desde 2025-11-17".to_owned(),
            ));
        }
        let observability = Observability::start(settings, "warn")?;
        let outcome = runtime::block_on(async {
            let engine = wiring::engine(settings, &observability.monitoring, Purpose::Work).await?;
            let outcome = self.extract(&engine, settings).await;
            runtime::end_engine(&engine, settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn extract(&self, engine: &Engine, settings: &Settings) -> Result<Outcome, Failure> {
        let ids =
            self.tienda.iter().map(|text| branches::named(&engine.branches(), text).map(|branch| branch.id.clone()));
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
        let target = Target::Local(engine.clone(), actor());
        let mut batches = BTreeSet::new();
        let mut runs = BTreeSet::new();
        for _ in 0..TRIES {
            let answer = engine.extract(&actor(), request.clone()).await.map_err(use_case_failure)?;
            let waited_for = answer.queued.iter().chain(&answer.in_progress);
            batches.extend(waited_for.clone().filter_map(|run| run.batch));
            runs.extend(answer.queued.iter().map(|run| run.id));
            let batches: Vec<BatchId> =
                waited_for.filter_map(|run| run.batch).collect::<BTreeSet<_>>().into_iter().collect();
            wait::for_batches(&target, &batches, self.json).await?;
            // What was at a part of a window already is not what was asked for: with it done, the whole is asked for.
            if answer.in_progress.is_empty() {
                break;
            }
        }
        let batches: Vec<BatchId> = batches.into_iter().collect();
        let mut ended = target.runs(&batches).await?;
        ended.retain(|run| runs.contains(&run.id));
        let report = RunReport::new(batches, ended);
        report.print(self.json)?;
        Ok(report.outcome())
    }
}
