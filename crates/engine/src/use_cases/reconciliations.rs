//! The last days of each store: whether the source changed them after they were over.

use std::collections::HashMap;

use domain::read_model::{ReconciliationList, ReconciliationView};
use domain::reconciliation::ReconciliationState;
use domain::window::day_interval;
use domain::{Branch, BranchId, Calendar};
use jiff::ToSpan;
use jiff::civil::Date;
use warehouse::{DayReconciliation, Subject};

use crate::answer_cache::Question;
use crate::calendars::Calendars;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// The last days that are over, the latest first, those with sales to expect or with a comparison.
    pub async fn list_reconciliations(
        &self,
        actor: &Actor,
        branch: Option<BranchId>,
        days: u32,
    ) -> Result<ReconciliationList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new(
            "list_reconciliations",
            &(&branch, days),
            &[Subject::Runs, Subject::Sales, Subject::Decisions],
        );
        self.cached(question, self.reconciliations_now(branch, days)).await
    }

    async fn reconciliations_now(
        &self,
        branch: Option<BranchId>,
        days: u32,
    ) -> Result<ReconciliationList, UseCaseError> {
        let now = self.clock.now();
        let branches = self.branches.select(branch.as_ref())?;
        let zone = &self.settings.schedules.zone;
        let today = zone.to_datetime(now).date();
        let since = today.checked_sub(i64::from(days).days()).unwrap_or(today);
        let mut compared: HashMap<(BranchId, Date), DayReconciliation> =
            self.warehouse.reconciliations(branch, since).await?.into_iter().map(by_day).collect();

        let calendars = Calendars::known(self, None).await?;
        let mut conciliaciones = Vec::new();
        for back in 1..=i64::from(days) {
            let Ok(date) = today.checked_sub(back.days()) else { break };
            for branch in branches.iter() {
                let found = compared.remove(&(branch.id.clone(), date));
                if found.is_some() || is_expected(branch, calendars.of(branch), date) {
                    conciliaciones.push(view(branch, date, found));
                }
            }
        }
        let changed = conciliaciones.iter().filter(|day| day.estado == ReconciliationState::Changed).count();
        Ok(ReconciliationList {
            conciliaciones,
            cambiadas: changed as u64,
            dias: days,
            tiendas: self.branches.choices(),
            generado_en: now,
            generado_en_local: zone.to_datetime(now),
        })
    }
}

fn by_day(found: DayReconciliation) -> ((BranchId, Date), DayReconciliation) {
    ((found.branch.clone(), found.date), found)
}

fn is_expected(branch: &Branch, calendar: &Calendar, date: Date) -> bool {
    day_interval(date, &branch.zone).is_some_and(|day| !calendar.expected(day, &branch.zone).is_empty())
}

fn view(branch: &Branch, fecha: Date, found: Option<DayReconciliation>) -> ReconciliationView {
    let estado = match &found {
        None => ReconciliationState::NotCompared,
        Some(found) if found.difference.lines() > 0 => ReconciliationState::Changed,
        Some(_) => ReconciliationState::Same,
    };
    let difference = found.as_ref().map(|found| found.difference).unwrap_or_default();
    ReconciliationView {
        ubicacion_id: branch.id.clone(),
        ubicacion_nombre: branch.name.clone(),
        fecha,
        estado,
        comparada_en: found.as_ref().map(|found| found.compared_at),
        comparada_en_local: found.as_ref().map(|found| branch.zone.to_datetime(found.compared_at)),
        comparaciones: found.as_ref().map_or(0, |found| u32::try_from(found.times).unwrap_or(u32::MAX)),
        lineas_agregadas: difference.added,
        lineas_cambiadas: difference.changed,
        lineas_retiradas: difference.removed,
        lineas_nuevas: found.as_ref().map_or(0, |found| found.new_lines),
        diferencia_usd: difference.usd(),
        diferencia_bs: difference.bs(),
        ejecucion_id: found.as_ref().map(|found| found.run),
    }
}
