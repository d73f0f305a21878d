//! How far long work is: a bar a batch, and a summary of those that have just ended.

use domain::BatchId;
use domain::plan::PlanState;
use domain::read_model::{BatchProgress, Progress};
use leptos::prelude::*;

use super::{Pill, Tone, plan_controls, plan_pill};
use crate::format::{duration, whole, whole_duration};
use crate::preferences::language;

/// More would push the page away.
const MOST: usize = 3;

/// The batches, the newest first; nothing while there are none.
pub fn progress_list(progress: &Progress, (id, name): (&'static str, &'static str)) -> Option<AnyView> {
    let batches = progress.lotes.iter().take(MOST).map(batch);
    (!progress.lotes.is_empty()).then(|| {
        view! {
            <section class="panel progress-list" id=id aria-label=name>
                {batches.collect_view()}
            </section>
        }
        .into_any()
    })
}

fn batch(batch: &BatchProgress) -> AnyView {
    let plan = batch.plan.as_ref();
    let is_done = batch.terminado_en.is_some();
    let is_whole = is_done && plan.is_none_or(|plan| plan.estado != PlanState::Cancelled);
    let done = windows_done(batch);
    let ended = is_whole.then(|| ending(batch.fallidas, batch.ventanas));
    let is_complete = batch.exitosas == batch.ventanas;
    view! {
        <div
            class=if is_done { "batch batch-done" } else { "batch" }
            id=batch_element_id(batch.lote_id)
            data-resultado=is_done.then(|| result(batch))
            data-fallas=(is_done && !is_complete).then_some("")
        >
            <p class="batch-head">
                <span class="strong">{reason(batch)}</span>
                {plan_pill(plan)}
                {ended}
                <span class="batch-count">{done.clone()}</span>
            </p>
            <progress
                max=batch.ventanas.max(1).to_string()
                value=batch.terminadas.to_string()
                aria-label=done
            ></progress>
            <p class="batch-facts muted" aria-live="off">{facts(batch)}</p>
            {plan_controls(plan, "trabajo")}
        </div>
    }
    .into_any()
}

/// How many of its half hours have ended.
fn windows_done(batch: &BatchProgress) -> String {
    let language = language();
    let (texts, done) = (language.progress(), whole(language, batch.terminadas));
    match batch.ventanas {
        1 => texts.windows_one(done),
        all => texts.windows(done, whole(language, all)),
    }
}

/// The name of a batch's element; the notice that says it was queued takes its result from there
/// (frontend/js/notices.ts).
pub fn batch_element_id(batch: BatchId) -> String {
    format!("lote-{batch}")
}

/// What came of a batch that has ended.
fn result(batch: &BatchProgress) -> String {
    let language = language();
    let texts = language.recover();
    match (batch.exitosas, batch.ventanas) {
        (1, 1) => texts.loaded_one().to_owned(),
        (done, all) if done == all => texts.loaded(whole(language, all)),
        (done, all) => texts.loaded_in_part(whole(language, done), whole(language, all)),
    }
}

/// That it ended is no success: what failed is said with it.
fn ending(failed: u64, windows: u64) -> AnyView {
    let texts = language().progress();
    let (tone, label) = match failed {
        0 => (Tone::Good, texts.done()),
        failed if failed < windows => (Tone::Warning, texts.done_in_part()),
        _ => (Tone::Bad, texts.failed()),
    };
    view! { <Pill tone label/> }.into_any()
}

fn reason(batch: &BatchProgress) -> String {
    let texts = language().progress();
    match batch.motivo.as_str() {
        "carga_inicial" => texts.initial_load().to_owned(),
        "recuperacion" => texts.recovery().to_owned(),
        "reconciliacion" | "conciliacion" => texts.reconciliation().to_owned(),
        "manual" => texts.manual().to_owned(),
        other => other.to_owned(),
    }
}

/// Lines, rate, time, failures.
fn facts(batch: &BatchProgress) -> AnyView {
    let language = language();
    let texts = language.progress();
    let lines = match batch.lineas {
        1 => texts.lines_one().to_owned(),
        count => texts.lines(whole(language, count)),
    };
    let failures = match batch.fallidas {
        0 => view! { <span>{texts.no_failures()}</span> }.into_any(),
        count => view! { <span class="tone-bad toned">{texts.failures(whole(language, count))}</span> }.into_any(),
    };
    let pace = match batch.terminado_en {
        Some(_) => {
            let done = windows_done(batch);
            let took = duration(language, batch.segundos_en_marcha);
            view! { <span>{done}</span> <span>{texts.done_in(took)}</span> }.into_any()
        }
        None => {
            // A rate of lines, not money.
            let rate = match batch.lineas_por_segundo.max(0.0).round() as u64 {
                1 => texts.rate_one().to_owned(),
                rate => texts.rate(whole(language, rate)),
            };
            let left = batch.segundos_restantes;
            let is_held = batch.plan.as_ref().is_some_and(|plan| !plan.estado.lets_windows_start());
            let left = (!is_held).then(|| match left {
                None => texts.estimating().to_owned(),
                Some(1) => texts.left_one().to_owned(),
                Some(left) => texts.left(whole_duration(left)),
            });
            let age = whole_duration(batch.segundos_en_marcha as u64);
            view! {
                <span>{rate}</span>
                <span class="time-left">{left}</span>
                <span class="batch-age">{age}</span>
            }
            .into_any()
        }
    };
    view! { <span>{lines}</span> {pace} {failures} }.into_any()
}
