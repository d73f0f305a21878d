//! The processes that share the database: what each does, who leads, and whether it is still there.

use domain::read_model::ProcessView;
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Moment, Pill, Tone};
use crate::preferences::language;

/// A table of them, those that are there first.
pub fn process_list(processes: &[ProcessView], now: Timestamp) -> AnyView {
    let texts = language().monitoring();
    view! {
        <table class="table">
            <caption class="visually-hidden">{texts.processes_title()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.process_name()}</th>
                    <th scope="col">{texts.process_state()}</th>
                    <th scope="col">{texts.process_started()}</th>
                    <th scope="col">{texts.process_renewed()}</th>
                    <th scope="col" class="number">{texts.process_running()}</th>
                </tr>
            </thead>
            <tbody>{processes.iter().map(|process| row(process, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(process: &ProcessView, now: Timestamp) -> AnyView {
    let texts = language().monitoring();
    let role = match process.rol.as_str() {
        "web" => texts.process_web(),
        "trabajador" => texts.process_worker(),
        _ => texts.process_all(),
    };
    let (tone, state) = match (process.vencido, process.dirige) {
        (true, _) => (Tone::Bad, texts.process_gone()),
        (false, true) => (Tone::Good, texts.process_leads()),
        (false, false) => (Tone::Neutral, texts.process_here()),
    };
    view! {
        <tr>
            <th scope="row" data-label=texts.process_name()>
                <span class="stack">
                    <span class="strong">{process.nombre.clone()}</span>
                    <span class="muted">{role} " · " {process.version.clone()}</span>
                </span>
            </th>
            <td data-label=texts.process_state()><Pill tone label=state/></td>
            <td data-label=texts.process_started()>
                <Moment at=process.iniciado_en local=process.iniciado_en_local now/>
            </td>
            <td data-label=texts.process_renewed()>
                <Moment at=process.renovado_en local=process.renovado_en_local now/>
            </td>
            <td class="number" data-label=texts.process_running()>{process.en_proceso}</td>
        </tr>
    }
    .into_any()
}
