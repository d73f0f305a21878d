//! The state of the POS, in the frame. It is asked for after the page, which a POS that does not answer must not hold back.

use domain::read_model::{Connectivity, ConnectivityState};
use leptos::prelude::*;

use super::{Glyph, Icon, Pill, Reference, Tone};
use crate::api::{ApiError, ErrorMessage};
use crate::format::whole;
use crate::i18n::probe_failure;
use crate::preferences::language;
use crate::query::CONNECTIVITY_PATH;

/// The place in the frame, which frontend/js/parts.ts fills; without scripts, the way to the same on a page of its own.
pub fn connectivity_badge() -> AnyView {
    let texts = language().connectivity();
    let retry = language().failure().retry();
    view! {
        <div class="connectivity" id="pos" data-propio="" data-parte=CONNECTIVITY_PATH>
            <p class="connectivity-title">{texts.title()}</p>
            <div class="connectivity-state" role="status">
                <span data-contenido="">
                    <span class="needs-script"><Pill tone=Tone::Neutral label=texts.checking() is_busy=true/></span>
                    <a class="link only-without-script" href=CONNECTIVITY_PATH>{texts.check()}</a>
                </span>
            </div>
            <button class="button-icon needs-script" type="button" aria-label=retry title=retry data-parte-otra-vez="">
                <Glyph icon=Icon::Retry/>
            </button>
        </div>
    }
    .into_any()
}

/// Whether the POS answers and how fast; or that the probe itself failed, with the reference that support needs.
pub fn connectivity_state(outcome: &Result<Connectivity, ApiError>) -> AnyView {
    let language = language();
    let texts = language.connectivity();
    let connectivity = match outcome {
        Ok(connectivity) => connectivity,
        Err(error) => {
            let message = ErrorMessage::from(error);
            let title = language.failure().title(texts.part());
            let reference = message.reference.map(|code| view! { <Reference code/> });
            return view! {
                <span data-contenido="" title=format!("{title}. {}", message.detail)>
                    <Pill tone=Tone::Warning label=texts.unknown()/>
                    " "
                    {reference}
                </span>
            }
            .into_any();
        }
    };
    let (tone, label) = match connectivity.estado {
        ConnectivityState::Available => (Tone::Good, texts.available()),
        ConnectivityState::Timeout => (Tone::Warning, texts.timeout()),
        ConnectivityState::Error => (Tone::Bad, texts.error()),
    };
    let latency = texts.latency(whole(language, connectivity.latencia_ms));
    view! {
        <span data-contenido="" title=connectivity.error_tipo.map(|class| probe_failure(language, class))>
            <Pill tone label/>
            " "
            <span class="muted">{latency}</span>
        </span>
    }
    .into_any()
}
