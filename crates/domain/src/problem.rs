//! What a caller gets when something cannot be done: `{"detail", "codigo", "correlacion"}`, never internal text.

use serde::{Deserialize, Serialize};

use crate::plan::PlanHash;
use crate::state::wire_names;

/// The kind of a problem; decides the status of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// A parameter cannot be read, or is out of its bounds.
    InvalidParameter,
    /// The named thing does not exist.
    NotFound,
    /// The caller has to sign in first, or signed in with a wrong name or password.
    NotSignedIn,
    /// The caller may not do this.
    Forbidden,
    /// It cannot be done in the present state.
    Conflict,
    /// The plan is not what would run any more; `plan_hash` names the one that would.
    PlanChanged,
    /// The caller tried too often; try again later.
    TooManyAttempts,
    /// A limit is reached; try again later.
    Busy,
    /// A fault of ours; the reference code finds it in Sentry.
    Internal,
}
wire_names!(ProblemCode {
    InvalidParameter => "parametro_invalido",
    NotFound => "no_encontrado",
    NotSignedIn => "sin_sesion",
    Forbidden => "prohibido",
    Conflict => "conflicto",
    PlanChanged => "plan_cambiado",
    TooManyAttempts => "demasiados_intentos",
    Busy => "ocupado",
    Internal => "interno",
});

impl ProblemCode {
    /// Whether something is wrong on our side, which is reported to the team; the caller can do something about the others.
    pub const fn is_fault(self) -> bool {
        self.status() >= 500
    }

    /// The HTTP status that says the same.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidParameter => 422,
            Self::NotFound => 404,
            Self::NotSignedIn => 401,
            Self::Forbidden => 403,
            Self::Conflict | Self::PlanChanged => 409,
            Self::TooManyAttempts => 429,
            Self::Busy => 503,
            Self::Internal => 500,
        }
    }
}

/// A problem, as callers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{detail}")]
pub struct Problem {
    /// What is wrong and what to do, for people, in Spanish.
    pub detail: String,
    /// The kind, for programs.
    pub codigo: ProblemCode,
    /// A reference that finds the event in Sentry and in the log.
    pub correlacion: String,
    /// With `plan_cambiado`: the plan to look at instead, where anything is left to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_hash: Option<PlanHash>,
}
