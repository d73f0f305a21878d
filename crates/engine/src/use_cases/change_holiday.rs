//! A single day of all stores, as a holiday: what it would change, and the change itself.

use std::sync::Arc;

use domain::Branch;
use domain::calendar::{CalendarRules, DayException, hours_of};
use domain::decision::DecisionAction;
use domain::justification::written;
use domain::read_model::{CalendarPreview, HolidayAnswer, HolidayRequest};
use jiff::civil::Date;
use serde_json::json;
use texts::{Language, holiday_saved};
use warehouse::{CalendarKind, CalendarRow, NewDecision};

use crate::calendar_change::{self, CalendarChange};
use crate::calendars::Calendars;
use crate::engine::run_detached;
use crate::period::date;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// What other hours of a day would do in all stores; nothing is changed.
    pub async fn preview_holiday(
        &self,
        actor: &Actor,
        request: HolidayRequest,
    ) -> Result<CalendarPreview, UseCaseError> {
        actor.may_read()?;
        let changes = self.warehouse.calendar_changes(None).await?;
        let (day, exception) = self.day_of(&request)?;
        calendar_change::preview(self, &self.of_all_stores(&changes, day, &exception)).await
    }

    /// Gives a day other hours in all stores, or none; other days keep what they had. All stores, or none.
    pub async fn change_holiday(&self, actor: &Actor, request: HolidayRequest) -> Result<HolidayAnswer, UseCaseError> {
        actor.may_operate_everywhere()?;
        let (day, exception) = self.day_of(&request)?;
        let planning = self.lock_planning().await;
        let known = self.warehouse.calendar_changes(None).await?;
        let mut changes = self.of_all_stores(&known, day, &exception);
        // A second click decides nothing.
        changes.retain(|change| change.before != change.after);
        let cambio = calendar_change::preview(self, &changes).await?;
        let at = self.clock.now();
        let row = |change: &CalendarChange| CalendarRow {
            branch: change.branch.id.clone(),
            from: day,
            document: document_of(change, day, &exception),
            person: actor.name.clone(),
            kind: CalendarKind::SingleDay,
            registered_at: at,
        };
        // A decision for each store: whoever looks at one of them finds it there.
        let decision = |change: &CalendarChange| NewDecision {
            id: self.new_id(),
            at,
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::ChangeCalendar,
            object: format!("{} el {day}: {} {}", change.branch.name, request.horario.trim(), exception.note),
            detail: json!({"ubicacion_id": change.branch.id, "fecha": day.to_string(), "todas": true}).to_string(),
        };
        let rows = changes.iter().map(|change| (self.new_id(), row(change))).collect();
        let decisions = changes.iter().map(decision).collect();
        let tiendas = changes.len() as u64;
        if tiendas > 0 {
            let engine = self.clone();
            run_detached(async move {
                engine.warehouse.change_calendars(rows, decisions).await?;
                engine.events.gaps_changed();
                drop(planning);
                Ok(())
            })
            .await?;
        }
        let change = (cambio.dejan_de_esperarse, cambio.empiezan_a_esperarse);
        let mensaje = holiday_saved(Language::Es, day, tiendas, change);
        Ok(HolidayAnswer { tiendas, cambio, mensaje })
    }

    fn day_of(&self, request: &HolidayRequest) -> Result<(Date, DayException), UseCaseError> {
        let hours = hours_of("horario", &request.horario)?;
        let note = written("nota", &request.nota, self.settings.written_characters_max)?;
        Ok((date("fecha", &request.fecha)?, DayException { hours, note }))
    }

    fn of_all_stores(&self, changes: &[CalendarRow], day: Date, exception: &DayException) -> Vec<CalendarChange> {
        let calendars = Calendars::after(&self.branches, changes);
        let change = |branch: &Arc<Branch>| {
            let before = calendars.of(branch).clone();
            let after = before.clone().with_day(day, exception.clone());
            CalendarChange { branch: Arc::clone(branch), before, after, clock_after: branch.zone.clone() }
        };
        self.branches.all().iter().map(change).collect()
    }
}

/// The day as the only single one, among the hours of its week.
fn document_of(change: &CalendarChange, day: Date, exception: &DayException) -> String {
    let rules = change.before.rules_on(day);
    let only = [(day, exception.clone())].into();
    json!(CalendarRules { exceptions: only, zone: None, ..rules.clone() }.document()).to_string()
}
