use std::time::Duration;

use klk::KlkError;
use rstest::rstest;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fixtures::{line, sales_body};
use crate::socket::{Ending, Socket};
use crate::support::{Recorder, client, config, json, question, requests, sales_server};

#[rstest]
#[case::too_many(ResponseTemplate::new(429), 4)]
#[case::too_early(ResponseTemplate::new(425), 4)]
#[case::request_timeout(ResponseTemplate::new(408), 4)]
#[case::bad_gateway(ResponseTemplate::new(502), 4)]
#[case::bad_request(ResponseTemplate::new(400), 1)]
#[case::unauthorized(ResponseTemplate::new(401), 1)]
#[case::not_found(ResponseTemplate::new(404), 1)]
#[case::redirect(ResponseTemplate::new(307).insert_header("location", "/ventas"), 1)]
#[case::no_content(ResponseTemplate::new(204), 1)]
#[case::no_connection(json(r#"{"error":"Sucursal sin conexión"}"#), 4)]
#[case::unknown_store(json(r#"{"error":"Sucursal no existe"}"#), 1)]
#[case::wrong_shape(json(r#"{"meta":{}}"#), 1)]
#[case::page(json("<html></html>"), 1)]
#[tokio::test]
async fn a_question_is_sent_again_only_where_that_can_help(#[case] answer: ResponseTemplate, #[case] sent: usize) {
    let server = sales_server(answer).await;
    client(config(&server.uri())).sales(&question()).await.unwrap_err();
    assert_eq!(requests(&server).await, sent);
}

#[rstest]
#[case::cut_off("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{", Ending::Close)]
#[case::reset("", Ending::Reset)]
#[case::hang("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{", Ending::Hang)]
#[tokio::test]
async fn a_broken_or_late_answer_is_asked_for_again(#[case] answer: &str, #[case] ending: Ending) {
    let socket = Socket::start(answer, ending).await;
    let mut config = config(&socket.url());
    config.retries = 2;
    if ending == Ending::Hang {
        config.sales_timeout = Duration::from_millis(300);
    }
    client(config).sales(&question()).await.unwrap_err();
    assert_eq!(socket.requests(), 3);
}

#[tokio::test]
async fn a_short_answer_is_not_asked_for_again() {
    let server = sales_server(json(sales_body("9", &[line()]))).await;
    client(config(&server.uri())).sales(&question()).await.unwrap();
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn an_observer_hears_of_every_step_until_an_answer_comes() {
    let server = MockServer::start().await;
    let sales = || Mock::given(method("POST")).and(path("/ventas"));
    let refusal = r#"{"error":"Sucursal sin conexion"}"#;
    let body = sales_body("1", &[line()]);
    sales().respond_with(ResponseTemplate::new(503).set_body_string("busy")).up_to_n_times(1).mount(&server).await;
    sales().respond_with(json(refusal)).up_to_n_times(1).mount(&server).await;
    sales().respond_with(json(body.clone())).mount(&server).await;

    let recorder = Recorder::new();
    let client = client(config(&server.uri())).observed_by(recorder.clone());
    assert!(client.sales(&question()).await.unwrap().is_complete());
    assert_eq!(
        recorder.heard(),
        [
            "request 1 /ventas".to_owned(),
            "answer 1 503 4".to_owned(),
            "retry after 1 api_error".to_owned(),
            "request 2 /ventas".to_owned(),
            format!("answer 2 200 {}", refusal.len()),
            "retry after 2 api_error".to_owned(),
            "request 3 /ventas".to_owned(),
            format!("answer 3 200 {}", body.len()),
        ]
    );
}

#[tokio::test]
async fn each_request_has_the_headers_that_its_observer_wants_and_keeps_its_own() {
    let server = sales_server(ResponseTemplate::new(503)).await;
    let mut config = config(&server.uri());
    config.retries = 1;
    client(config).observed_by(Recorder::new()).sales(&question()).await.unwrap_err();
    let sent = server.received_requests().await.unwrap();
    let header = |name: &str| sent.iter().map(|request| request.headers.get(name).cloned()).collect::<Vec<_>>();
    assert_eq!(header("x-intento"), ["1", "2"].map(|attempt| Some(attempt.parse().unwrap())));
    assert_eq!(header("content-type"), vec![Some("application/json".parse().unwrap()); 2]);
    assert_eq!(header("x-no"), [None, None]);
}

#[tokio::test]
async fn what_the_pos_asks_to_wait_is_known_and_capped() {
    let server = sales_server(ResponseTemplate::new(503).insert_header("retry-after", "3600")).await;
    let mut config = config(&server.uri());
    config.retries = 1;
    let error = client(config).sales(&question()).await.unwrap_err();
    assert!(matches!(&error, KlkError::Status { retry_after: Some(wait), .. } if wait.as_secs() == 3600), "{error:?}");
    assert_eq!(requests(&server).await, 2);
}
