use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::BranchCode;
use jiff::civil::{date, time};
use klk::{AnswerEvent, CallObserver, Client, ClientConfig, RequestEvent, RetryEvent, SalesQuestion};
use rand::SeedableRng;
use rand::rngs::StdRng;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Short waits, and limits that a loaded machine keeps.
pub fn config(base_url: &str) -> ClientConfig {
    let mut config = ClientConfig::new(base_url.parse().unwrap());
    config.backoff_base = Duration::from_millis(1);
    config.backoff_max = Duration::from_millis(5);
    config
}

pub fn client(config: ClientConfig) -> Client {
    Client::new(config, StdRng::seed_from_u64(7)).unwrap()
}

pub fn question() -> SalesQuestion {
    SalesQuestion::of_day(BranchCode::new("SUC001"), date(2025, 11, 17))
        .between(time(12, 0, 0, 0), Some(time(12, 30, 0, 0)))
}

/// A server that answers every question for sales alike.
pub async fn sales_server(answer: ResponseTemplate) -> MockServer {
    server_of("POST", "/ventas", answer).await
}

pub async fn server_of(verb: &str, at: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&server).await;
    server
}

pub fn json(body: impl Into<String>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.into(), "application/json")
}

pub async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// Writes down what an observer hears.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn write(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }
}

impl CallObserver for Recorder {
    fn on_request(&self, request: &RequestEvent<'_>) {
        self.write(format!("request {} {}", request.attempt, request.endpoint));
    }

    fn headers(&self, request: &RequestEvent<'_>) -> Vec<(&'static str, String)> {
        let key = ("content-type", "text/plain".to_owned());
        vec![("x-intento", request.attempt.to_string()), ("x-no", "no\nsirve".to_owned()), key]
    }

    fn on_answer(&self, answer: &AnswerEvent) {
        self.write(format!("answer {} {} {}", answer.attempt, answer.status, answer.body_bytes));
    }

    fn on_retry(&self, retry: &RetryEvent<'_>) {
        self.write(format!("retry after {} {}", retry.attempt, retry.error.class()));
    }
}
