//! A button that has the server fail.

use domain::problem::ProblemCode;
use leptos::prelude::*;

use super::{Failure, Pill, Reference, Tone};
use crate::api::{ApiError, Told};
use crate::preferences::language;

/// Fails on demand, and says by which reference the failure is found. Any other failure is told as what it is.
#[component]
pub fn ServerTrial(
    /// How the latest trial ended.
    failure: Signal<Option<ApiError>>,
    /// Whether one is under way.
    is_working: Signal<bool>,
    /// Somebody wants the server to fail.
    start: Callback<()>,
) -> impl IntoView {
    let texts = language().monitoring();
    view! {
        <div class="trial">
            <button
                class="button needs-script"
                type="button"
                disabled=move || is_working.get()
                on:click=move |_| start.run(())
            >
                {move || if is_working.get() { texts.trial_working() } else { texts.trial_server() }}
            </button>
            <p class="muted">{texts.trial_server_text()}</p>
            <div class="trial-outcome" role="status">{move || failure.get().map(|error| outcome(&error))}</div>
        </div>
    }
    .into_any()
}

fn outcome(error: &ApiError) -> AnyView {
    let texts = language().monitoring();
    let told = Told::from(error);
    match told.reference.clone() {
        Some(code) if error.0.codigo == ProblemCode::Internal => {
            view! { <Pill tone=Tone::Info label=texts.trial_done()/> " " <Reference code/> }.into_any()
        }
        _ => view! { <Failure title=texts.trial_other().to_owned() told/> }.into_any(),
    }
}
