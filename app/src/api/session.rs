//! Who asks, of which engine, and at which endpoint; on the server only.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use domain::filter::{InvalidParameter, Requirement};
use domain::problem::{Problem, ProblemCode};
use domain::requirement::Unreadable;
use engine::{Actor, Caller, EndpointCall, Engine, Identity, RequestScope, UseCaseError};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use server_fn::error::ServerFnErrorErr;

use super::ApiError;
use crate::i18n::Language;
use crate::preferences::language;

/// What the server provided for the request in hand.
pub(super) struct Session {
    pub engine: Engine,
    pub actor: Actor,
    call: EndpointCall,
    request: Option<RequestScope>,
}

impl Session {
    /// Of the request in hand, at an endpoint, which is named in logs and in Sentry with what it is asked about.
    pub fn of(call: EndpointCall) -> Result<Self, ApiError> {
        let request = request_scope();
        match (use_context::<Engine>(), use_context::<Identity>()) {
            (Some(engine), Some(Identity { actor, .. })) => {
                if let (Some(request), Caller::Request) = (&request, caller()) {
                    engine.tag_request(&call, request);
                }
                Ok(Self { engine, actor, call, request })
            }
            _ => Err(refuse(internal())),
        }
    }

    /// A filter that was read, or the problem that it could not.
    pub fn checked<T>(&self, filter: Result<T, InvalidParameter>) -> Result<T, ApiError> {
        filter.map_err(|error| refuse(self.problem(UseCaseError::InvalidParameter(error))))
    }

    /// The answer to the caller; a refusal for lack of permission is counted.
    fn problem(&self, error: UseCaseError) -> Problem {
        let problem = self.engine.problem(self.call.name(), error, language_of_answer());
        if problem.codigo == ProblemCode::Forbidden {
            self.engine.note_refused(&self.actor, self.call.name());
        }
        problem
    }

    /// Does a use case; gives what it gave, or the problem that its error is to a caller. All that it reports meanwhile
    /// is of this endpoint.
    pub async fn answer<T>(&self, use_case: impl Future<Output = Result<T, UseCaseError>>) -> Result<T, ApiError> {
        let work = async { use_case.await.map_err(|error| self.problem(error)) };
        self.engine.at_endpoint(&self.call, self.request.as_ref(), caller(), work).await.map_err(refuse)
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
    let invalid = InvalidParameter { name: "parámetros", requirement: Requirement::Readable(Unreadable::of(&reason)) };
    // Which function it was is not known.
    match Session::of(EndpointCall::about_everything("parametros")) {
        Ok(session) => session.checked::<()>(Err(invalid)).err().unwrap_or_else(|| refuse(internal())),
        Err(error) => error,
    }
}

fn request_scope() -> Option<RequestScope> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<RequestScope>().cloned())
}

/// What is asked while a frame is drawn is a part of the page, whatever the request did; a context of ours.
#[derive(Clone, Copy, Debug)]
pub struct DrawingFrame;

/// Whether the request asks for this function, as programs and forms do, or for a page that does.
fn caller() -> Caller {
    let is_asked = |parts: &Parts| parts.uri.path().starts_with("/api/") || parts.method == Method::POST;
    match use_context::<Parts>() {
        Some(parts) if is_asked(&parts) && use_context::<DrawingFrame>().is_none() => Caller::Request,
        _ => Caller::PartOfPage,
    }
}

/// That of the page that the answer is drawn on. Answers to programs are in Spanish, as the contract says.
fn language_of_answer() -> Language {
    let is_for_program = |parts: &Parts| parts.uri.path().starts_with("/api/");
    if use_context::<Parts>().is_some_and(|parts| is_for_program(&parts)) { Language::Es } else { language() }
}

/// Puts the problem's status on the answer. A page whose part fails is still a page, and keeps its own.
fn refuse(problem: Problem) -> ApiError {
    if let (Caller::Request, Some(response)) = (caller(), use_context::<ResponseOptions>()) {
        let status = StatusCode::from_u16(problem.codigo.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.set_status(status);
    }
    ApiError(problem)
}

/// The layers report it to Sentry, under the code of the request.
fn internal() -> Problem {
    Problem {
        detail: language_of_answer().http().internal().to_owned(),
        codigo: ProblemCode::Internal,
        correlacion: request_scope().map(|request| request.code().to_owned()).unwrap_or_default(),
        plan_hash: None,
    }
}
