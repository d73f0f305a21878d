//! Calls of server functions, watched: each failure is one event, with the function, its filters and the status.

use std::future::poll_fn;
use std::pin::pin;

use domain::problem::Problem;
use futures::{Sink, Stream};
use server_fn::Bytes;
use server_fn::client::Client;
use server_fn::client::browser::BrowserClient;
use server_fn::error::FromServerFnError;
use server_fn::request::browser::BrowserRequest;
use server_fn::response::ClientRes;
use server_fn::response::browser::BrowserResponse;

use super::{bindings, has_crashed};
use crate::api::ApiError;

/// Stands for a problem's code where no answer came.
const NO_ANSWER: &str = "sin_respuesta";
/// The first status of faults that are the server's.
const SERVER_FAULT: u16 = 500;

/// The browser's client, watched. Every server function names it.
#[derive(Debug)]
pub struct WatchedClient;

impl<Input, Output> Client<ApiError, Input, Output> for WatchedClient
where
    Input: FromServerFnError,
    Output: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = WatchedResponse;

    async fn send(request: BrowserRequest) -> Result<WatchedResponse, ApiError> {
        if has_crashed() {
            // Nobody is left to show an answer.
            std::future::pending::<()>().await;
        }
        let address = request.url();
        match <BrowserClient as Client<ApiError, Input, Output>>::send(request).await {
            Ok(response) => Ok(WatchedResponse { response, address }),
            Err(_) => {
                // The server knows nothing of it, so the reference is the browser's own.
                let code = bindings::call_failed(&address, 0, NO_ANSWER, "");
                Err(ApiError::without_answer(code))
            }
        }
    }

    async fn open_websocket(
        path: &str,
    ) -> Result<(impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static), ApiError>
    {
        <BrowserClient as Client<ApiError, Input, Output>>::open_websocket(path).await
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<ApiError, Input, Output>>::spawn(future);
    }
}

/// An answer that has come and is still to be read.
pub struct WatchedResponse {
    response: BrowserResponse,
    address: String,
}

impl ClientRes<ApiError> for WatchedResponse {
    async fn try_into_string(self) -> Result<String, ApiError> {
        let (address, status) = (self.address.clone(), self.status());
        let text = reading(&address, status, ClientRes::<ApiError>::try_into_string(self.response)).await?;
        bindings::call_answered(&address);
        Ok(text)
    }

    /// Leptos reads the answers that way that refuse.
    async fn try_into_bytes(self) -> Result<Bytes, ApiError> {
        let (address, status) = (self.address.clone(), self.status());
        let body = reading(&address, status, ClientRes::<ApiError>::try_into_bytes(self.response)).await?;
        Ok(match leptos::serde_json::from_slice::<Problem>(&body) {
            // Refusals (a parameter mistyped in the address, a gap that somebody else is at) are answers: the page shows
            // them, whoever asked can do something about it, and nothing is broken.
            Ok(_) if status < SERVER_FAULT => {
                bindings::call_answered(&address);
                body
            }
            Ok(problem) => with_reference(&address, status, problem, body),
            // Not even a problem: report_unreadable_answer hears of it next.
            Err(_) => body,
        })
    }

    fn try_into_stream(self) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, ApiError> {
        self.response.try_into_stream()
    }

    fn status(&self) -> u16 {
        ClientRes::<ApiError>::status(&self.response)
    }

    fn status_text(&self) -> String {
        ClientRes::<ApiError>::status_text(&self.response)
    }

    fn location(&self) -> String {
        ClientRes::<ApiError>::location(&self.response)
    }

    fn has_redirect(&self) -> bool {
        ClientRes::<ApiError>::has_redirect(&self.response)
    }
}

/// Reports a fault of the server's under the server's own reference; where it gave none, the browser's is put in.
fn with_reference(address: &str, status: u16, problem: Problem, body: Bytes) -> Bytes {
    let code = bindings::call_failed(address, status, problem.codigo.as_str(), &problem.correlacion);
    if problem.correlacion.is_empty() && !code.is_empty() {
        return ApiError(Problem { correlacion: code, ..problem }).ser();
    }
    body
}

/// Says whose answer is read whenever reading goes on, since what fails to be read does not know.
async fn reading<T>(address: &str, status: u16, body: impl Future<Output = T>) -> T {
    let mut body = pin!(body);
    poll_fn(|context| {
        bindings::reading_answer(address, status);
        body.as_mut().poll(context)
    })
    .await
}

/// Reports an answer that is none of ours: a proxy's page, or that of a server of another version.
#[cfg(not(feature = "ssr"))]
pub(crate) fn report_unreadable_answer() -> Option<String> {
    super::reference(bindings::answer_unreadable())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// One that names no client has Leptos's own, and its failures in the browser are told to nobody.
    #[test]
    fn every_server_function_names_the_watched_client() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
        let mut functions = 0;
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            for attribute in fs::read_to_string(&path).unwrap().split("#[server(").skip(1) {
                let arguments = attribute.split(")]").next().unwrap();
                assert!(arguments.contains("client = WatchedClient"), "{}: {arguments}", path.display());
                functions += 1;
            }
        }
        assert!(functions >= 8, "{functions}");
    }
}
