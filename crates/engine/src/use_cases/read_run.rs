//! One run, with everything known of it.

use domain::RunId;
use domain::read_model::{RunDetail, RunLinks, RunPhases, RunView};
use jiff::Timestamp;
use monitoring::SentryLinks;
use warehouse::{StoredRun, Subject};

use crate::answer_cache::Question;
use crate::run_logs::{RunLogLine, read_steps};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// One run: its phases, what it changed, the other attempts at its window, and where it is in Sentry.
    pub async fn read_run(&self, actor: &Actor, run: RunId) -> Result<RunDetail, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("read_run", &run, &[Subject::Runs, Subject::Sales]);
        self.cached(question, self.run_now(run)).await
    }

    /// What a run has done since it started, the oldest line first, whichever process does it; none of one that ended a while ago.
    pub async fn run_log(&self, actor: &Actor, run: &RunView) -> Result<Vec<RunLogLine>, UseCaseError> {
        actor.may_read()?;
        let mut steps = self.run_logs.of(run.id);
        if steps.is_empty() && self.settings.run_logs_max > 0 {
            steps = self.warehouse.run_steps(run.id).await?.map(|stored| read_steps(&stored)).unwrap_or_default();
        }
        let chain = &self.settings.schedules.zone;
        let branch = self.branches.find(&run.ubicacion_id);
        let zone = branch.as_ref().map_or(chain, |branch| &*branch.zone);
        let line = |(at, step)| RunLogLine { at, local: zone.to_datetime(at), step };
        Ok(steps.into_iter().map(line).collect())
    }

    async fn run_now(&self, run: RunId) -> Result<RunDetail, UseCaseError> {
        let stored = self.warehouse.run_detail(run).await?.ok_or(UseCaseError::UnknownRun)?;
        let now = self.clock.now();
        Ok(RunDetail {
            fases: phases(&stored),
            enlaces: self.monitoring.links().map(|links| links_of(&links, &stored.view)),
            ejecucion: stored.view,
            lote_motivo: stored.batch_reason,
            creado_en_local: stored.queued_local,
            fecha_fin_local: stored.ended_local,
            cambios: stored.changes,
            otros_intentos: stored.others,
            otros_intentos_total: stored.others_total,
            generado_en: now,
            generado_en_local: self.settings.schedules.zone.to_datetime(now),
        })
    }
}

/// What of the whole was neither extraction nor load was spent on turning answers into rows, and on waiting for the writer.
fn phases(stored: &StoredRun) -> RunPhases {
    let run = &stored.view;
    let seconds = |milliseconds: u64| milliseconds as f64 / 1000.0;
    let was_loaded = run.registros_cargados.is_some();
    let extraccion = stored.extract_milliseconds.map(seconds);
    let carga = stored.load_milliseconds.filter(|_| was_loaded).map(seconds);
    let rest = run.duracion_segundos.zip(extraccion).zip(carga);
    RunPhases {
        en_cola: run.fecha_inicio.map(|started| waited(run.creado_en, started)),
        extraccion,
        preparacion_y_transformacion: rest.map(|((all, extraction), load)| (all - extraction - load).max(0.0)),
        carga,
    }
}

fn waited(queued: Timestamp, started: Timestamp) -> f64 {
    started.duration_since(queued).as_secs_f64().max(0.0)
}

fn links_of(links: &SentryLinks, run: &RunView) -> RunLinks {
    RunLinks {
        traza: run.traza_id.as_deref().map(|trace| links.trace(trace)),
        tienda: links.issues_of_branch(run.ubicacion_id.as_str()),
        error: run.error_tipo.map(|class| links.issues_of_error(class.as_str())),
        falla: run.error_tipo.map(|_| links.issues_of_run(&run.id.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use domain::{BranchId, EtlKind, RunMode, RunState};
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn stored(loaded: Option<u64>) -> StoredRun {
        let start: Timestamp = "2025-11-17T16:35:02Z".parse().unwrap();
        let queued: Timestamp = "2025-11-17T16:35:00Z".parse().unwrap();
        let date = "2025-11-17".parse().unwrap();
        StoredRun {
            view: RunView {
                id: RunId(Uuid::nil()),
                etl_tipo: EtlKind::Sales,
                ubicacion_id: BranchId::new("tienda_01"),
                ubicacion_nombre: "PERIFERICO".to_owned(),
                estado: RunState::Succeeded,
                modo: RunMode::Incremental,
                creado_en: queued,
                fecha_inicio: Some(start),
                fecha_inicio_local: None,
                fecha_fin: None,
                duracion_segundos: Some(1.875),
                fecha_desde: date,
                fecha_hasta: date,
                hora_desde: "12:00".to_owned(),
                hora_hasta: "12:30".to_owned(),
                registros_extraidos: loaded,
                registros_cargados: loaded,
                error_tipo: None,
                error_mensaje: None,
                error_detalle: None,
                intento: 1,
                solicitado_por: None,
                lote_id: None,
                traza_id: None,
                version_etl: "2.0".to_owned(),
                host: None,
                conciliacion: None,
            },
            queued_local: date.at(12, 35, 0, 0),
            ended_local: None,
            batch_reason: None,
            extract_milliseconds: Some(1500),
            load_milliseconds: Some(125),
            changes: None,
            others: Vec::new(),
            others_total: 0,
        }
    }

    #[rstest]
    #[case::loaded(Some(3), Some(0.25), Some(0.125))]
    #[case::nothing_loaded(None, None, None)]
    fn phases_add_up(#[case] loaded: Option<u64>, #[case] rest: Option<f64>, #[case] load: Option<f64>) {
        let phases = phases(&stored(loaded));
        assert_eq!((phases.en_cola, phases.extraccion), (Some(2.0), Some(1.5)));
        assert_eq!((phases.preparacion_y_transformacion, phases.carga), (rest, load));
    }
}
