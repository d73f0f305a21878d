//! The list of runs and the figures above it.

use domain::read_model::{RunTotals, RunView};
use leptos::prelude::*;

use super::run_row::{RunRow, row_key};
use super::{Empty, StatCard, Tone, rows};
use crate::format::{decimal, whole};
use crate::live::Now;
use crate::preferences::language;

/// Ejecuciones, exitosas, fallidas, en proceso.
#[component]
pub fn RunCards(
    /// The figures.
    totals: Signal<RunTotals>,
) -> impl IntoView {
    let language = language();
    let texts = language.runs();
    let figure = move |read: fn(&RunTotals) -> u64| Signal::derive(move || totals.with(read));
    let share = Signal::derive(move || {
        let (succeeded, failed) = totals.with(|totals| (totals.exitosas, totals.fallidas));
        let ended = succeeded + failed;
        match ended {
            0 => String::new(),
            // A share of runs, not money.
            _ => texts.succeeded_hint(decimal(language, succeeded as f64 * 100.0 / ended as f64, 1)),
        }
    });
    let queued = Signal::derive(move || texts.running_hint(whole(language, totals.with(|totals| totals.en_cola))));
    view! {
        <dl class="cards" aria-label=texts.totals()>
            <StatCard
                label=texts.total()
                value=figure(|totals| totals.ejecuciones)
                tone=Tone::Neutral
                hint=Signal::stored(texts.total_hint().to_owned())
            />
            <StatCard label=texts.succeeded() value=figure(|totals| totals.exitosas) tone=Tone::Good hint=share/>
            <StatCard
                label=texts.failed()
                value=figure(|totals| totals.fallidas)
                tone=Tone::Bad
                hint=Signal::stored(texts.failed_hint().to_owned())
            />
            <StatCard label=texts.running() value=figure(|totals| totals.en_proceso) tone=Tone::Info hint=queued/>
        </dl>
    }
    .into_any()
}

/// The table of runs.
#[component]
pub fn RunsTable(
    /// The rows.
    runs: Signal<Vec<RunView>>,
    /// What ages are counted from.
    now: Now,
) -> impl IntoView {
    let texts = language().runs();
    let is_empty = Memo::new(move |_| runs.read().is_empty());
    let table = move || {
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
                <tbody>
                    {rows(move || runs.get(), row_key, move |run| view! { <RunRow run now/> }.into_any())}
                </tbody>
            </table>
        }
        .into_any()
    };
    move || match is_empty.get() {
        true => view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any(),
        false => table(),
    }
}
