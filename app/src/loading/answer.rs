//! An answer without its type, and how it travels in a page.

use std::any::Any;
use std::sync::Arc;

use codee::{Decoder, Encoder};
use leptos::serde_json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::ApiError;
use crate::json;

/// What can be an answer.
pub trait Answered: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Answered for T {}

/// An answer, whatever its type.
#[derive(Clone)]
pub struct Answer(Form);

#[derive(Clone)]
enum Form {
    /// As it was given.
    Value(Arc<dyn Value>),
    /// As it came in a page: JSON.
    Text(Arc<str>),
}

/// A value that has forgotten its type.
trait Value: Send + Sync {
    fn as_any(&self) -> &dyn Any;

    #[cfg(feature = "ssr")]
    fn to_json(&self) -> serde_json::Result<String>;
}

impl<T: Answered> Value for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    #[cfg(feature = "ssr")]
    fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl Answer {
    /// Of a value.
    pub fn new<T: Answered>(value: T) -> Self {
        Self(Form::Value(Arc::new(value)))
    }

    /// The value; None where it is none of this type.
    pub fn read<T: Answered + Clone>(&self) -> Option<T> {
        match &self.0 {
            Form::Value(value) => (**value).as_any().downcast_ref::<T>().cloned(),
            Form::Text(text) => json::read(text).ok(),
        }
    }
}

/// How what was asked for on the server comes to the browser: JSON, behind a sign for how it went.
pub struct AnswerCodec;

const ANSWER: char = '=';
const FAILURE: char = '!';

impl Encoder<Result<Answer, ApiError>> for AnswerCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(outcome: &Result<Answer, ApiError>) -> serde_json::Result<String> {
        match outcome {
            Ok(Answer(Form::Text(text))) => Ok(format!("{ANSWER}{text}")),
            #[cfg(feature = "ssr")]
            Ok(Answer(Form::Value(value))) => Ok(format!("{ANSWER}{}", value.to_json()?)),
            // In the browser nothing is encoded, and code for it would be downloaded all the same.
            #[cfg(not(feature = "ssr"))]
            Ok(Answer(Form::Value(_))) => Ok(String::new()),
            Err(error) => Ok(format!("{FAILURE}{}", serde_json::to_string(error)?)),
        }
    }
}

impl Decoder<Result<Answer, ApiError>> for AnswerCodec {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(encoded: &str) -> serde_json::Result<Result<Answer, ApiError>> {
        match encoded.strip_prefix(ANSWER) {
            Some(text) => Ok(Ok(Answer(Form::Text(text.into())))),
            None => json::read(encoded.trim_start_matches(FAILURE)).map(Err),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::problem::{Problem, ProblemCode};

    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn an_answer_survives_the_way_into_a_page_and_out_of_it() {
        let sent = vec!["una".to_owned(), "\"otra\" </script>".to_owned()];
        let encoded = AnswerCodec::encode(&Ok(Answer::new(sent.clone()))).unwrap();
        let came = AnswerCodec::decode(&encoded).unwrap().ok().unwrap();
        assert_eq!(came.read::<Vec<String>>(), Some(sent));
        assert_eq!(AnswerCodec::encode(&Ok(came)).unwrap(), encoded);
    }

    #[test]
    fn a_failure_does_too() {
        let problem = Problem {
            detail: "=no".to_owned(),
            codigo: ProblemCode::Busy,
            correlacion: String::new(),
            plan_hash: None,
        };
        let encoded = AnswerCodec::encode(&Err(ApiError(problem.clone()))).unwrap();
        assert_eq!(AnswerCodec::decode(&encoded).unwrap().err(), Some(ApiError(problem)));
    }

    #[test]
    fn an_answer_of_another_type_is_none() {
        assert_eq!(Answer::new(7_u32).read::<String>(), None);
        let came = AnswerCodec::decode("=\"siete\"").unwrap().ok().unwrap();
        assert_eq!(came.read::<u32>(), None);
    }
}
