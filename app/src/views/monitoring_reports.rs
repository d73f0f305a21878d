//! What was sent, what waits and what was dropped, by kind.

use domain::read_model::{DroppedReports, MonitoringView, ReportCount};
use leptos::prelude::*;

use super::{Moment, Section};
use crate::format::{bytes, drop_reason_name, report_kind_name, whole};
use crate::preferences::language;

/// Three lists side by side.
pub fn monitoring_reports(view: &MonitoringView) -> AnyView {
    let texts = language().monitoring();
    let now = view.generado_en;
    let waiting = &view.en_espera;
    let oldest = waiting.mas_antiguo.zip(waiting.mas_antiguo_local).map(|(at, local)| {
        view! {
            <dl class="tally tally-foot">
                <div><dt>{texts.bytes()}</dt><dd>{bytes(language(), waiting.bytes)}</dd></div>
                <div><dt>{texts.oldest()}</dt><dd><Moment at local now/></dd></div>
            </dl>
        }
    });
    let sent = tally(&view.enviados, texts.sent_empty());
    let dropped = reasons(&view.descartados);
    let waits = tally(&waiting.por_tipo, texts.waiting_empty());
    view! {
        <div class="columns">
            <Section title=texts.sent_title()>{sent}</Section>
            <Section title=texts.waiting_title()>{waits} {oldest}</Section>
            <Section title=texts.dropped_title()>{dropped}</Section>
        </div>
    }
    .into_any()
}

fn tally(counts: &[ReportCount], empty: &'static str) -> AnyView {
    if counts.is_empty() {
        return view! { <p class="muted">{empty}</p> }.into_any();
    }
    let line = |count: &ReportCount| {
        let language = language();
        view! { <div><dt>{report_kind_name(language, count.tipo)}</dt><dd>{whole(language, count.cantidad)}</dd></div> }
    };
    view! { <dl class="tally">{counts.iter().map(line).collect_view()}</dl> }.into_any()
}

/// What was lost is alarming, so the reason stands beside it.
fn reasons(dropped: &[DroppedReports]) -> AnyView {
    if dropped.is_empty() {
        return view! { <p class="muted">{language().monitoring().dropped_empty()}</p> }.into_any();
    }
    let line = |dropped: &DroppedReports| {
        let language = language();
        view! {
            <div>
                <dt class="stack">
                    <span>{report_kind_name(language, dropped.tipo)}</span>
                    <span class="muted">{drop_reason_name(language, dropped.motivo)}</span>
                </dt>
                <dd class="tone-bad toned strong">{whole(language, dropped.cantidad)}</dd>
            </div>
        }
    };
    view! { <dl class="tally">{dropped.iter().map(line).collect_view()}</dl> }.into_any()
}
