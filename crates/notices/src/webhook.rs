//! Sending by a request: no redirect is followed, and no private address reached unless the channel allows it.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};
use secrecy::ExposeSecret;

use crate::SendError;
use crate::channel::WebhookRoute;
use crate::network::{CheckedResolver, resolve};
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use crate::template::{Filling, fill};
use crate::transport::Outgoing;

/// A client of one channel.
pub(crate) struct Webhook(Client);

impl Webhook {
    pub(crate) fn new(allows_private: bool) -> Option<Self> {
        // reqwest takes the provider of the process. An error says that there is one already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .user_agent(concat!("klk-tracking/", env!("CARGO_PKG_VERSION")))
            // Followed, it would carry the message to where nobody checked.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted by whoever sends.
            .retry(reqwest::retry::never())
            // A proxy would resolve names past our check.
            .no_proxy()
            .dns_resolver(std::sync::Arc::new(CheckedResolver { allows_private }));
        client.build().ok().map(Self)
    }

    pub(crate) async fn send(
        &self,
        route: &WebhookRoute,
        allows_private: bool,
        message: &Outgoing,
    ) -> Result<(), SendError> {
        let url = Url::parse(route.url.expose_secret()).map_err(|_| SendError::Message)?;
        let (host, port) = route.host_and_port().ok_or(SendError::Message)?;
        // An address in figures is not resolved, and so would not be checked.
        resolve(&host, port, allows_private).await?;
        let id = format!("msg_{}", message.id.simple());
        let filling = Filling { text: &message.text, link: &message.link, target: &route.target, id: &id };
        let body = fill(route.template(), filling).map_err(|_| SendError::Message)?;
        let mut request = self
            .0
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, &id)
            .header(TIMESTAMP_HEADER, message.at.as_second());
        if let Some(secret) = &route.secret {
            let signature = sign(secret, &id, message.at, &body).map_err(|_| SendError::Message)?;
            request = request.header(SIGNATURE_HEADER, signature);
        }
        if let Some(token) = &route.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let response = request.body(body).send().await.map_err(|error| reason(&error))?;
        if response.status().is_success() { Ok(()) } else { Err(SendError::Http(response.status().as_u16())) }
    }
}

impl WebhookRoute {
    pub(crate) fn host_and_port(&self) -> Option<(String, u16)> {
        let url = Url::parse(self.url.expose_secret()).ok()?;
        Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
    }
}

/// Why a request failed; the error itself has the address in its text.
fn reason(error: &reqwest::Error) -> SendError {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(known) = cause.downcast_ref::<SendError>() {
            return *known;
        }
        if cause.is::<rustls::Error>() {
            return SendError::Encryption;
        }
        // What a resolver fails with is wrapped once more.
        if let Some(inner) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            if let Some(known) = inner.downcast_ref::<SendError>() {
                return *known;
            }
            if inner.is::<rustls::Error>() {
                return SendError::Encryption;
            }
        }
        source = cause.source();
    }
    if error.is_timeout() { SendError::TimedOut } else { SendError::Unreachable }
}
