//! The history: who decided what.

use domain::decision::Origin;
use domain::read_model::DecisionView;
use jiff::Timestamp;
use leptos::prelude::*;

use super::decision_detail::decision_detail;
use super::{Empty, Moment};
use crate::format::with_days;
use crate::i18n::{decision_name, origin_name, person, subject};
use crate::preferences::language;

/// The decisions, their age counted from `now`.
pub fn decisions_table(decisions: Vec<DecisionView>, now: Timestamp) -> AnyView {
    let texts = language().history();
    if decisions.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any();
    }
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
            <tbody>{decisions.into_iter().map(|one| row(one, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(one: DecisionView, now: Timestamp) -> AnyView {
    let language = language();
    let texts = language.history();
    let origin: Origin = one.origen;
    view! {
        <tr id=format!("decision-{}", one.id)>
            <td data-label=texts.when()><Moment at=one.momento local=one.momento_local now/></td>
            <th scope="row" data-label=texts.who()>
                <span class="stack">
                    <span class="strong">{person(language, &one.actor)}</span>
                    <span class="muted">{origin_name(language, origin)}</span>
                </span>
            </th>
            <td data-label=texts.action()>{decision_name(language, &one.accion)}</td>
            <td data-label=texts.object()>{with_days(language, &subject(language, &one.objeto))}</td>
            <td data-label=texts.detail() class="cause-column">
                {decision_detail(&one.detalle)}
            </td>
        </tr>
    }
    .into_any()
}
