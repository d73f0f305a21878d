//! Pausar, Reanudar and Cancelar of a plan in work, and where it stands.

use domain::plan::{PlanHash, PlanState};
use domain::read_model::PlanInProgress;
use leptos::prelude::*;

use super::{Pill, Tone};
use crate::preferences::language;

/// Something to be done to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanControl {
    /// Hold it.
    Pause,
    /// Let it go on.
    Resume,
    /// Take it back; whoever is told asks first.
    Cancel,
}

/// The state of a plan that does not simply go on.
#[component]
pub fn PlanPill(
    /// Where it stands; None where the batch is no plan.
    plan: Signal<Option<PlanInProgress>>,
) -> impl IntoView {
    let texts = language().plan();
    move || {
        let (tone, label) = match plan.read().as_ref()?.estado {
            PlanState::Paused => (Tone::Warning, texts.paused()),
            PlanState::Stopped => (Tone::Bad, texts.stopped()),
            PlanState::Cancelled => (Tone::Neutral, texts.cancelled()),
            PlanState::Proposed | PlanState::Running | PlanState::Finished => return None,
        };
        Some(view! { <Pill tone label/> })
    }
}

/// The buttons, and why it was stopped; nothing for what is no plan or has ended.
#[component]
pub fn PlanControls(
    /// Where it stands.
    plan: Signal<Option<PlanInProgress>>,
    /// Do it.
    control: Callback<(PlanHash, PlanControl)>,
) -> impl IntoView {
    move || plan.get().filter(|plan| plan.estado.is_active()).map(|plan| controls(&plan, control))
}

fn controls(plan: &PlanInProgress, control: Callback<(PlanHash, PlanControl)>) -> AnyView {
    let texts = language().plan();
    let short = plan.hash.short().to_owned();
    let button = |what: PlanControl, text: &'static str, label: String| {
        let hash = plan.hash.clone();
        view! {
            <button
                class="button button-small needs-script"
                type="button"
                aria-label=label
                on:click=move |_| control.run((hash.clone(), what))
            >
                {text}
            </button>
        }
    };
    let reason = plan
        .motivo
        .as_ref()
        .map(|reason| view! { <p class="plan-reason tone-bad toned">{texts.stopped_because(reason)}</p> });
    let go_on = if plan.estado == PlanState::Running {
        button(PlanControl::Pause, texts.pause(), texts.pause_of(&short))
    } else {
        button(PlanControl::Resume, texts.resume(), texts.resume_of(&short))
    };
    let cancel = button(PlanControl::Cancel, texts.cancel(), texts.cancel_of(&short));
    view! { {reason} <p class="plan-controls"><code class="muted">{short}</code> {go_on} {cancel}</p> }.into_any()
}
