//! Another calendar for a store: what it would change, and the change itself.

use std::sync::Arc;

use domain::Branch;
use domain::calendar::rules_of;
use domain::decision::DecisionAction;
use domain::filter::{InvalidParameter, Requirement};
use domain::justification::written;
use domain::read_model::{CalendarAnswer, CalendarPreview, CalendarRequest};
use serde_json::json;
use texts::{Language, calendar_saved};
use warehouse::{CalendarKind, CalendarRow, NewDecision};

use crate::calendar_change::{self, CalendarChange};
use crate::calendars::{Calendars, on_its_zones};
use crate::engine::run_detached;
use crate::period::date;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// What a change would do to windows of the past and of the days ahead; nothing is changed.
    pub async fn preview_calendar(
        &self,
        actor: &Actor,
        request: CalendarRequest,
    ) -> Result<CalendarPreview, UseCaseError> {
        actor.may_read()?;
        let changes = self.warehouse.calendar_changes(None).await?;
        let (_, change) = self.proposed(&changes, &request)?;
        calendar_change::preview(self, &[change]).await
    }

    /// Gives a store another calendar from a day on; earlier days keep the one they had.
    pub async fn change_calendar(
        &self,
        actor: &Actor,
        request: CalendarRequest,
    ) -> Result<CalendarAnswer, UseCaseError> {
        actor.may_operate()?;
        actor.may_operate_in(&*self.branches.require(&request.ubicacion_id)?)?;
        let planning = self.lock_planning().await;
        let mut changes = self.warehouse.calendar_changes(None).await?;
        let (row, change) = self.proposed(&changes, &request)?;
        let row = CalendarRow { person: actor.name.clone(), ..row };
        let cambio = calendar_change::preview(self, std::slice::from_ref(&change)).await?;
        let mut own = changes.iter().filter(|known| known.branch == row.branch);
        if own.next_back().is_some_and(|last| is_same(last, &row)) {
            let calendario =
                self.branch_calendar(&change.branch, &Calendars::after(&self.branches, &changes), &changes);
            let mensaje = calendar_saved(Language::Es, &change.branch.name, row.from, true, (0, 0));
            return Ok(CalendarAnswer { calendario, cambio, mensaje, ya_estaba: true });
        }
        let detail = json!({
            "ubicacion_id": row.branch,
            "vigente_desde": row.from.to_string(),
            "dejan_de_esperarse": cambio.dejan_de_esperarse,
            "empiezan_a_esperarse": cambio.empiezan_a_esperarse,
        });
        let decision = NewDecision {
            id: self.new_id(),
            at: row.registered_at,
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address_text(),
            action: DecisionAction::ChangeCalendar,
            object: format!("{} desde {}", change.branch.name, row.from),
            detail: detail.to_string(),
        };
        let (engine, rows, at) = (self.clone(), vec![(self.new_id(), row.clone())], row.registered_at);
        let is_another = change.clock_after != change.branch.zone;
        let on_another = is_another.then(|| Branch { zone: change.clock_after, ..Branch::clone(&change.branch) });
        run_detached(async move {
            engine.warehouse.change_calendars(rows, vec![decision]).await?;
            on_another.iter().for_each(|branch| engine.branches.replace(branch, at));
            drop(planning);
            engine.events.gaps_changed();
            Ok(())
        })
        .await?;
        let branch = self.branches.require(&row.branch)?;
        let counts = (cambio.dejan_de_esperarse, cambio.empiezan_a_esperarse);
        let mensaje = calendar_saved(Language::Es, &branch.name, row.from, false, counts);
        changes.push(row);
        let calendario = self.branch_calendar(&branch, &Calendars::after(&self.branches, &changes), &changes);
        Ok(CalendarAnswer { calendario, cambio, mensaje, ya_estaba: false })
    }

    /// The row of a request, and what it would change.
    fn proposed(
        &self,
        changes: &[CalendarRow],
        request: &CalendarRequest,
    ) -> Result<(CalendarRow, CalendarChange), UseCaseError> {
        let branch = self.branches.require(&request.ubicacion_id)?;
        let from = date("vigente_desde", &request.vigente_desde)?;
        let rules = rules_of(&request.calendario)?;
        for exception in rules.exceptions.values() {
            written("excepciones", &exception.note, self.settings.written_characters_max)?;
        }
        let row = CalendarRow {
            branch: branch.id.clone(),
            from,
            document: json!(rules.document()).to_string(),
            person: String::new(),
            kind: CalendarKind::Decided,
            registered_at: self.clock.now(),
        };
        let before = Calendars::after(&self.branches, changes).of(&branch).clone();
        let after = before.clone().decided_from(from, rules);
        let file = self.branches.of_file(&branch.id).unwrap_or_else(|| Arc::clone(&branch));
        let clock_after = on_its_zones(&file, changes, Some(&row))
            .map_err(|reason| InvalidParameter { name: "zona", requirement: Requirement::ZoneChange(reason) })?
            .zone;
        Ok((row, CalendarChange { branch, before, after, clock_after }))
    }
}

/// Whether somebody decided the very same: a second click decides nothing.
fn is_same(last: &CalendarRow, row: &CalendarRow) -> bool {
    (last.kind, last.from, &last.document) == (row.kind, row.from, &row.document)
}
