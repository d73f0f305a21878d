//! What a server function answers when it cannot do what was asked.

use domain::problem::Problem;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// A [`Problem`], which is its whole body: `{"detail", "codigo", "correlacion"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error("{}", .0.detail)]
pub struct ApiError(pub Problem);

/// What a page shows of an [`ApiError`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorMessage {
    /// What is wrong; empty where the server could not be reached.
    pub detail: String,
    /// What finds the event in Sentry and in the log; a refusal is not reported and has none.
    pub reference: Option<String>,
}

impl From<&ApiError> for ErrorMessage {
    fn from(ApiError(problem): &ApiError) -> Self {
        let is_reported = problem.codigo.is_fault() && !problem.correlacion.is_empty();
        Self { detail: problem.detail.clone(), reference: is_reported.then(|| problem.correlacion.clone()) }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// Of parameters that cannot be read.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        super::session::problem_with_arguments(error)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use domain::problem::ProblemCode;

    use super::*;

    #[rstest]
    #[case("No se puede consultar la base (ahora)", ProblemCode::Busy, "K7QX2M9P", Some("K7QX2M9P"))]
    #[case("sin código", ProblemCode::Internal, "", None)]
    #[case("dias: debe ser un número (de 1 a 90)", ProblemCode::InvalidParameter, "K7QX2M9P", None)]
    fn only_a_fault_has_a_reference(
        #[case] detail: &str,
        #[case] codigo: ProblemCode,
        #[case] correlacion: &str,
        #[case] reference: Option<&str>,
    ) {
        let problem =
            Problem { detail: detail.to_owned(), codigo, correlacion: correlacion.to_owned(), plan_hash: None };
        let message = ErrorMessage::from(&ApiError(problem));
        assert_eq!(message.detail, detail);
        assert_eq!(message.reference.as_deref(), reference);
    }

    #[test]
    fn the_body_is_the_problem_itself() {
        let error = ApiError(Problem {
            detail: "no".to_owned(),
            codigo: ProblemCode::Forbidden,
            correlacion: "K7QX2M9P".to_owned(),
            plan_hash: None,
        });
        let body = String::from_utf8(error.ser().to_vec()).unwrap();
        assert_eq!(body, r#"{"detail":"no","codigo":"prohibido","correlacion":"K7QX2M9P"}"#);
    }
}
