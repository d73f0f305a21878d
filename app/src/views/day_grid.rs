//! A store's day as half hours: each a cell with its time, a colour and a word, and a link to what proves it.

use domain::read_model::{CoverageDay, HalfHourView};
use leptos::prelude::*;

use super::{Pill, Tone};
use crate::format::{cents, whole};
use crate::i18n::window_state_name;
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
    let verdict = if day.dia_probado { texts.proven() } else { texts.not_proven() };
    view! {
        <div class="day-totals">
            <p class="strong" role="status">{verdict}</p>
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
