//! Why something is missing, and what proves it. Only what is stored is said; texts are made where people read them.

use jiff::Timestamp;

use crate::run_message::RunText;
use crate::{ErrorClass, Interval, RunId, RunState};

/// Why a window is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseKind {
    /// The POS could not be reached.
    Unreachable,
    /// The POS answered with an error.
    PosError,
    /// The POS did not answer in time.
    Timeout,
    /// Fewer lines came than were announced.
    ShortAnswer,
    /// The answer has the wrong shape.
    MalformedAnswer,
    /// Our own database refused.
    Database,
    /// The process ended while the run was in progress.
    Interrupted,
    /// Somebody took the run back.
    Cancelled,
    /// Our schedule did not fire when the window was due.
    SchedulerDown,
    /// The schedule fired, and this store was not among those it asked for.
    NotScheduled,
    /// The window is from before the schedule fired for the first time.
    BeforeWatching,
    /// Everything came, and numbers of invoices are missing in it.
    NumberHole,
    /// It was complete, and the source has something else now, which is not loaded.
    SourceChanged,
}
crate::state::wire_names!(CauseKind {
    Unreachable => "conexion",
    PosError => "error_pos",
    Timeout => "timeout",
    ShortAnswer => "respuesta_corta",
    MalformedAnswer => "respuesta_mal_formada",
    Database => "base_de_datos",
    Interrupted => "interrumpido",
    Cancelled => "cancelado",
    SchedulerDown => "planificador_detenido",
    NotScheduled => "sin_programar",
    BeforeWatching => "antes_de_vigilar",
    NumberHole => "secuencia",
    SourceChanged => "fuente_cambio",
});

/// What is stored of a run that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFacts {
    /// Which one.
    pub run: RunId,
    /// The window it had.
    pub window: Interval<Timestamp>,
    /// How it ended.
    pub state: RunState,
    /// Of a failed run.
    pub error: Option<ErrorClass>,
    /// What it said.
    pub message: Option<RunText>,
    /// What the POS answered, where it was not 200.
    pub http_status: Option<u16>,
    /// Lines that the POS announced.
    pub announced: Option<u64>,
    /// Distinct lines that came.
    pub received: Option<u64>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl CauseKind {
    /// The cause that a run is which ended like this.
    pub const fn of(state: RunState, error: Option<ErrorClass>) -> Self {
        match (state, error) {
            (RunState::Cancelled, _) => Self::Cancelled,
            (RunState::Partial, _) => Self::ShortAnswer,
            (_, Some(ErrorClass::Timeout)) => Self::Timeout,
            (_, Some(ErrorClass::Connection)) => Self::Unreachable,
            (_, Some(ErrorClass::ApiError)) => Self::PosError,
            (_, Some(ErrorClass::InvalidData)) => Self::MalformedAnswer,
            (_, Some(ErrorClass::DatabaseError)) => Self::Database,
            (_, Some(ErrorClass::Interrupted) | None) => Self::Interrupted,
        }
    }
}

impl RunFacts {
    /// The cause that this run is.
    pub const fn cause(&self) -> CauseKind {
        CauseKind::of(self.state, self.error)
    }
}

/// When a schedule fired, around the time at which a window was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// What it means.
    pub cause: CauseKind,
    /// The last firing before the window was due.
    pub last_fired: Option<Timestamp>,
    /// The first firing from then on.
    pub next_fired: Option<Timestamp>,
}

impl Silence {
    /// Why no run ever had a window that was due within `due`, by the firings of its schedule, in order.
    pub fn of(due: Interval<Timestamp>, firings: &[Timestamp]) -> Self {
        let after = firings.partition_point(|fired| *fired < due.start());
        let last_fired = after.checked_sub(1).and_then(|index| firings.get(index)).copied();
        let next_fired = firings.get(after).copied();
        let cause = match (last_fired, next_fired) {
            (_, Some(next)) if due.contains(next) => CauseKind::NotScheduled,
            (None, _) => CauseKind::BeforeWatching,
            (Some(_), _) => CauseKind::SchedulerDown,
        };
        Self { cause, last_fired, next_fired }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_763_377_200 + 60 * minutes).unwrap()
    }

    #[rstest]
    #[case::between_two_firings(&[5, 125], CauseKind::SchedulerDown, Some(5), Some(125))]
    #[case::still_silent(&[5], CauseKind::SchedulerDown, Some(5), None)]
    #[case::it_fired_for_others(&[5, 35, 65], CauseKind::NotScheduled, Some(5), Some(35))]
    #[case::before_the_first(&[125], CauseKind::BeforeWatching, None, Some(125))]
    #[case::it_never_fired(&[], CauseKind::BeforeWatching, None, None)]
    fn silence_is_told_by_the_firings_around_it(
        #[case] firings: &[i64],
        #[case] cause: CauseKind,
        #[case] last: Option<i64>,
        #[case] next: Option<i64>,
    ) {
        let firings: Vec<Timestamp> = firings.iter().map(|minutes| at(*minutes)).collect();
        let due = Interval::new(at(30), at(60)).unwrap();
        assert_eq!(Silence::of(due, &firings), Silence { cause, last_fired: last.map(at), next_fired: next.map(at) });
    }

    #[rstest]
    #[case(RunState::Failed, Some(ErrorClass::Connection), CauseKind::Unreachable)]
    #[case(RunState::Failed, Some(ErrorClass::InvalidData), CauseKind::MalformedAnswer)]
    #[case(RunState::Partial, Some(ErrorClass::InvalidData), CauseKind::ShortAnswer)]
    #[case(RunState::Interrupted, Some(ErrorClass::Interrupted), CauseKind::Interrupted)]
    #[case(RunState::Cancelled, None, CauseKind::Cancelled)]
    fn a_short_answer_is_told_from_a_malformed_one(
        #[case] state: RunState,
        #[case] error: Option<ErrorClass>,
        #[case] cause: CauseKind,
    ) {
        let facts = RunFacts {
            run: RunId(Uuid::from_u128(1)),
            window: Interval::new(at(0), at(30)).unwrap(),
            state,
            error,
            message: None,
            http_status: None,
            announced: None,
            received: None,
            ended_at: None,
        };
        assert_eq!(facts.cause(), cause);
    }
}
