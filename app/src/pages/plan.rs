//! `/actividad/recuperaciones/{plan}`: one recovery: how it goes, store by store, its runs, and who did what to it. `plan` is its
//! id; a hash, or the first digits of one, shows the latest plan of it.

use axum::http::StatusCode;
use domain::decision::Origin;
use domain::problem::ProblemCode;
use domain::read_model::{PlanBranchWindows, PlanDecision, PlanDetail, PlanInProgress, RunPage};
use engine::Topic;
use jiff::Timestamp;
use leptos::prelude::*;

use crate::api::{list_runs, read_plan};
use crate::format::{day, relative, whole, whole_duration};
use crate::i18n::{decision_name, origin_name, person, plan_state_name, shown_cause};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{PLANS_PATH, store_path};
use crate::values::Values;
use crate::views::{CopyButton, Pill, plan_controls, plan_progress, plan_tone, runs_table};

/// Runs that the page shows; the latest first.
const RUNS_SHOWN: u32 = 50;

/// The page of a plan.
pub async fn plan_page(values: Values) -> Page {
    let texts = language().plans();
    let plan = read_plan(values.get("plan")).await;
    let batch = plan.as_ref().ok().and_then(|detail| detail.plan.lote_id);
    let runs = match batch {
        None => None,
        Some(batch) => {
            Some(list_runs(None, None, None, None, Some(batch.to_string()), Some(RUNS_SHOWN.to_string()), None).await)
        }
    };
    let is_unknown = plan
        .as_ref()
        .is_err_and(|error| matches!(error.0.codigo, ProblemCode::NotFound | ProblemCode::InvalidParameter));
    let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let now = runs.as_ref().and_then(|runs| Some(runs.as_ref().ok()?.generado_en));
    let runs = runs.map(|runs| part(language().runs().part(), runs, None, runs_of));
    let content = view! {
        {part(texts.part(), plan, Some(PLANS_PATH), |detail| show(&detail, now))}
        {runs}
    };
    Page::new(PLANS_PATH, texts.one(), &[Topic::Progress, Topic::Runs], content).with_status(status)
}

fn show(detail: &PlanDetail, now: Option<Timestamp>) -> AnyView {
    let language = language();
    let texts = language.plans();
    let plan = &detail.plan;
    let hash = plan.hash.to_string();
    let done = plan.exitosas + plan.fallidas + plan.canceladas;
    let progress = plan_progress(language, plan.exitosas + plan.fallidas, plan.ventanas);
    let buttons = PlanInProgress {
        hash: plan.hash.clone(),
        estado: plan.estado,
        motivo: plan.motivo.clone(),
        causa: plan.causa.clone(),
    };
    let failed = (plan.fallidas > 0)
        .then(|| view! { <span class="tone-bad toned">{texts.failed(whole(language, plan.fallidas))}</span> });
    let cancelled = (plan.canceladas > 0)
        .then(|| view! { <span class="muted">{texts.cancelled(whole(language, plan.canceladas))}</span> });
    let time_run = detail.segundos_en_marcha.map(|seconds| {
        view! { " · " {texts.time_run()} " " {whole_duration(seconds as u64)} }
    });
    let decisions = detail.decisiones.iter().map(|one| decided(one, now));
    view! {
        <div class="page-header">
            <p><a class="link" href=PLANS_PATH>{texts.all()}</a></p>
            <h1 class="title-row">
                {texts.one()} " "
                <Pill tone=plan_tone(plan) label=plan_state_name(language, plan.estado)/>
            </h1>
            <p class="muted"><code>{plan.hash.short().to_owned()}</code> " " <CopyButton text=hash/></p>
        </div>
        <section class="panel panel-padded" aria-label=texts.progress()>
            <progress max=plan.ventanas.max(1).to_string() value=done.to_string() aria-label=progress.clone()></progress>
            <p>{progress} " " {failed} " " {cancelled}</p>
            <p class="muted">{texts.lines()} ": " {whole(language, plan.lineas)} {time_run}</p>
            {plan_controls(Some(&buttons), "plan")}
        </section>
        <section class="panel panel-padded" aria-labelledby="plan-tiendas">
            <h2 id="plan-tiendas">{texts.windows_by_store()}</h2>
            {stores(&detail.tiendas)}
        </section>
        <section class="panel panel-padded" aria-labelledby="plan-historia">
            <h2 id="plan-historia">{texts.history()}</h2>
            <ol class="plain-list">{decisions.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// Those that are done are folded: what is left of the plan is what one looks for.
fn stores(all: &[PlanBranchWindows]) -> AnyView {
    let language = language();
    let (done, others): (Vec<_>, Vec<_>) = all.iter().partition(|store| store.exitosas == windows(store));
    let folded = (!done.is_empty()).then(|| {
        let title = match done.len() {
            1 => language.plans().stores_done_one().to_owned(),
            count => language.plans().stores_done(whole(language, count as u64)),
        };
        view! {
            <details id="plan-tiendas-listas">
                <summary>{title}</summary>
                <ul class="plain-list">{done.iter().copied().map(store).collect_view()}</ul>
            </details>
        }
    });
    let others = (!others.is_empty())
        .then(|| view! { <ul class="plain-list">{others.into_iter().map(store).collect_view()}</ul> });
    view! { {others} {folded} }.into_any()
}

/// Half hours that the plan asks of a store.
fn windows(store: &PlanBranchWindows) -> u64 {
    store.tramos.iter().map(|stretch| u64::from(stretch.ventanas)).sum()
}

fn store(of: &PlanBranchWindows) -> AnyView {
    let language = language();
    let texts = language.plans();
    let name = of.ubicacion_nombre.clone().unwrap_or_else(|| of.ubicacion_id.to_string());
    let ended = of.exitosas + of.fallidas + of.canceladas;
    // A store that is not configured any more has no clock to cut its time by: its runs are what is known.
    let all = windows(of).max(ended + of.en_cola + of.en_proceso);
    let progress = plan_progress(language, of.exitosas, all);
    let rest = [
        (of.fallidas, "tone-bad toned", texts.failed(whole(language, of.fallidas))),
        (of.en_proceso, "tone-info toned", texts.in_progress(whole(language, of.en_proceso))),
        (of.en_cola, "muted", texts.queued(whole(language, of.en_cola))),
        (of.canceladas, "muted", texts.cancelled(whole(language, of.canceladas))),
    ];
    let rest = rest.map(|(count, class, text)| (count > 0).then(|| view! { " · " <span class=class>{text}</span> }));
    let stretches = of
        .tramos
        .iter()
        .map(|stretch| format!("{} {}–{}", day(language, stretch.fecha), stretch.hora_desde, stretch.hora_hasta))
        .collect::<Vec<_>>()
        .join("; ");
    view! {
        <li class="batch">
            <p>
                <a class="row-link" href=store_path(&of.ubicacion_id)>{name.clone()}</a> ": " {progress} {rest}
            </p>
            <progress max=all.max(1).to_string() value=of.exitosas.to_string() aria-label=name></progress>
            <p class="muted plan-reason">{texts.scope()} ": " {stretches}</p>
        </li>
    }
    .into_any()
}

fn decided(one: &PlanDecision, now: Option<Timestamp>) -> AnyView {
    let language = language();
    let origin = one
        .origen
        .parse::<Origin>()
        .map_or_else(|_| one.origen.clone(), |origin| origin_name(language, origin).to_owned());
    let when = now.map(|now| relative(language, now, one.en));
    let reason = shown_cause(language, one.causa.as_ref(), one.motivo.as_ref()).map(|reason| view! { ": " {reason} });
    view! {
        <li>
            <time datetime=one.en.to_string()>{when.unwrap_or_else(|| one.en.to_string())}</time> " · "
            <span class="strong">{decision_name(language, &format!("plan_{}", one.accion))}</span> {reason} " · "
            {person(language, &one.actor)} " (" {origin} ")"
        </li>
    }
    .into_any()
}

fn runs_of(page: RunPage) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="plan-corridas">
            <div class="panel-head"><h2 id="plan-corridas">{language().runs().title()}</h2></div>
            {runs_table(page.ejecuciones, page.generado_en)}
        </section>
    }
    .into_any()
}
