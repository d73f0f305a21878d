//! The state of the schedules.

use std::collections::HashMap;

use domain::read_model::{ScheduleList, ScheduleStatus};
use domain::window::day_interval;
use domain::{EtlKind, RunMode};
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::schedule::ScheduleKind;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Each schedule: its expression, when it fired, when it fires next, and today's runs of it.
    pub async fn schedules(&self, actor: &Actor) -> Result<ScheduleList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("schedules", &(), &[Subject::Runs, Subject::Schedules]);
        self.cached(question, self.schedules_now()).await
    }

    async fn schedules_now(&self) -> Result<ScheduleList, UseCaseError> {
        let now = self.clock.now();
        let fired: HashMap<String, _> = self.warehouse.last_fired().await?.into_iter().collect();
        let mut cron = Vec::with_capacity(self.schedules.len());
        for schedule in &self.schedules {
            let (kind, mode) = match schedule.kind {
                ScheduleKind::Sales => (EtlKind::Sales, RunMode::Incremental),
                ScheduleKind::Inventory => (EtlKind::Inventory, RunMode::Full),
                ScheduleKind::Reconciliation => (EtlKind::Sales, RunMode::Full),
            };
            let zone = schedule.zone();
            let midnight = day_interval(zone.to_datetime(now).date(), zone).map_or(now, |day| day.start());
            cron.push(ScheduleStatus {
                nombre: schedule.kind.slug().to_owned(),
                etl_tipo: kind.as_str().to_owned(),
                expresion: schedule.expression().to_owned(),
                zona: zone.iana_name().unwrap_or("UTC-04:00").to_owned(),
                activo: self.settings.scheduler,
                ultima_ejecucion: fired.get(schedule.kind.slug()).copied(),
                proxima_ejecucion: schedule.next_after(now).filter(|_| self.settings.scheduler),
                hoy: self.warehouse.today_counts(kind, mode, schedule.kind.reason(), midnight).await?,
            });
        }
        Ok(ScheduleList { cron, generado_en: now })
    }
}
