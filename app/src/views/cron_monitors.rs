//! The cron monitors: the last check-in of each schedule, and when its next one is due.

use domain::read_model::{CheckInState, CronMonitorView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Moment, Pill, Tone};
use crate::format::{absolute, ahead, check_in_name, cron_name, schedule};
use crate::preferences::language;

/// The table of monitors, also of those without a check-in yet.
pub fn cron_monitors(monitors: &[CronMonitorView], now: Timestamp) -> AnyView {
    let texts = language().monitoring();
    view! {
        <table class="table cron-table">
            <caption class="visually-hidden">{texts.cron_caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.cron_name()}</th>
                    <th scope="col">{texts.cron_schedule()}</th>
                    <th scope="col">{texts.cron_state()}</th>
                    <th scope="col">{texts.cron_when()}</th>
                    <th scope="col">{texts.cron_next()}</th>
                </tr>
            </thead>
            <tbody>{monitors.iter().map(|monitor| row(monitor, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(monitor: &CronMonitorView, now: Timestamp) -> AnyView {
    let language = language();
    let texts = language.monitoring();
    let name = cron_name(language, &monitor.nombre).map(|name| view! { <span class="muted">{name}</span> });
    let when = monitor.ultimo_check_in.zip(monitor.ultimo_check_in_local);
    view! {
        <tr id=format!("monitor-{}", monitor.nombre)>
            <th scope="row" data-label=texts.cron_name()>
                <span class="stack"><span class="strong">{monitor.nombre.clone()}</span> {name}</span>
            </th>
            <td data-label=texts.cron_schedule()>
                <span class="stack">
                    <span>{schedule(language, &monitor.expresion)}</span>
                    <span class="muted"><code>{monitor.expresion.clone()}</code> " · " {monitor.zona.clone()}</span>
                </span>
            </td>
            <td data-label=texts.cron_state()>{state(monitor.estado)}</td>
            <td data-label=texts.cron_when()>
                {match when {
                    Some((at, local)) => view! { <Moment at local now/> }.into_any(),
                    None => view! { <span class="nothing muted" aria-hidden="true">"–"</span> }.into_any(),
                }}
            </td>
            <td data-label=texts.cron_next()>{next(monitor, now)}</td>
        </tr>
    }
    .into_any()
}

fn state(state: Option<CheckInState>) -> AnyView {
    let language = language();
    let Some(state) = state else {
        return view! { <Pill tone=Tone::Neutral label=language.monitoring().cron_none()/> }.into_any();
    };
    let tone = match state {
        CheckInState::InProgress => Tone::Info,
        CheckInState::Ok => Tone::Good,
        CheckInState::Error => Tone::Bad,
    };
    let label = check_in_name(language, state);
    view! { <Pill tone label is_busy=state == CheckInState::InProgress/> }.into_any()
}

fn next(monitor: &CronMonitorView, now: Timestamp) -> AnyView {
    let language = language();
    match monitor.proximo_check_in.zip(monitor.proximo_check_in_local) {
        Some((at, local)) => view! {
            <time class="stack" datetime=at.to_string()>
                <span>{ahead(language, now, at)}</span>
                <span class="muted">{absolute(language, local)}</span>
            </time>
        }
        .into_any(),
        None => view! { <span class="muted">{language.monitoring().cron_off()}</span> }.into_any(),
    }
}
