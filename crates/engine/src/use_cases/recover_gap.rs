//! Recovering what is missing of a period.

use domain::filter::InvalidParameter;
use domain::read_model::{RecoverGapAnswer, RecoverGapRequest, RunView};
use domain::recovery::windows_to_recover;
use domain::window::{day_interval, instant_of};
use domain::{Branch, EtlKind, Interval, RunId, RunMode};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use monitoring::GapRecovery;
use warehouse::{NewRun, RunRecord};

use super::extract::{aligned, check_days};
use crate::{Actor, Engine, UseCaseError, gaps};

impl Engine {
    /// Queues the half hours that are missing of a period, each once whoever asks, and names the runs that are at it
    /// already.
    pub async fn recover_gap(
        &self,
        actor: &Actor,
        request: RecoverGapRequest,
    ) -> Result<RecoverGapAnswer, UseCaseError> {
        actor.may_operate()?;
        let branch = self.branches.require(&request.ubicacion_id)?;
        if request.etl_tipo == EtlKind::Inventory {
            return Err(UseCaseError::Unrecoverable);
        }
        let range = self.period(branch, &request)?;
        let evidence = gaps::evidence(self, request.etl_tipo, &[branch], range, self.clock.now()).await?;
        let missing = evidence.by_branch.first().map(|(_, evidence)| evidence);
        let windows = missing
            .map(|evidence| windows_to_recover(&branch.id, request.etl_tipo, range, evidence, &branch.zone))
            .unwrap_or_default();
        // Runs that have missing windows of the period in work, by whoever asked for them.
        let at_it: Vec<RunId> = missing
            .map(|evidence| {
                let missing = evidence.missing();
                let unfinished = evidence.attempts.iter().filter(|attempt| !attempt.state.is_final());
                unfinished.filter(|attempt| missing.overlaps(&attempt.interval)).map(|attempt| attempt.run).collect()
            })
            .unwrap_or_default();

        let runs: Vec<NewRun> = windows
            .into_iter()
            .map(|window| NewRun {
                id: self.ids.run_id(),
                kind: window.kind,
                branch: branch.clone(),
                interval: window.interval,
                mode: RunMode::Recovery,
            })
            .collect();
        let recovery_of = |runs: &[RunId]| self.announce(actor, branch, &request, runs);
        let outcome = if runs.is_empty() { None } else { Some(self.queue_batch("recuperacion", actor, runs).await?) };
        let (lote_id, queued, in_work) = match outcome {
            Some(answer) => (answer.batch, answer.queued, answer.in_work),
            None => (None, Vec::new(), Vec::new()),
        };
        let queued_ids: Vec<RunId> = queued.iter().map(id_of).collect();
        recovery_of(&queued_ids);

        let mut at_it = at_it;
        at_it.extend(in_work.iter().map(id_of).filter(|id| !queued_ids.contains(id)));
        at_it.sort_unstable();
        at_it.dedup();
        let ejecuciones = self.warehouse.run_views(queued_ids).await?;
        let en_curso = self.warehouse.run_views(at_it).await?;
        let mensaje = message(&ejecuciones, &en_curso);
        Ok(RecoverGapAnswer { lote_id, ejecuciones, en_curso, mensaje })
    }

    /// Tells the team what was asked for, by whom, and what it queued.
    fn announce(&self, actor: &Actor, branch: &Branch, request: &RecoverGapRequest, runs: &[RunId]) {
        let moment = |date: &str, time: Option<&str>, default: &str| format!("{date} {}", time.unwrap_or(default));
        let from = moment(&request.fecha_desde, request.hora_desde.as_deref(), "00:00");
        let to = moment(&request.fecha_hasta, request.hora_hasta.as_deref(), "24:00");
        GapRecovery {
            kind: request.etl_tipo,
            branch: &branch.id,
            from: &from,
            to: &to,
            windows: runs.len(),
            requested_by: &actor.name,
            runs,
        }
        .apply();
    }

    /// The asked period as instants of the branch's clock.
    fn period(&self, branch: &Branch, request: &RecoverGapRequest) -> Result<Interval<Timestamp>, InvalidParameter> {
        let (from, to) = (date("fecha_desde", &request.fecha_desde)?, date("fecha_hasta", &request.fecha_hasta)?);
        check_days(from, to, self.settings.recovery_days_max)?;
        let outside = |name| InvalidParameter { name, reason: "está fuera del calendario".to_owned() };
        let start = match time("hora_desde", request.hora_desde.as_deref())? {
            Some(Some(time)) => instant_of(from.to_datetime(time), &branch.zone),
            Some(None) => day_interval(from, &branch.zone).map(|day| day.end()),
            None => day_interval(from, &branch.zone).map(|day| day.start()),
        }
        .ok_or_else(|| outside("fecha_desde"))?;
        let end = match time("hora_hasta", request.hora_hasta.as_deref())? {
            Some(Some(time)) => instant_of(to.to_datetime(time), &branch.zone),
            Some(None) | None => day_interval(to, &branch.zone).map(|day| day.end()),
        }
        .ok_or_else(|| outside("fecha_hasta"))?;
        Interval::new(start, end).ok_or_else(|| InvalidParameter {
            name: "hora_hasta",
            reason: "el final del período debe ser posterior a su inicio; para el final del día escriba 24:00"
                .to_owned(),
        })
    }
}

fn id_of(record: &RunRecord) -> RunId {
    record.id
}

fn date(name: &'static str, text: &str) -> Result<Date, InvalidParameter> {
    let reason = || format!("debe ser una fecha AAAA-MM-DD; llegó '{}'", text.chars().take(40).collect::<String>());
    text.trim().parse().map_err(|_| InvalidParameter { name, reason: reason() })
}

/// A time of the day; `Some(None)` is 24:00, None where it is absent or empty.
fn time(name: &'static str, text: Option<&str>) -> Result<Option<Option<Time>>, InvalidParameter> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text == "24:00" || text == "24:00:00" {
        return Ok(Some(None));
    }
    let reason = || format!("debe ser una hora HH:MM; llegó '{}'", text.chars().take(40).collect::<String>());
    let time = text.parse().map_err(|_| InvalidParameter { name, reason: reason() })?;
    aligned(name, time).map(|time| Some(Some(time)))
}

fn message(queued: &[RunView], in_work: &[RunView]) -> String {
    let windows = |count: usize| if count == 1 { "1 ventana".to_owned() } else { format!("{count} ventanas") };
    match (queued.len(), in_work.len()) {
        (0, 0) => "No falta nada en ese período.".to_owned(),
        (0, work) => format!("Ya hay {} de ese período en curso.", windows(work)),
        (new, 0) => format!("{} en cola.", windows(new)),
        (new, work) => format!("{} en cola; {} ya en curso.", windows(new), windows(work)),
    }
}
