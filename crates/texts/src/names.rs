//! What people call the values of the contract's enums.

use domain::decision::Origin;
use domain::gap::Urgency;
use domain::justification::Reason;
use domain::plan::PlanState;
use domain::window_state::WindowState;
use domain::{EtlKind, RunMode, RunState};

use super::Language;

/// Of a kind of extraction.
pub const fn kind_name(language: Language, kind: EtlKind) -> &'static str {
    match kind {
        EtlKind::Sales => language.kind().sales(),
        EtlKind::Inventory => language.kind().inventory(),
    }
}

/// Of a mode of a run.
pub const fn mode_name(language: Language, mode: RunMode) -> &'static str {
    match mode {
        RunMode::Full => language.mode().full(),
        RunMode::Incremental => language.mode().incremental(),
        RunMode::Recovery => language.mode().recovery(),
    }
}

/// Of a state of a run.
pub const fn state_name(language: Language, state: RunState) -> &'static str {
    let texts = language.state();
    match state {
        RunState::Queued => texts.queued(),
        RunState::Running => texts.running(),
        RunState::Succeeded => texts.succeeded(),
        RunState::Failed => texts.failed(),
        RunState::Partial => texts.partial(),
        RunState::Cancelled => texts.cancelled(),
        RunState::Interrupted => texts.interrupted(),
    }
}

/// Of a state of a plan.
pub const fn plan_state_name(language: Language, state: PlanState) -> &'static str {
    let (texts, plan) = (language.plans(), language.plan());
    match state {
        PlanState::Proposed => texts.proposed(),
        PlanState::Running => texts.running(),
        PlanState::Paused => plan.paused(),
        PlanState::Stopped => plan.stopped(),
        PlanState::Cancelled => plan.cancelled(),
        PlanState::Finished => texts.finished(),
    }
}

/// Of a state of a half hour.
pub const fn window_state_name(language: Language, state: WindowState) -> &'static str {
    let texts = language.window_state();
    match state {
        WindowState::Closed => texts.closed(),
        WindowState::Upcoming => texts.upcoming(),
        WindowState::NoSales => texts.no_sales(),
        WindowState::Complete => texts.complete(),
        WindowState::Partial => texts.partial(),
        WindowState::Missing => texts.missing(),
        WindowState::InProgress => texts.in_progress(),
        WindowState::Unrecoverable => texts.unrecoverable(),
        WindowState::Waived => texts.waived(),
    }
}

/// Of an urgency of a gap.
pub const fn urgency_name(language: Language, urgency: Urgency) -> &'static str {
    let texts = language.urgency();
    match urgency {
        Urgency::Recent => texts.recent(),
        Urgency::Urgent => texts.urgent(),
        Urgency::Critical => texts.critical(),
        Urgency::VeryCritical => texts.very_critical(),
    }
}

/// Of a reason why a gap stays.
pub const fn reason_name(language: Language, reason: Reason) -> &'static str {
    let texts = language.reason();
    match reason {
        Reason::StoreClosed => texts.store_closed(),
        Reason::PowerFailure => texts.power_failure(),
        Reason::NoSales => texts.no_sales(),
        Reason::BrokenPos => texts.broken_pos(),
        Reason::Other => texts.other(),
    }
}

/// Of from where somebody decided.
pub const fn origin_name(language: Language, origin: Origin) -> &'static str {
    let texts = language.origin();
    match origin {
        Origin::Web => texts.web(),
        Origin::CommandLine => texts.console(),
        Origin::Api => texts.api(),
        Origin::System => texts.system(),
    }
}

/// Of what was decided; an action of another part of the system keeps its own name.
pub fn decision_name(language: Language, action: &str) -> String {
    let texts = language.decision();
    match action {
        "justificar" => texts.justify(),
        "retirar_justificacion" => texts.withdraw(),
        "conciliar" => texts.reconcile(),
        "cambiar_calendario" => texts.calendar(),
        "confirmar_perdida" => texts.confirm_loss(),
        "recuperacion" => texts.recover(),
        "manual" => texts.manual(),
        "carga_inicial" => texts.first_load(),
        "plan_propuesto" => texts.plan_proposed(),
        "plan_iniciado" => texts.plan_started(),
        "plan_pausado" => texts.plan_paused(),
        "plan_reanudado" => texts.plan_resumed(),
        "plan_cancelado" => texts.plan_cancelled(),
        "plan_detenido" => texts.plan_stopped(),
        "plan_tienda_omitida" => texts.plan_store_skipped(),
        "plan_terminado" => texts.plan_finished(),
        other => other,
    }
    .to_owned()
}
