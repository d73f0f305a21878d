//! What is known of a run.

use domain::RunState;
use domain::read_model::{LineChanges, RunDetail, RunView};
use jiff::Timestamp;
use jiff::civil::DateTime;
use leptos::prelude::*;

use super::run_row::receipt;
use super::{CopyLine, Elapsed, Moment, Pill, SentryLink};
use crate::format::{duration, whole};
use crate::i18n::{kind_name, mode_name, person, state_name};
use crate::preferences::language;
use crate::query::{Query, RUNS};

/// Who, what, when, how much, where.
#[component]
pub fn RunFacts(
    /// The run.
    detail: RunDetail,
    /// What ages are counted from.
    now: Timestamp,
) -> impl IntoView {
    let language = language();
    let texts = language.run();
    let run = detail.ejecucion.clone();
    let started = run.fecha_inicio.zip(run.fecha_inicio_local);
    let ended = run.fecha_fin.zip(detail.fecha_fin_local);
    let reason = detail.lote_motivo.as_deref().map(reason_name);
    let count = |count: Option<u64>| text(count.map(|count| whole(language, count)));
    view! {
        <dl class="fact-grid">
            {fact(texts.state(), view! {
                <Pill tone=run.estado label=state_name(language, run.estado) is_busy=run.estado == RunState::Running/>
            }.into_any())}
            {fact(texts.mode(), text(Some(format!("{} · {}", kind_name(language, run.etl_tipo), mode_name(language, run.modo)))))}
            {fact(texts.attempt(), text(Some(whole(language, run.intento.into()))))}
            {fact(texts.requested_by(), text(run.solicitado_por.as_deref().map(|name| person(language, name))))}
            {fact(texts.batch(), text(reason.map(str::to_owned)))}
            {fact(texts.queued(), moment(Some((run.creado_en, detail.creado_en_local)), now))}
            {fact(texts.started(), moment(started, now))}
            {fact(texts.ended(), moment(ended, now))}
            {fact(texts.duration(), length(&run, now))}
            {fact(texts.extracted(), count(run.registros_extraidos))}
            {fact(texts.loaded(), count(run.registros_cargados))}
            {fact(texts.changes(), view! {
                <span class="stack">{text(detail.cambios.as_ref().map(changes))} {receipt(&run)}</span>
            }.into_any())}
            {fact(texts.host(), text(run.host.clone()))}
            {fact(texts.version(), text(Some(run.version_etl.clone())))}
            {wide_fact(texts.id(), view! { <CopyLine text=run.id.to_string()/> }.into_any())}
            {wide_fact(texts.trace(), trace(&detail))}
        </dl>
    }
    .into_any()
}

fn fact(name: &'static str, value: AnyView) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

fn wide_fact(name: &'static str, value: AnyView) -> AnyView {
    view! { <div class="fact-wide"><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

fn text(value: Option<String>) -> AnyView {
    match value {
        Some(value) => value.into_any(),
        None => nothing(),
    }
}

fn nothing() -> AnyView {
    view! { <span class="muted">"–"</span> }.into_any()
}

fn moment(moment: Option<(Timestamp, DateTime)>, now: Timestamp) -> AnyView {
    match moment {
        Some((at, local)) => view! { <Moment at local now/> }.into_any(),
        None => nothing(),
    }
}

fn length(run: &RunView, now: Timestamp) -> AnyView {
    match (run.duracion_segundos, run.fecha_inicio, run.estado) {
        (_, Some(since), RunState::Running) => view! { <Elapsed since now/> }.into_any(),
        (Some(seconds), ..) => duration(language(), seconds).into_any(),
        _ => nothing(),
    }
}

fn changes(changes: &LineChanges) -> String {
    let language = language();
    let count = |count| whole(language, count);
    language.run().changes_text(count(changes.agregadas), count(changes.cambiadas), count(changes.retiradas))
}

/// The trace with the way to it. A run that left none says why.
fn trace(detail: &RunDetail) -> AnyView {
    let texts = language().run();
    let Some(trace) = detail.ejecucion.traza_id.clone() else {
        return view! { <span class="muted">{texts.no_trace()}</span> }.into_any();
    };
    let link = detail.enlaces.as_ref().and_then(|links| links.traza.clone());
    let link = link.map(|href| view! { <SentryLink href label=texts.see_trace()/> });
    view! { <CopyLine text=trace/> " " {link} }.into_any()
}

/// What people call the reason of a batch.
fn reason_name(reason: &str) -> &'static str {
    let texts = language().run();
    match reason {
        "carga_inicial" => texts.reason_initial(),
        "recuperacion" => texts.reason_recovery(),
        "reconciliacion" | "conciliacion" => texts.reason_reconciliation(),
        "programada" => texts.reason_schedule(),
        _ => texts.reason_manual(),
    }
}

/// To the runs of the same store and kind.
pub fn runs_of_same(run: &RunView) -> String {
    Query::of(RUNS, &[("ubicacion_id", run.ubicacion_id.as_str()), ("etl_tipo", run.etl_tipo.as_str())]).href()
}
