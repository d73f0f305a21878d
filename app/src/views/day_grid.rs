//! A store's day as half hours: each a cell with its time, a colour and a word, and a link to what proves it.

use domain::read_model::{CoverageDay, HalfHourView, StateCount};
use domain::window_state::WindowState;
use leptos::prelude::*;

use super::{Pill, Tone};
use crate::format::{cents, whole};
use crate::i18n::{Language, window_state_name};
use crate::preferences::language;
use crate::query::day_path;

/// Half hours in a row of the table: six hours.
const ROW_LENGTH: usize = 12;

/// The half hours of a day. The one that is chosen, by its start `HH:MM`, is in the address.
pub fn day_grid(day: &CoverageDay, chosen: Option<&str>) -> AnyView {
    let rows = day.medias_horas.chunks(ROW_LENGTH).map(|row| draw_row(day, row, chosen)).collect_view();
    view! {
        <table class="day-grid">
            <caption class="visually-hidden">{language().day().caption()}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn draw_row(day: &CoverageDay, row: &[HalfHourView], chosen: Option<&str>) -> AnyView {
    let first = row.first().map(|half_hour| half_hour.hora_desde.clone()).unwrap_or_default();
    let last = row.last().map(|half_hour| half_hour.hora_hasta.clone()).unwrap_or_default();
    let cells = row.iter().map(|half_hour| draw_cell(day, half_hour, chosen)).collect_view();
    view! { <tr><th scope="row">{format!("{first} – {last}")}</th>{cells}</tr> }.into_any()
}

fn draw_cell(day: &CoverageDay, half_hour: &HalfHourView, chosen: Option<&str>) -> AnyView {
    let language = language();
    let from = half_hour.hora_desde.clone();
    let state = window_state_name(language, half_hour.estado);
    let href = day_path(&day.ubicacion_id, day.fecha, Some(&from));
    let period = format!("{from} – {}", half_hour.hora_hasta);
    let is_chosen = chosen == Some(from.as_str());
    view! {
        <td>
            <a
                class=format!("day-cell {}", Tone::from(half_hour.estado).class())
                href=href
                aria-label=language.day().cell(period, state)
                aria-current=is_chosen.then_some("true")
            >
                <span class="day-cell-time">{from}</span>
                <span class="day-cell-state">{state}</span>
            </a>
        </td>
    }
    .into_any()
}

/// How many half hours stand where, and what is loaded.
pub fn day_totals(day: &CoverageDay) -> AnyView {
    let language = language();
    let texts = language.day();
    let states = day.estados.iter().map(|of| {
        let (label, tone) = (window_state_name(language, of.estado), Tone::from(of.estado));
        view! { <li><Pill tone label/> " " {whole(language, of.medias_horas.into())}</li> }
    });
    view! {
        <div class="day-totals">
            <p class="strong" role="status">{verdict(language, &day.estados)}</p>
            <ul class="day-states" aria-label=texts.states()>{states.collect_view()}</ul>
            <dl class="facts" aria-label=texts.totals()>
                <dt>{texts.lines()}</dt>
                <dd>{whole(language, day.lineas)}</dd>
                <dt>{texts.invoices()}</dt>
                <dd>{whole(language, day.facturas)}</dd>
                <dt>{texts.bs()}</dt>
                <dd>{cents(language, day.total_bs)}</dd>
                <dt>{texts.usd()}</dt>
                <dd>{cents(language, day.total_usd)}</dd>
            </dl>
            <p class="muted">{texts.no_announced_sums()}</p>
        </div>
    }
    .into_any()
}

/// Whether the day is proven. One that still goes on is so far, where nothing of what has passed is missing.
fn verdict(language: Language, states: &[StateCount]) -> String {
    let texts = language.day();
    let is_to_come = |state: WindowState| matches!(state, WindowState::Upcoming | WindowState::InProgress);
    if states.iter().any(|of| !of.estado.is_proven() && !is_to_come(of.estado)) {
        return texts.not_proven().to_owned();
    }
    match states.iter().filter(|of| is_to_come(of.estado)).map(|of| u64::from(of.medias_horas)).sum() {
        0 => texts.proven().to_owned(),
        1 => texts.so_far_proven_one().to_owned(),
        count => texts.so_far_proven(whole(language, count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_goes_on_misses_nothing_so_far_and_says_what_is_still_to_come() {
        let say = |states: &[(WindowState, u32)]| {
            let states: Vec<StateCount> =
                states.iter().map(|&(estado, medias_horas)| StateCount { estado, medias_horas }).collect();
            verdict(Language::Es, &states)
        };
        let (complete, upcoming) = ((WindowState::Complete, 21), (WindowState::Upcoming, 9));
        let not_proven = "Día sin probar: algo falta o está a medias";
        assert_eq!(say(&[(WindowState::Closed, 18), complete]), "Día probado: nada falta ni está a medias");
        assert_eq!(say(&[upcoming, complete]), "Hasta ahora no falta nada: 9 medias horas todavía están por llegar");
        assert_eq!(
            say(&[complete, (WindowState::InProgress, 1)]),
            "Hasta ahora no falta nada: 1 media hora todavía está por llegar"
        );
        assert_eq!(say(&[upcoming, complete, (WindowState::Missing, 1)]), not_proven);
        assert_eq!(say(&[complete, (WindowState::Waived, 1)]), not_proven);
    }
}
