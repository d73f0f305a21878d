//! How far long work is: a bar a batch, and a summary of those that have just ended.

use domain::BatchId;
use domain::plan::{PlanHash, PlanState};
use domain::read_model::{BatchProgress, PlanInProgress};
use leptos::prelude::*;

use super::{Pill, PlanControl, PlanControls, PlanPill, Tone, rows};
use crate::format::{duration, whole, whole_duration};
use crate::live::Now;
use crate::preferences::language;

/// More would push the page away.
const MOST: usize = 3;

/// The batches, the newest first.
#[component]
pub fn ProgressList(
    /// Those in work and those that have just ended.
    batches: Signal<Vec<BatchProgress>>,
    /// What the age of a batch in work is counted from.
    now: Now,
    /// Somebody wants something done to a plan.
    control: Callback<(PlanHash, PlanControl)>,
) -> impl IntoView {
    let shown = Memo::new(move |_| batches.get().into_iter().take(MOST).collect::<Vec<_>>());
    let is_empty = Memo::new(move |_| shown.read().is_empty());
    let identifiers = Memo::new(move |_| shown.read().iter().map(|batch| batch.lote_id).collect::<Vec<_>>());
    move || {
        (!is_empty.get()).then(|| {
            view! {
                <section class="panel progress-list" aria-label=language().progress().title()>
                    {rows(
                        move || identifiers.get(),
                        ToString::to_string,
                        move |identifier| view! { <Batch identifier shown now control/> }.into_any(),
                    )}
                </section>
            }
        })
    }
}

/// A batch, drawn once; its figures move in place.
#[component]
fn Batch(
    identifier: BatchId,
    shown: Memo<Vec<BatchProgress>>,
    now: Now,
    control: Callback<(PlanHash, PlanControl)>,
) -> impl IntoView {
    let batch = Memo::new(move |_| shown.read().iter().find(|batch| batch.lote_id == identifier).cloned());
    let is_done = Memo::new(move |_| batch.read().as_ref().is_some_and(|batch| batch.terminado_en.is_some()));
    let plan: Signal<Option<PlanInProgress>> =
        Memo::new(move |_| batch.read().as_ref().and_then(|batch| batch.plan.clone())).into();
    let is_whole = move || is_done.get() && plan.read().as_ref().is_none_or(|plan| plan.estado != PlanState::Cancelled);
    let figure = move |read: fn(&BatchProgress) -> u64| batch.read().as_ref().map(read).unwrap_or_default();
    let done_of_total = move || {
        let language = language();
        let (done, total) = (figure(|batch| batch.terminadas), figure(|batch| batch.ventanas));
        language.progress().windows(whole(language, done), whole(language, total))
    };
    view! {
        <div class="batch" class:batch-done=move || is_done.get()>
            <p class="batch-head">
                <span class="strong">{move || batch.get().map(|batch| reason(&batch))}</span>
                <PlanPill plan/>
                {move || is_whole().then(|| ending(figure(|batch| batch.fallidas), figure(|batch| batch.ventanas)))}
                <span class="batch-count">{done_of_total}</span>
            </p>
            <progress
                max=move || figure(|batch| batch.ventanas.max(1))
                value=move || figure(|batch| batch.terminadas)
                aria-label=done_of_total
            ></progress>
            <p class="batch-facts muted" aria-live="off">{move || batch.get().map(|batch| facts(&batch, now))}</p>
            <PlanControls plan control/>
        </div>
    }
    .into_any()
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
fn facts(batch: &BatchProgress, now: Now) -> AnyView {
    let language = language();
    let texts = language.progress();
    let lines = texts.lines(whole(language, batch.lineas));
    let failures = match batch.fallidas {
        0 => view! { <span>{texts.no_failures()}</span> }.into_any(),
        count => view! { <span class="tone-bad toned">{texts.failures(whole(language, count))}</span> }.into_any(),
    };
    let pace = match batch.terminado_en {
        Some(end) => {
            let took = end.duration_since(batch.creado_en).as_secs_f64();
            let done = texts.windows(whole(language, batch.terminadas), whole(language, batch.ventanas));
            view! { <span>{done}</span> <span>{texts.done_in(duration(language, took))}</span> }.into_any()
        }
        None => {
            let rate = batch.lineas_por_segundo.max(0.0).round();
            let left = batch.segundos_restantes;
            let is_held = batch.plan.as_ref().is_some_and(|plan| !plan.estado.lets_windows_start());
            let since = batch.creado_en;
            let age = move || whole_duration(now.get().duration_since(since).as_secs().max(0).unsigned_abs());
            view! {
                // A rate of lines, not money.
                <span>{texts.rate(whole(language, rate as u64))}</span>
                <span>
                    {(!is_held)
                        .then(|| left.map_or_else(|| texts.estimating().to_owned(), |left| texts.left(whole_duration(left))))}
                </span>
                <span class="batch-age">{age}</span>
            }
            .into_any()
        }
    };
    view! { <span>{lines}</span> {pace} {failures} }.into_any()
}
