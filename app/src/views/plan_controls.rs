//! Pausar, Reanudar and Cancelar of a plan in progress, and where it stands.

use domain::plan::PlanState;
use domain::read_model::PlanInProgress;
use leptos::prelude::*;

use super::{Pill, Tone, may_operate};
use crate::i18n::shown_cause;
use crate::preferences::language;
use crate::query::{PAUSE_PATH, RESUME_PATH, cancel_path};

/// The state of a plan that does not simply go on; None where the batch is no plan.
pub fn plan_pill(plan: Option<&PlanInProgress>) -> Option<AnyView> {
    let texts = language().plan();
    let (tone, label) = match plan?.estado {
        PlanState::Paused => (Tone::Warning, texts.paused()),
        PlanState::Stopped => (Tone::Bad, texts.stopped()),
        PlanState::Cancelled => (Tone::Neutral, texts.cancelled()),
        PlanState::Proposed | PlanState::Running | PlanState::Finished => return None,
    };
    Some(view! { <Pill tone label/> }.into_any())
}

/// The buttons, for who may press them, and why it was stopped; nothing for what is no plan or has ended. `place` distinguishes the same plan's buttons
/// in two places of a page.
pub fn plan_controls(plan: Option<&PlanInProgress>, place: &str) -> Option<AnyView> {
    let texts = language().plan();
    let plan = plan.filter(|plan| plan.estado.is_active())?;
    let short = plan.hash.short().to_owned();
    let reason = shown_cause(language(), plan.causa.as_ref(), plan.motivo.as_ref())
        .map(|reason| view! { <p class="plan-reason tone-bad toned">{texts.stopped_because(reason)}</p> });
    if !may_operate() {
        return reason.map(IntoAny::into_any);
    }
    let (path, action, text, label) = if plan.estado == PlanState::Running {
        (PAUSE_PATH, "pausar_plan", texts.pause(), texts.pause_of(&short))
    } else {
        (RESUME_PATH, "reanudar_plan", texts.resume(), texts.resume_of(&short))
    };
    let cancel_label = texts.cancel_of(&short);
    let controls = view! {
        {reason}
        <div class="plan-controls">
            <code class="muted">{short.clone()}</code>
            <form method="post" action=path data-accion=action>
                <input type="hidden" name="hash" value=plan.hash.to_string()/>
                <button
                    class="button button-small"
                    id=format!("{place}-orden-{short}")
                    type="submit"
                    aria-label=label
                >
                    {text}
                </button>
            </form>
            <a
                class="button button-small"
                id=format!("{place}-cancelar-{short}")
                href=cancel_path(&plan.hash)
                data-dialogo=""
                aria-haspopup="dialog"
                role="button"
                aria-label=cancel_label
            >
                {texts.cancel()}
            </a>
        </div>
    };
    Some(controls.into_any())
}
