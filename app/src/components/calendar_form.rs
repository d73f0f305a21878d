//! A store's calendar as a form: the week, single days, the first and the last day.

use domain::read_model::{CalendarDocument, CalendarException};
use leptos::prelude::*;

use crate::preferences::language;

/// What is being written.
#[derive(Clone, Copy)]
pub struct CalendarDraft {
    /// The calendar.
    pub document: RwSignal<CalendarDocument>,
    /// From which day on.
    pub from: RwSignal<String>,
}

type ReadDay = fn(&CalendarDocument) -> &String;
type ChangeDay = fn(&mut CalendarDocument) -> &mut String;

/// The fields of the week, in its order.
const WEEK: [(&str, ReadDay, ChangeDay); 7] = [
    ("lunes", |document| &document.lunes, |document| &mut document.lunes),
    ("martes", |document| &document.martes, |document| &mut document.martes),
    ("miercoles", |document| &document.miercoles, |document| &mut document.miercoles),
    ("jueves", |document| &document.jueves, |document| &mut document.jueves),
    ("viernes", |document| &document.viernes, |document| &mut document.viernes),
    ("sabado", |document| &document.sabado, |document| &mut document.sabado),
    ("domingo", |document| &document.domingo, |document| &mut document.domingo),
];

/// The fields. They are read with every key: what was said of something else goes away then, and not under the pointer of
/// whoever clicks next.
#[component]
pub fn CalendarForm(
    /// What is being written.
    draft: CalendarDraft,
) -> impl IntoView {
    let texts = language().calendars();
    let names = [
        texts.monday(),
        texts.tuesday(),
        texts.wednesday(),
        texts.thursday(),
        texts.friday(),
        texts.saturday(),
        texts.sunday(),
    ];
    let week = WEEK.into_iter().zip(names).map(move |((name, read, change), label)| {
        view! { <DayField draft name label read change/> }
    });
    // Written once: what is read of it while somebody types is not written back under their hands.
    let written = exceptions_text(&draft.document.get_untracked().excepciones);
    view! {
        <p class="muted">{texts.hours_hint()}</p>
        <div class="form-grid">{week.collect_view()}</div>
        <label class="field">
            <span class="field-label">{texts.exceptions()}</span>
            <textarea
                class="input"
                name="excepciones"
                rows="4"
                prop:value=written
                on:input=move |event| {
                    let written = exceptions_of(&event_target_value(&event));
                    draft.document.update(|document| document.excepciones = written);
                }
            ></textarea>
            <span class="muted">{texts.exceptions_hint()}</span>
        </label>
        <div class="form-grid">
            <label class="field">
                <span class="field-label">{texts.opened()}</span>
                <input
                    class="input"
                    type="date"
                    name="desde"
                    prop:value=move || draft.document.read().desde.clone().unwrap_or_default()
                    on:input=move |event| {
                        let day = Some(event_target_value(&event)).filter(|day| !day.is_empty());
                        draft.document.update(|document| document.desde = day);
                    }
                />
            </label>
            <label class="field">
                <span class="field-label">{texts.closed()}</span>
                <input
                    class="input"
                    type="date"
                    name="hasta"
                    prop:value=move || draft.document.read().hasta.clone().unwrap_or_default()
                    on:input=move |event| {
                        let day = Some(event_target_value(&event)).filter(|day| !day.is_empty());
                        draft.document.update(|document| document.hasta = day);
                    }
                />
            </label>
            <label class="field">
                <span class="field-label">{texts.zone()}</span>
                <input
                    class="input"
                    type="text"
                    name="zona"
                    autocomplete="off"
                    spellcheck="false"
                    title=texts.zone_hint()
                    prop:value=move || draft.document.read().zona.clone().unwrap_or_default()
                    on:input=move |event| {
                        let zone = Some(event_target_value(&event)).filter(|zone| !zone.trim().is_empty());
                        draft.document.update(|document| document.zona = zone);
                    }
                />
            </label>
            <label class="field">
                <span class="field-label">{texts.valid_from()}</span>
                <input
                    class="input"
                    type="date"
                    name="vigente_desde"
                    required
                    prop:value=move || draft.from.get()
                    on:input=move |event| draft.from.set(event_target_value(&event))
                />
            </label>
        </div>
    }
    .into_any()
}

#[component]
fn DayField(
    draft: CalendarDraft,
    name: &'static str,
    label: &'static str,
    read: ReadDay,
    change: ChangeDay,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                class="input"
                type="text"
                name=name
                prop:value=move || draft.document.with(|document| read(document).clone())
                on:input=move |event| {
                    let written = event_target_value(&event);
                    draft.document.update(|document| *change(document) = written);
                }
            />
        </label>
    }
    .into_any()
}

/// A line a day: date, hours, and what it is.
fn exceptions_text(exceptions: &[CalendarException]) -> String {
    let line = |one: &CalendarException| format!("{} {} {}", one.fecha, one.horario, one.nota).trim_end().to_owned();
    exceptions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What the lines say; what cannot be read is left to the server to refuse by its name.
fn exceptions_of(text: &str) -> Vec<CalendarException> {
    let exception = |line: &str| {
        let mut words = line.trim().splitn(3, char::is_whitespace);
        CalendarException {
            fecha: words.next().unwrap_or_default().to_owned(),
            horario: words.next().unwrap_or_default().to_owned(),
            nota: words.next().unwrap_or_default().trim().to_owned(),
        }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(exception).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_days_are_a_line_each() {
        let text = "2025-12-24 07:00-13:00 Nochebuena\n2025-12-25 cerrado";
        let exceptions = exceptions_of(&format!("\n {text} \n\n"));
        assert_eq!(exceptions.len(), 2);
        assert_eq!((exceptions[0].horario.as_str(), exceptions[0].nota.as_str()), ("07:00-13:00", "Nochebuena"));
        assert_eq!(exceptions_text(&exceptions), text);
    }
}
