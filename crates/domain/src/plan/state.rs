//! Where a plan stands, and what may be done to it.

use crate::state::wire_names;

/// Where a plan stands: the column `estado` of `planes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlanState {
    /// Shown to somebody; nothing of it is queued.
    Proposed,
    /// Its windows are queued or in progress.
    Running,
    /// Somebody holds it: no window of it starts.
    Paused,
    /// The breaker holds it: too many failures in a row.
    Stopped,
    /// Somebody took back what had not started.
    Cancelled,
    /// Every window of it has ended, however.
    Finished,
}
wire_names!(PlanState {
    Proposed => "propuesto",
    Running => "en_curso",
    Paused => "pausado",
    Stopped => "detenido",
    Cancelled => "cancelado",
    Finished => "terminado",
});

/// What was done to a plan: the column `accion` of `decisiones`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlanAction {
    /// It was shown.
    Propose,
    /// Its windows were queued.
    Start,
    /// Somebody holds it.
    Pause,
    /// It goes on.
    Resume,
    /// What had not started was taken back.
    Cancel,
    /// The breaker holds it.
    Stop,
    /// The breaker took back what waited of one store; the others go on.
    SkipStore,
    /// Its last window ended.
    Finish,
}
wire_names!(PlanAction {
    Propose => "propuesto",
    Start => "iniciado",
    Pause => "pausado",
    Resume => "reanudado",
    Cancel => "cancelado",
    Stop => "detenido",
    SkipStore => "tienda_omitida",
    Finish => "terminado",
});

impl PlanState {
    /// Whether windows of it may start.
    pub const fn lets_windows_start(self) -> bool {
        matches!(self, Self::Running)
    }

    /// Whether it was started and has not ended.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopped)
    }

    /// Where an action leads from here; None where it cannot be done. What was done already is done again without
    /// harm, so that a click that comes twice is no error.
    pub const fn after(self, action: PlanAction) -> Option<Self> {
        match (self, action) {
            (Self::Proposed, PlanAction::Propose) => Some(Self::Proposed),
            (Self::Proposed, PlanAction::Start) => Some(Self::Running),
            (Self::Running | Self::Paused, PlanAction::Pause) => Some(Self::Paused),
            (Self::Running | Self::Paused | Self::Stopped, PlanAction::Resume) => Some(Self::Running),
            (Self::Running, PlanAction::Stop) => Some(Self::Stopped),
            (Self::Running, PlanAction::SkipStore) => Some(Self::Running),
            (Self::Running | Self::Paused | Self::Stopped | Self::Cancelled, PlanAction::Cancel) => {
                Some(Self::Cancelled)
            }
            (Self::Running | Self::Paused | Self::Stopped, PlanAction::Finish) => Some(Self::Finished),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_plan_never_runs_again_and_no_action_skips_the_start() {
        for action in PlanAction::ALL {
            assert_eq!(PlanState::Finished.after(*action), None);
            assert!(PlanState::Cancelled.after(*action).is_none_or(|state| state == PlanState::Cancelled));
            let from_proposed = PlanState::Proposed.after(*action);
            assert_eq!(from_proposed.is_some_and(PlanState::is_active), *action == PlanAction::Start);
        }
    }

    #[test]
    fn pausing_and_cancelling_twice_is_no_error() {
        let paused = PlanState::Running.after(PlanAction::Pause).unwrap();
        assert_eq!(paused.after(PlanAction::Pause), Some(PlanState::Paused));
        let cancelled = paused.after(PlanAction::Cancel).unwrap();
        assert_eq!(cancelled.after(PlanAction::Cancel), Some(PlanState::Cancelled));
    }

    #[test]
    fn a_plan_that_was_stopped_can_be_resumed() {
        assert_eq!(PlanState::Stopped.after(PlanAction::Resume), Some(PlanState::Running));
    }
}
