//! The list of gaps and the figures above it.

use std::collections::BTreeSet;

use domain::gap::GapOrder;
use domain::read_model::{GapTotals, GapView};
use leptos::prelude::*;

use super::gap_row::GapRow;
use super::gap_value::ValueCard;
use super::{Empty, StatCard, Tone, rows};
use crate::format::whole;
use crate::live::Now;
use crate::preferences::language;

/// Total, valor estimado, críticos, tiendas afectadas, timeouts.
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
        <dl class="cards cards-five" aria-label=texts.totals()>
            <StatCard label=texts.total() value=figure(|totals| totals.total) tone=Tone::Warning hint=windows/>
            <ValueCard totals/>
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
    /// What they are sorted by.
    order: Signal<GapOrder>,
    /// The address of the list sorted otherwise.
    sorted: Callback<GapOrder, String>,
    /// Somebody wants one recovered.
    recover: Callback<GapView>,
    /// The identifiers of the gaps that are selected.
    selection: RwSignal<BTreeSet<String>>,
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
                        <th scope="col" class="select-column needs-script">
                            <span class="visually-hidden">{language().plan().select_column()}</span>
                        </th>
                        <th scope="col">{texts.store()}</th>
                        <SortHead label=texts.detected() hint=texts.sort_by_age() by=GapOrder::Age order sorted/>
                        <th scope="col">{texts.urgency()}</th>
                        <th scope="col">{texts.period()}</th>
                        <SortHead label=texts.value() hint=texts.sort_by_value() by=GapOrder::Value order sorted/>
                        <th scope="col">{texts.cause()}</th>
                        <th scope="col" class="actions-column">{texts.actions()}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows(
                        move || gaps.get(),
                        |gap| gap.id.clone(),
                        move |first| {
                            let gap = latest(gaps, first);
                            view! { <GapRow gap now recover selection justify is_past/> }.into_any()
                        },
                    )}
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

/// A gap as the list has it now; as it was last, once the list has it no more.
fn latest(gaps: Signal<Vec<GapView>>, first: GapView) -> Memo<GapView> {
    Memo::new(move |before: Option<&GapView>| {
        let before = before.unwrap_or(&first);
        gaps.with(|gaps| gaps.iter().find(|gap| gap.id == before.id).unwrap_or(before).clone())
    })
}

/// The head of a column that the list can be sorted by: a link, so that it works by itself and can be shared.
#[component]
fn SortHead(
    label: &'static str,
    hint: &'static str,
    by: GapOrder,
    order: Signal<GapOrder>,
    sorted: Callback<GapOrder, String>,
) -> impl IntoView {
    let is_current = move || order.get() == by;
    view! {
        <th scope="col" aria-sort=move || if is_current() { "descending" } else { "none" }>
            <a class="sort-link" href=move || sorted.run(by) title=hint>
                {label}
                <span class="sort-mark" class:sort-current=is_current aria-hidden="true">"↓"</span>
            </a>
        </th>
    }
}
