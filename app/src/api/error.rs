//! What a server function answers when it cannot do what was asked.

use domain::problem::Problem;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// A [`Problem`], which is its whole body: `{"detail", "codigo", "correlacion"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error("{}{}", .0.detail, reference_note(&.0))]
pub struct ApiError(pub Problem);

/// Between the detail and the reference code in the text of an [`ApiError`].
const REFERENCE_NOTE: &str = " (referencia ";

/// Only of a fault: nobody is told of a refusal, and a code that finds nothing is worse than none.
fn reference_note(problem: &Problem) -> String {
    match problem.correlacion.as_str() {
        reference if problem.codigo.is_fault() && !reference.is_empty() => format!("{REFERENCE_NOTE}{reference})"),
        _ => String::new(),
    }
}

/// What a page tells of an [`ApiError`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What is wrong; empty where the server could not be reached.
    pub detail: String,
    /// What finds the event in Sentry and in the log; refusals have none.
    pub reference: Option<String>,
}

impl Told {
    /// Takes apart what `ApiError::to_string` put together.
    pub fn from_text(text: &str) -> Self {
        let parts = text.strip_suffix(')').and_then(|text| text.rsplit_once(REFERENCE_NOTE));
        match parts {
            Some((detail, reference)) => Self { detail: detail.to_owned(), reference: Some(reference.to_owned()) },
            None => Self { detail: text.to_owned(), reference: None },
        }
    }
}

impl From<&ApiError> for Told {
    fn from(error: &ApiError) -> Self {
        Self::from_text(&error.to_string())
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// On the server: parameters that cannot be read. In the browser: a call that could not even be put together; what
    /// comes of those that were sent is the protocol's business.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        {
            super::session::problem_with_arguments(error)
        }
        #[cfg(not(feature = "ssr"))]
        {
            drop(error);
            Self::without_answer(String::new())
        }
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
    fn a_text_gives_its_parts_back(
        #[case] detail: &str,
        #[case] codigo: ProblemCode,
        #[case] correlacion: &str,
        #[case] reference: Option<&str>,
    ) {
        let problem =
            Problem { detail: detail.to_owned(), codigo, correlacion: correlacion.to_owned(), plan_hash: None };
        let told = Told::from(&ApiError(problem));
        assert_eq!(told.detail, detail);
        assert_eq!(told.reference.as_deref(), reference);
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
