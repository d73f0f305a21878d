//! What was sent, what waits and what was dropped, by kind.

use domain::read_model::{DroppedReports, MonitoringView, ReportCount};
use leptos::prelude::*;

use super::{Moment, Section};
use crate::format::{bytes, drop_reason_name, report_kind_name, whole};
use crate::live::Now;
use crate::preferences::language;

/// Three lists side by side. Each is drawn anew only when it changes.
#[component]
pub fn MonitoringReports(
    /// What is known.
    view: Memo<MonitoringView>,
    /// What ages are counted from.
    now: Now,
) -> impl IntoView {
    let texts = language().monitoring();
    let sent = Memo::new(move |_| view.with(|view| view.enviados.clone()));
    let waiting = Memo::new(move |_| view.with(|view| view.en_espera.clone()));
    let dropped = Memo::new(move |_| view.with(|view| view.descartados.clone()));
    view! {
        <div class="columns">
            <Section title=texts.sent_title()>{move || tally(&sent.read(), texts.sent_empty())}</Section>
            <Section title=texts.waiting_title()>
                {move || {
                    let waiting = waiting.get();
                    let oldest = waiting.mas_antiguo.zip(waiting.mas_antiguo_local);
                    let oldest = oldest.map(|(at, local)| {
                        view! {
                            <dl class="tally tally-foot">
                                <div><dt>{texts.bytes()}</dt><dd>{bytes(language(), waiting.bytes)}</dd></div>
                                <div><dt>{texts.oldest()}</dt><dd><Moment at local now/></dd></div>
                            </dl>
                        }
                    });
                    view! { {tally(&waiting.por_tipo, texts.waiting_empty())} {oldest} }
                }}
            </Section>
            <Section title=texts.dropped_title()>{move || reasons(&dropped.read())}</Section>
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
