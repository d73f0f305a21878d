//! Who asks, of which engine, and at which endpoint; on the server only.

use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::filter::InvalidParameter;
use domain::problem::{Problem, ProblemCode};
use engine::{Actor, Engine, UseCaseError};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use server_fn::error::ServerFnErrorErr;

use super::ApiError;

/// What the server provided for the request in hand.
pub(super) struct Session {
    pub engine: Engine,
    pub actor: Actor,
    endpoint: &'static str,
}

impl Session {
    /// Of the request in hand, at an endpoint that names it in logs and in Sentry.
    pub fn of(endpoint: &'static str) -> Result<Self, ApiError> {
        match (use_context::<Engine>(), use_context::<Actor>()) {
            (Some(engine), Some(actor)) => Ok(Self { engine, actor, endpoint }),
            _ => Err(refuse(internal())),
        }
    }

    /// A filter that was read, or the problem that it could not.
    pub fn checked<T>(&self, filter: Result<T, InvalidParameter>) -> Result<T, ApiError> {
        self.answer(filter.map_err(UseCaseError::InvalidParameter))
    }

    /// What a use case gave, or the problem that its error is to a caller.
    pub fn answer<T>(&self, outcome: Result<T, UseCaseError>) -> Result<T, ApiError> {
        outcome.map_err(|error| refuse(self.engine.problem(self.endpoint, error)))
    }
}

/// Arguments that do not even have the shape of the parameters; anything else is a fault of ours.
pub(super) fn problem_with_arguments(error: ServerFnErrorErr) -> ApiError {
    let reason = match error {
        ServerFnErrorErr::Args(reason)
        | ServerFnErrorErr::MissingArg(reason)
        | ServerFnErrorErr::Deserialization(reason) => reason,
        _ => return refuse(internal()),
    };
    let invalid = InvalidParameter { name: "parámetros", reason: format!("no se pueden leer: {reason}") };
    match Session::of("parametros") {
        Ok(session) => refuse(session.engine.problem(session.endpoint, UseCaseError::InvalidParameter(invalid))),
        Err(error) => error,
    }
}

/// Puts the problem's status on the answer. A page whose part fails is still a page, and keeps its own.
fn refuse(problem: Problem) -> ApiError {
    let is_api = use_context::<Parts>().is_some_and(|parts| parts.uri.path().starts_with("/api/"));
    if let (true, Some(response)) = (is_api, use_context::<ResponseOptions>()) {
        let status = StatusCode::from_u16(problem.codigo.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.set_status(status);
    }
    ApiError(problem)
}

fn internal() -> Problem {
    Problem {
        detail: "Error interno del servidor".to_owned(),
        codigo: ProblemCode::Internal,
        correlacion: String::new(),
        plan_hash: None,
    }
}
