//! The history: who decided what.

use domain::decision::Origin;
use domain::read_model::DecisionView;
use leptos::prelude::*;

use super::{Empty, Moment, rows};
use crate::i18n::{decision_name, origin_name};
use crate::live::Now;
use crate::preferences::language;

/// The decisions.
#[component]
pub fn DecisionsTable(
    /// The rows.
    decisions: Signal<Vec<DecisionView>>,
    /// What ages are counted from.
    now: Now,
) -> impl IntoView {
    let texts = language().history();
    let is_empty = Memo::new(move |_| decisions.read().is_empty());
    let table = move || {
        view! {
            <table class="table">
                <caption class="visually-hidden">{texts.caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{texts.when()}</th>
                        <th scope="col">{texts.who()}</th>
                        <th scope="col">{texts.action()}</th>
                        <th scope="col">{texts.object()}</th>
                        <th scope="col">{texts.detail()}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows(
                        move || decisions.get(),
                        |one| one.id.to_string(),
                        move |one| view! { <DecisionRow one now/> }.into_any(),
                    )}
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

#[component]
fn DecisionRow(one: DecisionView, now: Now) -> impl IntoView {
    let language = language();
    let texts = language.history();
    let origin: Origin = one.origen;
    view! {
        <tr>
            <td data-label=texts.when()><Moment at=one.momento local=one.momento_local now/></td>
            <th scope="row" data-label=texts.who()>
                <span class="stack">
                    <span class="strong">{one.actor}</span>
                    <span class="muted">{origin_name(language, origin)}</span>
                </span>
            </th>
            <td data-label=texts.action()>{decision_name(language, &one.accion)}</td>
            <td data-label=texts.object()>{one.objeto}</td>
            <td data-label=texts.detail() class="cause-column">
                <details class="error-detail">
                    <summary>{texts.detail()}</summary>
                    <div class="error-full"><code>{one.detalle}</code></div>
                </details>
            </td>
        </tr>
    }
    .into_any()
}
