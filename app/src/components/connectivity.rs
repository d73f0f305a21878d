//! The state of the POS, in the frame.

use domain::read_model::{Connectivity, ConnectivityState};
use leptos::prelude::*;

use super::{Glyph, Icon, Pill, Reference, Tone};
use crate::api::{ApiError, Told};
use crate::format::whole;
use crate::preferences::language;

/// Whether the POS answers and how fast, with a button to ask again.
#[component]
pub fn ConnectivityBadge(
    /// The latest probe; None before the first.
    outcome: Signal<Option<Result<Connectivity, ApiError>>>,
    /// Whether a probe is under way.
    is_checking: Signal<bool>,
    /// Probes again.
    retry: Callback<()>,
) -> impl IntoView {
    let texts = language().connectivity();
    view! {
        <div class="connectivity">
            <p class="connectivity-title">{texts.title()}</p>
            <div class="connectivity-state" role="status">
                {move || match outcome.get() {
                    None if is_checking.get() => view! { <Pill tone=Tone::Neutral label=texts.checking() is_busy=true/> }.into_any(),
                    None => view! { <Pill tone=Tone::Neutral label=texts.unknown()/> }.into_any(),
                    Some(Ok(connectivity)) => state(&connectivity),
                    Some(Err(error)) => unknown(&error),
                }}
            </div>
            <button
                class="button-icon needs-script"
                class:is-turning=move || is_checking.get()
                type="button"
                aria-label=language().failure().retry()
                title=language().failure().retry()
                on:click=move |_| retry.run(())
            >
                <Glyph icon=Icon::Retry/>
            </button>
        </div>
    }
    .into_any()
}

fn state(connectivity: &Connectivity) -> AnyView {
    let language = language();
    let texts = language.connectivity();
    let (tone, label) = match connectivity.estado {
        ConnectivityState::Available => (Tone::Good, texts.available()),
        ConnectivityState::Timeout => (Tone::Warning, texts.timeout()),
        ConnectivityState::Error => (Tone::Bad, texts.error()),
    };
    let latency = texts.latency(whole(language, connectivity.latencia_ms));
    view! {
        <span title=connectivity.detalle.clone()>
            <Pill tone label/>
            " "
            <span class="muted">{latency}</span>
        </span>
    }
    .into_any()
}

/// The probe itself failed: the reference is what support needs.
fn unknown(error: &ApiError) -> AnyView {
    let language = language();
    let told = Told::from(error);
    let title = language.failure().title(language.connectivity().part());
    let reference = told.reference.map(|code| view! { <Reference code/> });
    view! {
        <span title=format!("{title}. {}", told.detail)>
            <Pill tone=Tone::Warning label=language.connectivity().unknown()/>
            " "
            {reference}
        </span>
    }
    .into_any()
}
