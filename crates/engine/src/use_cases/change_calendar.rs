//! Another calendar for a store: what it would change, and the change itself.

use domain::calendar::rules_of;
use domain::decision::{DecisionAction, Origin};
use domain::justification::{person_name, written};
use domain::read_model::{CalendarAnswer, CalendarPreview, CalendarRequest, WindowSpan};
use domain::window::{LocalPeriod, day_interval, day_spans};
use domain::{Branch, Calendar, EtlKind, Interval, IntervalSet};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use warehouse::{CalendarRow, NewDecision};

use super::period::date;
use crate::calendars::Calendars;
use crate::gaps::Purpose;
use crate::{Actor, Engine, UseCaseError, gaps};

/// How far back a change is looked at; the longest that lists of gaps look back.
const DAYS_BACK: i64 = 366;
/// Stretches that are named as examples.
const EXAMPLES_MAX: usize = 12;

impl Engine {
    /// What a change would do to windows of the past and of the days ahead; nothing is changed.
    pub async fn preview_calendar(
        &self,
        _actor: &Actor,
        request: CalendarRequest,
    ) -> Result<CalendarPreview, UseCaseError> {
        let branch = self.branches.require(&request.ubicacion_id)?;
        let changes = self.warehouse.calendar_changes(None).await?;
        let (_, before, after) = self.both(branch, &changes, &request)?;
        self.preview(branch, &before, &after).await
    }

    /// Gives a store another calendar from a day on; earlier days keep the one they had.
    pub async fn change_calendar(
        &self,
        actor: &Actor,
        origin: Origin,
        request: CalendarRequest,
    ) -> Result<CalendarAnswer, UseCaseError> {
        actor.may_operate()?;
        let branch = self.branches.require(&request.ubicacion_id)?;
        let person = person_name(request.nombre.as_deref().unwrap_or_default(), self.settings.written_characters_max)?;
        let planning = self.plan().await;
        let mut changes = self.warehouse.calendar_changes(None).await?;
        let (mut row, before, after) = self.both(branch, &changes, &request)?;
        row.person.clone_from(&person);
        let cambio = self.preview(branch, &before, &after).await?;
        let detail = json!({
            "ubicacion_id": branch.id,
            "vigente_desde": row.from.to_string(),
            "dejan_de_esperarse": cambio.dejan_de_esperarse,
            "empiezan_a_esperarse": cambio.empiezan_a_esperarse,
        });
        let decision = NewDecision {
            id: self.new_id(),
            at: row.registered_at,
            actor: person,
            origin,
            action: DecisionAction::ChangeCalendar,
            object: format!("{} desde {}", branch.name, row.from),
            detail: detail.to_string(),
        };
        self.warehouse.change_calendar(self.new_id(), row.clone(), decision).await?;
        drop(planning);
        self.events.gaps_changed();
        let mensaje = format!("Calendario de {} guardado desde el {}. {}", branch.name, row.from, cambio.mensaje);
        changes.push(row);
        let calendario = self.branch_calendar(branch, &Calendars::after(self, &changes), &changes);
        Ok(CalendarAnswer { calendario, cambio, mensaje })
    }

    /// The row of a request, and the branch's calendar without and with it.
    fn both(
        &self,
        branch: &Branch,
        changes: &[CalendarRow],
        request: &CalendarRequest,
    ) -> Result<(CalendarRow, Calendar, Calendar), UseCaseError> {
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
            registered_at: self.clock.now(),
        };
        let before = Calendars::after(self, changes).of(branch).clone();
        let after = before.clone().changed_from(from, rules);
        Ok((row, before, after))
    }

    async fn preview(
        &self,
        branch: &Branch,
        before: &Calendar,
        after: &Calendar,
    ) -> Result<CalendarPreview, UseCaseError> {
        let now = self.clock.now();
        let today = branch.zone.to_datetime(now).date();
        let first = today.checked_sub(DAYS_BACK.days()).unwrap_or(today);
        let last = today.checked_add(i64::from(self.settings.calendar_days_ahead).days()).unwrap_or(today);
        let (was, will) = match days(branch, first, last) {
            Some(range) => (before.expected(range, &branch.zone), after.expected(range, &branch.zone)),
            None => (IntervalSet::empty(), IntervalSet::empty()),
        };
        let (stops, starts) = (was.difference(&will), will.difference(&was));

        let mut gone = IntervalSet::empty();
        let mut new = IntervalSet::empty();
        if let Some(past) = days(branch, first, today).and_then(|range| Interval::new(range.start(), now)) {
            let evidence = gaps::evidence(self, EtlKind::Sales, &[branch], past, now, Purpose::Everything).await?;
            let past: IntervalSet<Timestamp> = [past].into_iter().collect();
            for (_, evidence) in &evidence.by_branch {
                gone = evidence.missing().intersection(&stops).difference(&evidence.changed());
                new = starts.intersection(&past).difference(&evidence.covered).difference(&evidence.waived);
            }
        }
        let count = |set: &IntervalSet<Timestamp>| windows(set, branch);
        Ok(CalendarPreview {
            dejan_de_esperarse: count(&stops),
            empiezan_a_esperarse: count(&starts),
            gaps_que_desaparecen: count(&gone),
            gaps_nuevos: count(&new),
            mensaje: message(count(&stops), count(&starts)),
            ejemplos_que_dejan: examples(&stops, branch),
            ejemplos_que_empiezan: examples(&starts, branch),
            mirado_desde: first,
            mirado_hasta: last,
        })
    }
}

/// From the start of a day up to the end of another.
fn days(branch: &Branch, first: Date, last: Date) -> Option<Interval<Timestamp>> {
    let (first, last) = (day_interval(first, &branch.zone)?, day_interval(last, &branch.zone)?);
    Interval::new(first.start(), last.end())
}

fn windows(set: &IntervalSet<Timestamp>, branch: &Branch) -> u64 {
    day_spans(set, &branch.zone).iter().map(|(_, windows)| u64::from(*windows)).sum()
}

fn examples(set: &IntervalSet<Timestamp>, branch: &Branch) -> Vec<WindowSpan> {
    let span = |(interval, ventanas): (Interval<Timestamp>, u32)| {
        let period = LocalPeriod::of(interval, &branch.zone);
        WindowSpan {
            etl_tipo: EtlKind::Sales,
            ubicacion_id: branch.id.clone(),
            ubicacion_nombre: branch.name.clone(),
            inicio: interval.start(),
            fin: interval.end(),
            fecha: period.date_from,
            hora_desde: period.from_text(),
            hora_hasta: period.to_text(),
            ventanas,
        }
    };
    day_spans(set, &branch.zone).into_iter().take(EXAMPLES_MAX).map(span).collect()
}

fn message(stops: u64, starts: u64) -> String {
    let stop = match stops {
        1 => "1 ventana deja de esperarse".to_owned(),
        many => format!("{many} ventanas dejan de esperarse"),
    };
    let start = match starts {
        1 => "1 ventana empieza a esperarse".to_owned(),
        many => format!("{many} ventanas empiezan a esperarse"),
    };
    match (stops, starts) {
        (0, 0) => "Ninguna ventana cambia.".to_owned(),
        (_, 0) => format!("{stop}."),
        (0, _) => format!("{start}."),
        _ => format!("{stop} y {start}."),
    }
}
