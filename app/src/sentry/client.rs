//! Calls of server functions, watched: each failure is one event, with the function, its filters and the status.
//!
//! A protocol of ours instead of Leptos's own, so that all that does not depend on the types of a function is compiled once
//! and not for each of them.

use std::marker::PhantomData;
use std::pin::Pin;

use domain::problem::Problem;
use serde::de::DeserializeOwned;
use server_fn::client::Client;
use server_fn::client::browser::BrowserClient;
use server_fn::codec::{Encoding, IntoReq, Json};
use server_fn::request::browser::BrowserRequest;
use server_fn::response::ClientRes;
use server_fn::server::Server;
use server_fn::{ContentType, Http, Protocol};

use super::{bindings, has_crashed};
use crate::api::ApiError;
use crate::json;

/// Stands for a problem's code where no answer came.
const NO_ANSWER: &str = "sin_respuesta";
/// Stands for a problem's code where an answer came that is none of ours: a proxy's page, or that of a server of another
/// version.
const UNREADABLE: &str = "ilegible";
/// The first status of refusals and faults.
const REFUSAL: u16 = 400;

/// How the page calls a server function, whose arguments it encodes as `Arguments`, and is answered in JSON. On the server
/// it is Leptos's own; every server function names it.
#[derive(Debug)]
pub struct Watched<Arguments>(PhantomData<Arguments>);

impl<Arguments, Input, Output, S> Protocol<Input, Output, BrowserClient, S, ApiError> for Watched<Arguments>
where
    Http<Arguments, Json>: Protocol<Input, Output, BrowserClient, S, ApiError>,
    Arguments: Encoding,
    Input: IntoReq<Arguments, BrowserRequest, ApiError> + Send,
    Output: DeserializeOwned + Send,
    S: Server<ApiError>,
{
    const METHOD: http::Method = Arguments::METHOD;

    fn run_server<F, Fut>(
        request: S::Request,
        server_fn: F,
    ) -> impl Future<Output = Result<S::Response, ApiError>> + Send
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, ApiError>> + Send,
    {
        <Http<Arguments, Json> as Protocol<Input, Output, BrowserClient, S, ApiError>>::run_server(request, server_fn)
    }

    async fn run_client(path: &str, input: Input) -> Result<Output, ApiError> {
        let answer = send(input.into_req(path, Json::CONTENT_TYPE)?).await?;
        let output = json::read(&answer.text).map_err(|_| answer.unreadable())?;
        bindings::call_answered(&answer.address);
        Ok(output)
    }
}

/// An answer that was read and is not a refusal.
struct Answer {
    address: String,
    status: u16,
    text: String,
}

impl Answer {
    fn unreadable(&self) -> ApiError {
        ApiError::without_answer(bindings::call_failed(&self.address, self.status, UNREADABLE, ""))
    }
}

/// Sends a request and reads its answer.
fn send(request: BrowserRequest) -> Pin<Box<dyn Future<Output = Result<Answer, ApiError>> + Send>> {
    Box::pin(async move {
        if has_crashed() {
            // Nobody is left to show an answer.
            std::future::pending::<()>().await;
        }
        let address = request.url();
        let Ok(response) = <BrowserClient as Client<ApiError>>::send(request).await else {
            // The server knows nothing of it, so the reference is the browser's own.
            return Err(ApiError::without_answer(bindings::call_failed(&address, 0, NO_ANSWER, "")));
        };
        let status = ClientRes::<ApiError>::status(&response);
        let text = ClientRes::<ApiError>::try_into_string(response).await;
        let answer = Answer { address, status, text: text.unwrap_or_default() };
        if status < REFUSAL {
            return Ok(answer);
        }
        Err(json::read(&answer.text).map_or_else(|_| answer.unreadable(), |problem| refusal(&answer, problem)))
    })
}

/// Reports a fault of the server's under the server's own reference; where it gave none, the browser's is put in. Refusals
/// (a parameter mistyped in the address, a gap that somebody else is at) are answers: the page shows them, whoever asked can
/// do something about it, and nothing is broken. Without a session the bridge leads to the page where one signs in.
fn refusal(answer: &Answer, problem: Problem) -> ApiError {
    let code = bindings::call_failed(&answer.address, answer.status, problem.codigo.as_str(), &problem.correlacion);
    match problem.correlacion.is_empty() && !code.is_empty() {
        true => ApiError(Problem { correlacion: code, ..problem }),
        false => ApiError(problem),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// One that names no protocol has Leptos's own, and its failures in the browser are told to nobody.
    #[test]
    fn every_server_function_is_watched() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
        let mut functions = 0;
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            for attribute in fs::read_to_string(&path).unwrap().split("#[server(").skip(1) {
                let arguments = attribute.split(")]").next().unwrap();
                assert!(arguments.contains("protocol = Watched<"), "{}: {arguments}", path.display());
                functions += 1;
            }
        }
        assert!(functions >= 8, "{functions}");
    }
}
