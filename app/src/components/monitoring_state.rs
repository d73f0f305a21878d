//! How it is with monitoring, first of all.

use domain::read_model::{CheckInState, MonitoringView};
use leptos::prelude::*;

use super::{CopyLine, Moment, Pill, StatCard, Tone};
use crate::format::{MonitoringState, bytes, report_failure_name};
use crate::live::Now;
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
#[component]
pub fn MonitoringSummary(
    /// What is known.
    view: Memo<MonitoringView>,
    /// What ages are counted from.
    now: Now,
) -> impl IntoView {
    let texts = language().monitoring();
    let state = Memo::new(move |_| MonitoringState::of(&view.read()));
    view! {
        <section class=move || format!("panel summary {}", tone_of(state.get()).class()) aria-label=texts.connection()>
            <div class="summary-head" role="status">
                {move || {
                    let (words, meaning) = state.get().words(language());
                    let title = if state.get() == MonitoringState::Off { texts.off_title() } else { texts.connection() };
                    view! {
                        <h2 class="summary-title">{title} " " <Pill tone=tone_of(state.get()) label=words/></h2>
                        <p class="muted">{meaning}</p>
                    }
                }}
            </div>
            {move || match state.get() {
                MonitoringState::Off => {
                    view! { <p class="summary-line"><span class="muted">{texts.copy_line()}</span> <CopyLine text=DSN_LINE/></p> }
                        .into_any()
                }
                _ => facts(view, now),
            }}
            {move || {
                let clock = view.with(|view| view.reloj.as_ref().map(|clock| clock.adelanto_segundos));
                clock.map(|seconds| view! { <p class="summary-line">{texts.clock(format!("{seconds:+}"))}</p> })
            }}
        </section>
    }
    .into_any()
}

/// Where it is, as what we are known there, and when it last heard of us.
fn facts(view: Memo<MonitoringView>, now: Now) -> AnyView {
    let texts = language().monitoring();
    let text = move |read: fn(&MonitoringView) -> &Option<String>| view.with(|view| read(view).clone());
    let sent = Memo::new(move |_| view.with(|view| view.ultimo_envio.zip(view.ultimo_envio_local)));
    let failure = Memo::new(move |_| view.with(|view| view.ultima_falla.clone()));
    view! {
        <dl class="fact-grid">
            <div><dt>{texts.host()}</dt><dd>{move || text(|view| &view.host)}</dd></div>
            <div><dt>{texts.environment()}</dt><dd>{move || text(|view| &view.entorno)}</dd></div>
            <div><dt>{texts.release()}</dt><dd>{move || text(|view| &view.version)}</dd></div>
            <div>
                <dt>{texts.last_sent()}</dt>
                <dd>
                    {move || match sent.get() {
                        Some((at, local)) => view! { <Moment at local now/> }.into_any(),
                        None => view! { <span class="muted">{texts.never()}</span> }.into_any(),
                    }}
                </dd>
            </div>
            <div>
                <dt>{texts.last_failure()}</dt>
                <dd>
                    {move || match failure.get() {
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
                    }}
                </dd>
            </div>
        </dl>
    }
    .into_any()
}

/// Sent, waiting, dropped, failing monitors.
#[component]
pub fn MonitoringCards(
    /// What is known.
    view: Memo<MonitoringView>,
) -> impl IntoView {
    let language = language();
    let texts = language.monitoring();
    let figure = move |read: fn(&MonitoringView) -> u64| Signal::derive(move || view.with(read));
    let hint = |text: &'static str| Signal::stored(text.to_owned());
    let waiting_hint = Signal::derive(move || match view.with(|view| (view.en_espera.total, view.en_espera.bytes)) {
        (0, _) => texts.waiting_none_hint().to_owned(),
        (_, size) => texts.waiting_hint(bytes(language, size)),
    });
    let is_failing = |state: Option<CheckInState>| state == Some(CheckInState::Error);
    let failing = Signal::derive(move || {
        view.with(|view| view.monitores.iter().filter(|monitor| is_failing(monitor.estado)).count() as u64)
    });
    view! {
        <dl class="cards" aria-label=texts.figures()>
            <StatCard
                label=texts.sent()
                value=figure(|view| view.enviados.iter().map(|count| count.cantidad).sum())
                tone=Tone::Good
                hint=hint(texts.sent_hint())
            />
            <StatCard label=texts.waiting() value=figure(|view| view.en_espera.total) tone=Tone::Warning hint=waiting_hint/>
            <StatCard
                label=texts.dropped()
                value=figure(|view| view.descartados.iter().map(|count| count.cantidad).sum())
                tone=Tone::Bad
                hint=hint(texts.dropped_hint())
            />
            <StatCard label=texts.failing() value=failing tone=Tone::Bad hint=hint(texts.failing_hint())/>
        </dl>
    }
    .into_any()
}
