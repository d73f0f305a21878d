//! Plans that were started: what came of each, and the buttons of those in progress.

use domain::plan::PlanState;
use domain::read_model::{PlanInProgress, PlanView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Empty, Pill, Tone, plan_controls};
use crate::format::{relative, whole};
use crate::i18n::{Language, person, plan_state_name};
use crate::preferences::language;
use crate::query::plan_path;

/// The plans, the newest first, their age counted from `now`.
pub fn plans_table(plans: &[PlanView], now: Timestamp) -> AnyView {
    let texts = language().plans();
    if plans.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any();
    }
    view! {
        <table class="table">
            <caption class="visually-hidden">{texts.caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.plan()}</th>
                    <th scope="col">{texts.state()}</th>
                    <th scope="col">{texts.progress()}</th>
                    <th scope="col" class="number">{texts.lines()}</th>
                    <th scope="col">{texts.started()}</th>
                    <th scope="col">{texts.actions()}</th>
                </tr>
            </thead>
            <tbody>{plans.iter().map(|plan| row(plan, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(plan: &PlanView, now: Timestamp) -> AnyView {
    let language = language();
    let texts = language.plans();
    let options = [
        (plan.automatico, texts.automatic()),
        (plan.repetir_cargado, texts.repeats()),
        (plan.fuera_de_horario, texts.outside_hours()),
    ];
    let options = options.map(|(is_so, text)| is_so.then(|| view! { <span class="muted">{text}</span> }));
    let failed = (plan.fallidas > 0)
        .then(|| view! { <span class="tone-bad toned">{texts.failed(whole(language, plan.fallidas))}</span> });
    let cancelled = (plan.canceladas > 0)
        .then(|| view! { <span class="muted">{texts.cancelled(whole(language, plan.canceladas))}</span> });
    let done = plan.exitosas + plan.fallidas;
    let buttons = PlanInProgress {
        hash: plan.hash.clone(),
        estado: plan.estado,
        motivo: plan.motivo.clone(),
        causa: plan.causa.clone(),
    };
    let started = plan.iniciado_en.unwrap_or(plan.propuesto_en);
    view! {
        <tr id=format!("plan-{}", plan.hash.short())>
            <th scope="row" data-label=texts.plan()>
                <span class="stack">
                    <a class="row-link" href=plan_path(plan.reference())><code>{plan.hash.short().to_owned()}</code></a>
                    {options}
                </span>
            </th>
            <td data-label=texts.state()>
                <Pill
                    tone=plan_tone(plan)
                    label=plan_state_name(language, plan.estado)
                    is_busy=plan.estado == PlanState::Running
                />
            </td>
            <td data-label=texts.progress()>
                <span class="stack">
                    <span>{plan_progress(language, done, plan.ventanas)}</span>
                    {failed}
                    {cancelled}
                </span>
            </td>
            <td data-label=texts.lines() class="number">{whole(language, plan.lineas)}</td>
            <td data-label=texts.started()>
                <time class="stack" datetime=started.to_string()>
                    <span>{relative(language, now, started)}</span>
                    <span class="muted">{plan.iniciado_por.as_deref().map(|name| person(language, name))}</span>
                </time>
            </td>
            <td data-label=texts.actions()>{plan_controls(Some(&buttons), "lista")}</td>
        </tr>
    }
    .into_any()
}

/// How many half hours of a plan have ended.
pub fn plan_progress(language: Language, done: u64, windows: u64) -> String {
    let (texts, done) = (language.plans(), whole(language, done));
    match windows {
        1 => texts.done_one(done),
        windows => texts.done(done, whole(language, windows)),
    }
}

/// How the state of a plan is to be taken.
pub fn plan_tone(plan: &PlanView) -> Tone {
    match plan.estado {
        PlanState::Proposed | PlanState::Cancelled => Tone::Neutral,
        PlanState::Running => Tone::Info,
        PlanState::Paused => Tone::Warning,
        PlanState::Stopped => Tone::Bad,
        PlanState::Finished if plan.fallidas > 0 => Tone::Bad,
        PlanState::Finished => Tone::Good,
    }
}
