//! The list of gaps and the figures above it.

use domain::read_model::{GapTotals, GapView};
use leptos::prelude::*;

use super::gap_row::{GapRow, row_key};
use super::{Empty, StatCard, Tone};
use crate::format::whole;
use crate::live::Now;
use crate::preferences::language;

/// Total, críticos, tiendas afectadas, timeouts.
#[component]
pub fn GapCards(
    /// The figures.
    totals: Signal<GapTotals>,
) -> impl IntoView {
    let language = language();
    let texts = language.gaps();
    let figure = move |read: fn(&GapTotals) -> u64| Signal::derive(move || totals.with(read));
    let windows = Signal::derive(move || texts.total_hint(whole(language, totals.with(|totals| totals.ventanas))));
    let fixed = |hint: &str| Signal::stored(hint.to_owned());
    view! {
        <dl class="cards" aria-label=texts.totals()>
            <StatCard label=texts.total() value=figure(|totals| totals.total) tone=Tone::Warning hint=windows/>
            <StatCard
                label=texts.critical()
                value=figure(|totals| totals.criticos)
                tone=Tone::Worst
                hint=fixed(texts.critical_hint())
            />
            <StatCard
                label=texts.stores()
                value=figure(|totals| totals.tiendas_afectadas)
                tone=Tone::Warning
                hint=fixed(texts.stores_hint())
            />
            <StatCard
                label=texts.timeouts()
                value=figure(|totals| totals.timeouts)
                tone=Tone::Bad
                hint=fixed(texts.timeouts_hint())
            />
        </dl>
    }
    .into_any()
}

/// The table of gaps.
#[component]
pub fn GapsTable(
    /// The rows.
    gaps: Signal<Vec<GapView>>,
    /// What ages are counted from.
    now: Now,
    /// Somebody wants one recovered.
    recover: Callback<GapView>,
    /// Somebody wants one justified.
    justify: Callback<GapView>,
    /// Whether the list is of the past, so that nothing can be done about it.
    is_past: Signal<bool>,
) -> impl IntoView {
    let texts = language().gaps();
    let is_empty = Memo::new(move |_| gaps.read().is_empty());
    let table = move || {
        view! {
            <table class="table gaps-table">
                <caption class="visually-hidden">{texts.caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{texts.store()}</th>
                        <th scope="col">{texts.detected()}</th>
                        <th scope="col">{texts.urgency()}</th>
                        <th scope="col">{texts.period()}</th>
                        <th scope="col">{texts.cause()}</th>
                        <th scope="col" class="actions-column">{texts.actions()}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || gaps.get() key=row_key let(gap)>
                        <GapRow gap now recover justify is_past/>
                    </For>
                </tbody>
            </table>
        }
        .into_any()
    };
    move || match is_empty.get() {
        true => view! { <Empty title=texts.empty() hint=texts.empty_hint() is_good=true/> }.into_any(),
        false => table(),
    }
}
