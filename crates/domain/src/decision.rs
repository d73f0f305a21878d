//! Decisions: what people decided about gaps, calendars and comparisons, kept for good.

use jiff::Timestamp;
use uuid::Uuid;

use crate::BranchId;
use crate::filter::{InvalidParameter, Requirement, bounded, branch, choice};
use crate::state::wire_names;

/// From where somebody decided: the column `origen` of `decisiones`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A page.
    Web,
    /// `klk` on a command line.
    CommandLine,
    /// Another program, over the REST interface.
    Api,
    /// The system itself.
    System,
}
wire_names!(Origin {
    Web => "web",
    CommandLine => "consola",
    Api => "api",
    System => "sistema",
});

impl Origin {
    /// The origin of a request by its `User-Agent`: browsers say `Mozilla`, our own command line says `klk`.
    pub fn of_user_agent(text: Option<&str>) -> Self {
        match text {
            Some(agent) if agent.starts_with("klk/") => Self::CommandLine,
            Some(agent) if agent.starts_with("Mozilla/") => Self::Web,
            _ => Self::Api,
        }
    }
}

/// What was decided: the column `accion` of `decisiones`, where this part of the system writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecisionAction {
    /// Missing windows were given up with a reason.
    Justify,
    /// That was taken back.
    WithdrawJustification,
    /// A day was compared with the source because somebody asked.
    Reconcile,
    /// A store got another calendar.
    ChangeCalendar,
    /// Somebody said that lines which the source does not have any more are rightly gone.
    ConfirmLoss,
}
wire_names!(DecisionAction {
    Justify => "justificar",
    WithdrawJustification => "retirar_justificacion",
    Reconcile => "conciliar",
    ChangeCalendar => "cambiar_calendario",
    ConfirmLoss => "confirmar_perdida",
});

/// What a list of decisions can be narrowed to: the column `accion` of what it shows. Beside decisions that is what was
/// done to plans (but for proposing one), and what somebody had loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListedAction {
    /// Missing windows were given up with a reason.
    Justify,
    /// That was taken back.
    WithdrawJustification,
    /// A day was compared with the source.
    Reconcile,
    /// A store got another calendar.
    ChangeCalendar,
    /// Lines that the source does not have any more are rightly gone.
    ConfirmLoss,
    /// A plan was started.
    PlanStarted,
    /// It was held.
    PlanPaused,
    /// It went on.
    PlanResumed,
    /// What had not started of it was taken back.
    PlanCancelled,
    /// Too many failures held it.
    PlanStopped,
    /// It went on without a store whose windows failed.
    PlanStoreSkipped,
    /// Its last window ended.
    PlanFinished,
    /// Windows were recovered without a plan.
    Recovery,
    /// Windows were loaded by hand.
    Manual,
    /// The first load.
    InitialLoad,
}
wire_names!(ListedAction {
    Justify => "justificar",
    WithdrawJustification => "retirar_justificacion",
    Reconcile => "conciliar",
    ChangeCalendar => "cambiar_calendario",
    ConfirmLoss => "confirmar_perdida",
    PlanStarted => "plan_iniciado",
    PlanPaused => "plan_pausado",
    PlanResumed => "plan_reanudado",
    PlanCancelled => "plan_cancelado",
    PlanStopped => "plan_detenido",
    PlanStoreSkipped => "plan_tienda_omitida",
    PlanFinished => "plan_terminado",
    Recovery => "recuperacion",
    Manual => "manual",
    InitialLoad => "carga_inicial",
});

/// Where the next older page of decisions starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionCursor {
    /// The moment of the last decision of the page before, to the microsecond.
    pub at: Timestamp,
    /// That decision.
    pub id: Uuid,
}

impl std::fmt::Display for DecisionCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.at.as_microsecond(), self.id.simple())
    }
}

impl std::str::FromStr for DecisionCursor {
    type Err = InvalidParameter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (micros, id) = text.split_once('.')?;
            let at = Timestamp::from_microsecond(micros.parse().ok()?).ok()?;
            Some(Self { at, id: Uuid::parse_str(id).ok()? })
        };
        read().ok_or(InvalidParameter { name: "cursor", requirement: Requirement::Cursor })
    }
}

/// Which decisions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Only of this branch.
    pub branch: Option<BranchId>,
    /// Only this action, by the name of a [`ListedAction`].
    pub action: Option<String>,
    /// Only of who has this in their name.
    pub actor: Option<String>,
    /// At most this many, 1 to 100.
    pub limit: u32,
    /// Older than this one.
    pub cursor: Option<DecisionCursor>,
}

impl DecisionFilter {
    /// From the parameters of the query string, each possibly absent or empty.
    pub fn parse(
        ubicacion_id: Option<&str>,
        accion: Option<&str>,
        actor: Option<&str>,
        limite: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Self, InvalidParameter> {
        let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Self {
            branch: branch(ubicacion_id),
            action: choice::<ListedAction>("accion", accion)?.map(|action| action.to_string()),
            actor: given(actor),
            limit: bounded("limite", limite, 50, 1, 100)?,
            cursor: given(cursor).map(|text| text.parse()).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::plan::PlanAction;

    #[test]
    fn a_cursor_survives_the_query_string() {
        let cursor =
            DecisionCursor { at: Timestamp::from_microsecond(1_763_377_200_123_456).unwrap(), id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert!("x.y".parse::<DecisionCursor>().is_err());
    }

    #[test]
    fn an_unknown_action_is_refused_and_the_known_ones_are_named() {
        let parse = |action: &str| DecisionFilter::parse(None, Some(action), None, None, None);
        assert_eq!(parse(" plan_detenido ").unwrap().action.as_deref(), Some("plan_detenido"));
        assert_eq!(parse("").unwrap().action, None);
        let InvalidParameter { name, requirement } = parse("nada").unwrap_err();
        let Requirement::OneOf { given, allowed } = requirement else { panic!("{requirement:?}") };
        assert_eq!((name, given.as_str()), ("accion", "nada"));
        assert!(allowed.starts_with("justificar, ") && allowed.ends_with("carga_inicial"), "{allowed}");
        // Whatever is decided can be asked for.
        for action in DecisionAction::ALL {
            assert!(parse(action.as_str()).is_ok(), "{action}");
        }
        for action in PlanAction::ALL.iter().filter(|action| **action != PlanAction::Propose) {
            assert!(parse(&format!("plan_{action}")).is_ok(), "{action}");
        }
    }

    #[rstest]
    #[case(Some("klk/1.0"), Origin::CommandLine)]
    #[case(Some("Mozilla/5.0 (X11)"), Origin::Web)]
    #[case(Some("curl/8"), Origin::Api)]
    #[case(None, Origin::Api)]
    fn the_user_agent_tells_where_from(#[case] agent: Option<&str>, #[case] origin: Origin) {
        assert_eq!(Origin::of_user_agent(agent), origin);
    }
}
