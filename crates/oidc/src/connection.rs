//! Requests to the provider: no redirect is followed, and time and size have limits.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, Url};

use crate::error::ProviderError;
use crate::settings::may_be_asked;

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Somebody waits at their browser meanwhile.
const LIMIT: Duration = Duration::from_secs(10);
/// Documents of providers have some kilobytes.
const BODY_BYTES_MAX: usize = 512 * 1024;

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestFailed {
    #[error("{0}")]
    Http(reqwest::Error),
    #[error("the response has more than {BODY_BYTES_MAX} bytes")]
    TooLarge,
    #[error("{0} is not encrypted")]
    Unencrypted(String),
    #[error("the request cannot be written")]
    Unwritable,
}

impl From<reqwest::Error> for RequestFailed {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

/// Speaks to one provider.
pub(crate) struct Connection {
    client: Client,
    issuer: String,
}

impl Connection {
    pub(crate) fn new(issuer: String) -> Result<Self, ProviderError> {
        // reqwest takes the provider of the process. An error says that there is one already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .user_agent(concat!("klk-tracking/", env!("CARGO_PKG_VERSION")))
            // Followed, it would hand a code and our secret to where nobody checked.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_LIMIT)
            .timeout(LIMIT)
            .build()
            .map_err(|error| ProviderError::Unreachable { detail: error.to_string() })?;
        Ok(Self { client, issuer })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, RequestFailed> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| RequestFailed::Unwritable)?;
        if !may_be_asked(&url, &self.issuer) {
            return Err(RequestFailed::Unencrypted(url.origin().ascii_serialization()));
        }
        let mut response = self.client.execute(request.try_into()?).await?;
        let mut answer = openidconnect::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if body.len() + piece.len() > BODY_BYTES_MAX {
                return Err(RequestFailed::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        answer.body(body).map_err(|_| RequestFailed::Unwritable)
    }
}

impl<'connection> AsyncHttpClient<'connection> for Connection {
    type Error = RequestFailed;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, RequestFailed>> + Send + 'connection>>;

    fn call(&'connection self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
