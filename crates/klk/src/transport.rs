//! One request, and the bytes of its answer.

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret;
use tokio::sync::mpsc;

use crate::backoff::retry_after;
use crate::memory::{MemoryBudget, MemoryShare};
use crate::observer::{AnswerEvent, CallObserver, RequestEvent};
use crate::text::excerpt;
use crate::{BaseUrl, ClientConfig, Endpoint, KlkError, TimeoutPhase};

/// The POS is asked every half hour, and a server may close an idle connection as soon as five seconds after an
/// answer: a kept one is only for questions in a row.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// How much of the body of a status other than 200 is read, for its excerpt.
const ERROR_BODY_BYTES: usize = 4 * 1024;

/// A body is handed over in pieces of about so many bytes.
const PIECE_BYTES: usize = 256 * 1024;

/// Pieces that may wait to be parsed; while they do, nothing more is read.
pub(crate) const PIECES_WAITING_MAX: usize = 4;

/// A part of a body, and how many bytes the whole body is said to have.
pub(crate) struct Piece {
    pub(crate) bytes: Bytes,
    pub(crate) body_bytes: usize,
}

/// What is asked, and within which limits.
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    pub(crate) question: Question,
    pub(crate) timeout: Duration,
    pub(crate) retries: u32,
}

/// A question as HTTP has it.
pub(crate) enum Question {
    /// GET, perhaps with one pair of a query.
    Get(Option<(&'static str, String)>),
    /// POST with a JSON text.
    Post(String),
}

/// Sends requests to one POS.
pub(crate) struct Transport {
    http: reqwest::Client,
    base_url: BaseUrl,
    body_bytes_max: usize,
    memory: MemoryBudget,
    /// What every request has from us.
    own_headers: Vec<HeaderName>,
}

impl Transport {
    pub(crate) fn new(config: &ClientConfig) -> Result<Self, KlkError> {
        let headers = headers(config)?;
        let own_headers = headers.keys().cloned().chain([CONTENT_TYPE]).collect();
        let builder = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(concat!("klk-tracking/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect_timeout)
            .pool_idle_timeout(IDLE_CONNECTION)
            // A redirect is a status other than 200, and following one would carry the key to another host.
            .redirect(reqwest::redirect::Policy::none())
            // Retries are the caller's, who counts them.
            .retry(reqwest::retry::never())
            // The POS is in the chain's own network; a proxy for the internet is not the way to it.
            .no_proxy();
        let http = with_tls(builder, config.base_url.is_https())?
            .build()
            .map_err(|error| KlkError::Configuration(root_cause(&error)))?;
        let memory = MemoryBudget::new(config.responses_bytes_max);
        Ok(Self { http, base_url: config.base_url.clone(), body_bytes_max: config.body_bytes_max, memory, own_headers })
    }

    /// A share of the memory budget of all responses.
    pub(crate) fn memory(&self) -> MemoryShare {
        self.memory.share()
    }

    /// Sends a request and hands over the body of its response, which has status 200, as it arrives. Ends early where nobody
    /// takes it any more.
    pub(crate) async fn send(
        &self,
        call: &Call,
        attempt: u32,
        observer: &dyn CallObserver,
        pieces: mpsc::Sender<Piece>,
    ) -> Result<(), KlkError> {
        let endpoint = call.endpoint;
        let event = RequestEvent { endpoint, question: call.question.text(), attempt };
        observer.on_request(&event);
        let request = self.request(call).headers(self.further_headers(&observer.headers(&event)));
        let started = Instant::now();
        let answered = |status: StatusCode, body_bytes| {
            let elapsed = started.elapsed();
            observer.on_answer(&AnswerEvent { endpoint, attempt, status: status.as_u16(), body_bytes, elapsed });
        };

        let response =
            request.timeout(call.timeout).send().await.map_err(|error| failed(call, TimeoutPhase::Answer, &error))?;
        let status = response.status();
        if status == StatusCode::OK {
            let body_bytes = self.read_body(call, response, pieces).await?;
            answered(status, body_bytes);
            return Ok(());
        }
        let (retry_after, location) = (retry_after(response.headers()), location(&response));
        let body = read_beginning(response).await;
        answered(status, body.len());
        let excerpt = excerpt(&String::from_utf8_lossy(&body));
        Err(KlkError::Status { endpoint, status: status.as_u16(), excerpt, location, retry_after })
    }

    /// Sends a request and reads the body until `is_enough` returns true, then closes the connection.
    pub(crate) async fn send_for_beginning(
        &self,
        call: &Call,
        observer: &dyn CallObserver,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, KlkError> {
        let endpoint = call.endpoint;
        let event = RequestEvent { endpoint, question: call.question.text(), attempt: 1 };
        observer.on_request(&event);
        let request = self.request(call).headers(self.further_headers(&observer.headers(&event)));
        let started = Instant::now();
        let mut response =
            request.timeout(call.timeout).send().await.map_err(|error| failed(call, TimeoutPhase::Answer, &error))?;
        let (status, location) = (response.status(), location(&response));
        check_encoding(endpoint, &response)?;
        let mut body = Vec::new();
        while !is_enough(&body)
            && let Some(chunk) = response.chunk().await.map_err(|error| failed(call, TimeoutPhase::Body, &error))?
        {
            if body.len() + chunk.len() > self.body_bytes_max {
                return Err(KlkError::TooLarge { endpoint, limit_bytes: self.body_bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        let (status_code, elapsed) = (status.as_u16(), started.elapsed());
        observer.on_answer(&AnswerEvent { endpoint, attempt: 1, status: status_code, body_bytes: body.len(), elapsed });
        if status == StatusCode::OK {
            return Ok(body);
        }
        let excerpt = excerpt(&String::from_utf8_lossy(&body));
        Err(KlkError::Status { endpoint, status: status_code, excerpt, location, retry_after: None })
    }

    fn request(&self, call: &Call) -> RequestBuilder {
        let path = call.endpoint.path();
        match &call.question {
            Question::Get(query) => {
                let query = query.as_ref().map(|(name, value)| (*name, value.as_str()));
                self.http.request(Method::GET, self.base_url.join(path, query))
            }
            Question::Post(body) => self
                .http
                .request(Method::POST, self.base_url.join(path, None))
                .header(CONTENT_TYPE, "application/json")
                .body(Bytes::from(body.clone())),
        }
    }

    /// What an observer wants sent along, without what the client sends itself.
    fn further_headers(&self, wanted: &[(&'static str, String)]) -> HeaderMap {
        let readable = wanted.iter().filter_map(|(name, value)| {
            Some((HeaderName::try_from(*name).ok()?, HeaderValue::try_from(value.as_str()).ok()?))
        });
        readable.filter(|(name, _)| !self.own_headers.contains(name)).collect()
    }

    /// Says how many bytes were read.
    async fn read_body(
        &self,
        call: &Call,
        mut response: Response,
        pieces: mpsc::Sender<Piece>,
    ) -> Result<usize, KlkError> {
        check_encoding(call.endpoint, &response)?;
        let too_large = || KlkError::TooLarge { endpoint: call.endpoint, limit_bytes: self.body_bytes_max };
        let announced = response.content_length().unwrap_or_default();
        let body_bytes = usize::try_from(announced).map_err(|_| too_large())?;
        if body_bytes > self.body_bytes_max {
            return Err(too_large());
        }
        // Pieces that were read and are not parsed yet.
        let mut on_its_way = self.memory.share();
        let most = (PIECES_WAITING_MAX + 2) * PIECE_BYTES;
        on_its_way.grow_to(body_bytes.min(most)).map_err(|over| over.at(call.endpoint))?;
        let (mut read, mut piece) = (0, BytesMut::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(call, TimeoutPhase::Body, &error))? {
            read += chunk.len();
            if read > self.body_bytes_max {
                return Err(too_large());
            }
            on_its_way.grow_to(read.min(most)).map_err(|over| over.at(call.endpoint))?;
            piece.extend_from_slice(&chunk);
            if piece.len() >= PIECE_BYTES {
                let bytes = std::mem::take(&mut piece).freeze();
                if pieces.send(Piece { bytes, body_bytes }).await.is_err() {
                    return Ok(read);
                }
            }
        }
        if !piece.is_empty() {
            // The parser may have stopped at an error already.
            drop(pieces.send(Piece { bytes: piece.freeze(), body_bytes }).await);
        }
        Ok(read)
    }
}

/// Where a redirect leads; nothing follows it.
fn location(response: &Response) -> Option<String> {
    let is_redirect = response.status().is_redirection();
    let header = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    Some(excerpt(&String::from_utf8_lossy(header.as_bytes())))
}

/// We ask for no compression: a body that has some anyway would read as rubbish.
fn check_encoding(endpoint: Endpoint, response: &Response) -> Result<(), KlkError> {
    let encoding = response.headers().get(CONTENT_ENCODING).map(|header| String::from_utf8_lossy(header.as_bytes()));
    match encoding.filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")) {
        None => Ok(()),
        Some(encoding) => Err(KlkError::Malformed {
            endpoint,
            element: None,
            detail: format!("'Content-Encoding': no compression was expected, \"{}\" came", excerpt(&encoding)),
        }),
    }
}

impl Question {
    /// What tells the question from others.
    fn text(&self) -> &str {
        match self {
            Self::Get(query) => query.as_ref().map_or("", |(_, value)| value),
            Self::Post(body) => body,
        }
    }
}

fn headers(config: &ClientConfig) -> Result<HeaderMap, KlkError> {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    if let Some(key) = &config.api_key {
        let name = HeaderName::try_from(&config.api_key_header)
            .map_err(|_| KlkError::Configuration("the name of the API key's header is none".to_owned()))?;
        let mut value = HeaderValue::from_str(key.expose_secret())
            .map_err(|_| KlkError::Configuration("the API key cannot be sent in a header".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// Certificates are checked against those of the system, by rustls with ring. Plain HTTP gets by without any, so that
/// it also works on a machine that has none.
fn with_tls(builder: reqwest::ClientBuilder, https: bool) -> Result<reqwest::ClientBuilder, KlkError> {
    let provider = rustls::crypto::ring::default_provider();
    if https {
        // reqwest takes the provider of the process. An error says that there is one already, which is as good.
        drop(provider.install_default());
        return Ok(builder);
    }
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| KlkError::Configuration(error.to_string()))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(tls))
}

/// The beginning of a body, as far as it comes: what is wrong is the status.
async fn read_beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < ERROR_BODY_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(ERROR_BODY_BYTES);
    body
}

fn failed(call: &Call, phase: TimeoutPhase, error: &reqwest::Error) -> KlkError {
    let endpoint = call.endpoint;
    if error.is_timeout() {
        let phase = if error.is_connect() { TimeoutPhase::Connect } else { phase };
        KlkError::Timeout { endpoint, phase, limit: call.timeout }
    } else if error.is_connect() {
        KlkError::Connect { endpoint, reason: root_cause(error) }
    } else {
        KlkError::Interrupted { endpoint, reason: root_cause(error) }
    }
}

/// The innermost reason. The outer ones only say that a request failed, with its address.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if cause.is::<reqwest::Error>() { "the request failed".to_owned() } else { excerpt(&cause.to_string()) }
}
