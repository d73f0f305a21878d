//! The calendars of the stores, and who changed them.

use domain::Branch;
use domain::branch_clock::ALWAYS;
use domain::read_model::{BranchCalendar, CalendarChange, CalendarList};
use warehouse::{CalendarKind, CalendarRow, Subject};

use crate::answer_cache::Question;
use crate::calendars::Calendars;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// What counts today in each store, since when, and every change, the latest first.
    pub async fn list_calendars(&self, actor: &Actor) -> Result<CalendarList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("list_calendars", &(), &[Subject::Decisions]);
        self.cached(question, self.calendars_now()).await
    }

    async fn calendars_now(&self) -> Result<CalendarList, UseCaseError> {
        let now = self.clock.now();
        let changes = self.warehouse.calendar_changes(None).await?;
        let calendars = Calendars::after(&self.branches, &changes);
        let calendarios =
            self.branches.all().iter().map(|branch| self.branch_calendar(branch, &calendars, &changes)).collect();
        let generado_en_local = self.settings.schedules.zone.to_datetime(now);
        Ok(CalendarList { calendarios, generado_en: now, generado_en_local })
    }

    pub(super) fn branch_calendar(
        &self,
        branch: &Branch,
        calendars: &Calendars,
        changes: &[CalendarRow],
    ) -> BranchCalendar {
        let now = self.clock.now();
        let today = branch.zone.to_datetime(now).date();
        // What the file said at first counts always, and is no change.
        let is_change = |change: &CalendarRow| change.kind != CalendarKind::OfFile || change.from > ALWAYS;
        let own = || changes.iter().filter(|change| change.branch == branch.id && is_change(change));
        let cambios = own()
            .rev()
            .filter_map(|change| {
                Some(CalendarChange {
                    vigente_desde: change.from,
                    calendario: serde_json::from_str(&change.document).ok()?,
                    solo_ese_dia: change.kind == CalendarKind::SingleDay,
                    nombre: change.person.clone(),
                    registrado_en: change.registered_at,
                    registrado_en_local: branch.zone.to_datetime(change.registered_at),
                })
            })
            .collect();
        BranchCalendar {
            ubicacion_id: branch.id.clone(),
            ubicacion_nombre: branch.name.clone(),
            zona: branch.zone.name_at(now).unwrap_or("UTC-04:00").to_owned(),
            calendario: calendars.of(branch).shown_on(today).document(),
            vigente_desde: own()
                .filter(|change| change.kind != CalendarKind::SingleDay)
                .map(|change| change.from)
                .filter(|from| *from <= today)
                .max(),
            cambios,
        }
    }
}
