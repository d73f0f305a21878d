//! The list of runs and the figures above it.

use domain::read_model::{RunTotals, RunView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::run_row::RunRow;
use super::{Empty, StatCard, Tone};
use crate::format::{decimal, whole};
use crate::preferences::language;

/// Ejecuciones, exitosas, fallidas, en proceso.
pub fn run_cards(totals: &RunTotals) -> AnyView {
    let language = language();
    let texts = language.runs();
    let share = match totals.exitosas + totals.fallidas {
        0 => String::new(),
        // A share of runs, not money.
        ended => texts.succeeded_hint(decimal(language, totals.exitosas as f64 * 100.0 / ended as f64, 1)),
    };
    view! {
        <dl class="cards" aria-label=texts.totals()>
            <StatCard label=texts.total() value=totals.ejecuciones tone=Tone::Neutral hint=texts.total_hint()/>
            <StatCard label=texts.succeeded() value=totals.exitosas tone=Tone::Good hint=share/>
            <StatCard label=texts.failed() value=totals.fallidas tone=Tone::Bad hint=texts.failed_hint()/>
            <StatCard
                label=texts.running()
                value=totals.en_proceso
                tone=Tone::Info
                hint=texts.running_hint(whole(language, totals.en_cola))
            />
        </dl>
    }
    .into_any()
}

/// The table of runs, their age counted from `now`.
pub fn runs_table(runs: Vec<RunView>, now: Timestamp) -> AnyView {
    let texts = language().runs();
    if runs.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any();
    }
    view! {
        <table class="table runs-table">
            <caption class="visually-hidden">{texts.caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.store()}</th>
                    <th scope="col">{texts.started()}</th>
                    <th scope="col">{texts.state()}</th>
                    <th scope="col">{texts.mode()}</th>
                    <th scope="col">{texts.period()}</th>
                    <th scope="col" class="number">{texts.records()}</th>
                    <th scope="col" class="number">{texts.duration()}</th>
                    <th scope="col">{texts.error()}</th>
                </tr>
            </thead>
            <tbody>{runs.into_iter().map(|run| view! { <RunRow run now/> }).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
