//! How it is with monitoring, first of all.

use domain::read_model::{CheckInState, MonitoringView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{CopyLine, Moment, Pill, StatCard, Tone};
use crate::format::{MonitoringState, bytes, report_failure_name};
use crate::preferences::language;

/// What switches monitoring on.
const DSN_LINE: &str = "export SENTRY_DSN='https://CLAVE@sentry.ejemplo.com/PROYECTO'";

const fn tone_of(state: MonitoringState) -> Tone {
    match state {
        MonitoringState::Off | MonitoringState::Refusing => Tone::Warning,
        MonitoringState::Unreachable | MonitoringState::Dropped => Tone::Bad,
        MonitoringState::Untried => Tone::Neutral,
        MonitoringState::Well => Tone::Good,
    }
}

/// Whether Sentry hears of everything, where it is, and when it last did and did not.
pub fn monitoring_summary(view: &MonitoringView) -> AnyView {
    let texts = language().monitoring();
    let state = MonitoringState::of(view);
    let (words, meaning) = state.words(language());
    let title = if state == MonitoringState::Off { texts.off_title() } else { texts.connection() };
    let body = match state {
        MonitoringState::Off => {
            view! { <p class="summary-line"><span class="muted">{texts.copy_line()}</span> <CopyLine text=DSN_LINE/></p> }
                .into_any()
        }
        _ => facts(view, view.generado_en),
    };
    let clock = view.reloj.as_ref().map(|clock| clock.adelanto_segundos);
    let clock = clock.map(|seconds| view! { <p class="summary-line">{texts.clock(format!("{seconds:+}"))}</p> });
    view! {
        <section class=format!("panel summary {}", tone_of(state).class()) aria-label=texts.connection()>
            <div class="summary-head" role="status">
                <h2 class="summary-title">{title} " " <Pill tone=tone_of(state) label=words/></h2>
                <p class="muted">{meaning}</p>
            </div>
            {body}
            {clock}
        </section>
    }
    .into_any()
}

/// Where it is, as what we are known there, and when it last heard of us.
fn facts(view: &MonitoringView, now: Timestamp) -> AnyView {
    let texts = language().monitoring();
    let sent = match view.ultimo_envio.zip(view.ultimo_envio_local) {
        Some((at, local)) => view! { <Moment at local now/> }.into_any(),
        None => view! { <span class="muted">{texts.never()}</span> }.into_any(),
    };
    let failure = match view.ultima_falla.clone() {
        Some(failure) => view! {
            <span class="stack">
                <span>{report_failure_name(language(), failure.motivo)}</span>
                <code class="muted">{failure.detalle}</code>
            </span>
            " "
            <Moment at=failure.en local=failure.en_local now/>
        }
        .into_any(),
        None => view! { <span class="muted">{texts.no_failure()}</span> }.into_any(),
    };
    view! {
        <dl class="fact-grid">
            <div><dt>{texts.host()}</dt><dd>{view.host.clone()}</dd></div>
            <div><dt>{texts.environment()}</dt><dd>{view.entorno.clone()}</dd></div>
            <div><dt>{texts.release()}</dt><dd>{view.version.clone()}</dd></div>
            <div><dt>{texts.last_sent()}</dt><dd>{sent}</dd></div>
            <div><dt>{texts.last_failure()}</dt><dd>{failure}</dd></div>
        </dl>
    }
    .into_any()
}

/// Sent, waiting, dropped, failing monitors.
pub fn monitoring_cards(view: &MonitoringView) -> AnyView {
    let language = language();
    let texts = language.monitoring();
    let waiting_hint = match view.en_espera.total {
        0 => texts.waiting_none_hint().to_owned(),
        _ => texts.waiting_hint(bytes(language, view.en_espera.bytes)),
    };
    let failing = view.monitores.iter().filter(|monitor| monitor.estado == Some(CheckInState::Error)).count() as u64;
    let sent = view.enviados.iter().map(|count| count.cantidad).sum::<u64>();
    let dropped = view.descartados.iter().map(|count| count.cantidad).sum::<u64>();
    view! {
        <dl class="cards" aria-label=texts.figures()>
            <StatCard label=texts.sent() value=sent tone=Tone::Good hint=texts.sent_hint()/>
            <StatCard label=texts.waiting() value=view.en_espera.total tone=Tone::Warning hint=waiting_hint/>
            <StatCard label=texts.dropped() value=dropped tone=Tone::Bad hint=texts.dropped_hint()/>
            <StatCard label=texts.failing() value=failing tone=Tone::Bad hint=texts.failing_hint()/>
        </dl>
    }
    .into_any()
}
