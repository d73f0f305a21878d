use std::time::Duration;

use domain::ErrorClass;
use klk::{Client, ClientConfig, KlkError, RefusalKind, TimeoutPhase};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::fixtures::{line, sales_body};
use crate::socket::{Ending, Socket};
use crate::support::{client, config, json, question, requests, sales_server};

/// One request only: what a failure is, not how often it is tried.
fn single(base_url: &str) -> ClientConfig {
    let mut config = config(base_url);
    config.retries = 0;
    config
}

async fn failure(config: ClientConfig) -> KlkError {
    client(config).sales(&question()).await.unwrap_err()
}

fn announced(bytes: usize, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {bytes}\r\n\r\n{body}")
}

#[rstest]
#[case(502, "text/html", "<html><body>\n<h1>502 Bad Gateway</h1>\n</body></html>")]
#[case(500, "application/json", r#"{"error":"interno"}"#)]
#[case(404, "text/plain", "")]
#[case(302, "text/html", "moved")]
#[case(201, "application/json", r#"{"meta":{"total_registros":0},"ventas":[]}"#)]
#[tokio::test]
async fn any_status_but_200_is_a_failure(#[case] status: u16, #[case] kind: &str, #[case] body: &str) {
    let answer = ResponseTemplate::new(status).insert_header("location", "/ventas").set_body_raw(body, kind);
    let server = sales_server(answer).await;
    let error = failure(single(&server.uri())).await;
    let KlkError::Status { status: got, excerpt, location, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*got, excerpt.contains('\n')), (status, false));
    assert_eq!(location.as_deref(), (status == 302).then_some("/ventas"));
    assert_eq!(error.class(), ErrorClass::ApiError);
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn a_compressed_body_is_named_and_not_shown() {
    let answer = ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes([0x1f, 0x8b, 8]);
    let message = failure(single(&sales_server(answer).await.uri())).await.to_string();
    assert!(message.ends_with("'Content-Encoding': no compression was expected, \"gzip\" came"), "{message}");
}

#[tokio::test]
async fn the_page_of_a_proxy_is_shown_in_short() {
    let page = format!("<html>\n<h1>Bad Gateway</h1>{}</html>", "x".repeat(100_000));
    let server = sales_server(ResponseTemplate::new(502).set_body_raw(page, "text/html")).await;
    let message = failure(single(&server.uri())).await.to_string();
    assert!(message.starts_with("/ventas: HTTP status 502: <html> <h1>Bad Gateway</h1>xxx"), "{message}");
    assert!(message.len() < 300, "{message}");
}

#[rstest]
#[case(r#"{"error":"Sucursal SUC001 no existe"}"#, RefusalKind::UnknownBranch)]
#[case(r#"{"error":"Sucursal sin conexi\u00f3n"}"#, RefusalKind::Other)]
#[case(r#"{"error":{"code":7}}"#, RefusalKind::Other)]
#[case(r#"{"success":false,"message":"Sin permiso","meta":{"total_registros":0},"ventas":[]}"#, RefusalKind::Other)]
#[case(r#"{"meta":{"total_registros":0},"ventas":[],"Status":"error"}"#, RefusalKind::Other)]
#[case(r#"{"ok":0,"mensaje":"Sucursal SUC001 no existe","ventas":[]}"#, RefusalKind::UnknownBranch)]
#[case(r#"{"meta":{"total_registros":0},"ventas":[],"error":"Tienda sin conexión"}"#, RefusalKind::Other)]
#[tokio::test]
async fn an_error_with_status_200_is_a_refusal(#[case] body: &str, #[case] expected: RefusalKind) {
    let server = sales_server(json(body)).await;
    let error = failure(single(&server.uri())).await;
    assert!(matches!(&error, KlkError::Refused { kind, .. } if *kind == expected), "{error:?}");
    assert_eq!(error.class(), ErrorClass::ApiError);
}

#[tokio::test]
async fn a_refused_connection_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let error = failure(single(&url)).await;
    let KlkError::Connect { reason, .. } = &error else { panic!("{error:?}") };
    assert!(reason.contains("refused"), "{reason}");
    assert_eq!(error.class(), ErrorClass::Connection);
}

#[rstest]
#[case::before_the_answer(String::new(), Ending::Close)]
#[case::reset_before_the_answer(String::new(), Ending::Reset)]
#[case::not_http("SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned(), Ending::Close)]
#[case::within_the_head("HTTP/1.1 200 OK\r\ncontent-le".to_owned(), Ending::Close)]
#[case::within_the_body(announced(5000, &sales_body("1", &[line()])[..700]), Ending::Close)]
#[case::reset_within_the_body(announced(5000, r#"{"meta":"#), Ending::Reset)]
#[case::after_whole_json(announced(5000, &sales_body("1", &[line()])), Ending::Close)]
#[case::within_a_chunk("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{\"meta\"".to_owned(), Ending::Close)]
#[case::without_a_last_chunk("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n".to_owned(), Ending::Close)]
#[case::no_length(format!("HTTP/1.1 200 OK\r\n\r\n{}", &sales_body("1", &[line()])[..700]), Ending::Close)]
#[case::truncated_at_the_source(announced(700, &sales_body("1", &[line()])[..700]), Ending::Close)]
#[tokio::test]
async fn an_answer_that_breaks_off_is_an_interruption(#[case] answer: String, #[case] ending: Ending) {
    let socket = Socket::start(answer, ending).await;
    let error = failure(single(&socket.url())).await;
    assert!(matches!(error, KlkError::Interrupted { .. }), "{error:?}");
    assert_eq!(error.class(), ErrorClass::Connection);
}

#[rstest]
#[case::no_answer("", TimeoutPhase::Answer)]
#[case::half_a_head("HTTP/1.1 200 OK\r\n", TimeoutPhase::Answer)]
#[case::half_a_body("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{\"meta\":", TimeoutPhase::Body)]
#[tokio::test]
async fn a_server_that_hangs_runs_into_the_limit(#[case] answer: &str, #[case] expected: TimeoutPhase) {
    let socket = Socket::start(answer, Ending::Hang).await;
    let mut config = single(&socket.url());
    config.sales_timeout = Duration::from_millis(300);
    let error = failure(config).await;
    assert!(matches!(&error, KlkError::Timeout { phase, .. } if *phase == expected), "{error:?}");
    assert_eq!(error.class(), ErrorClass::Timeout);
}

#[tokio::test]
async fn a_hanging_server_fails_a_probe_by_its_own_limit() {
    let socket = Socket::start("", Ending::Hang).await;
    let mut config = config(&socket.url());
    config.probe_timeout = Duration::from_millis(100);
    assert_eq!(client(config).probe().await.unwrap_err().class(), ErrorClass::Timeout);
}

#[rstest]
#[case::large(announced(5000, ""), 4000)]
#[case::of_many_small_parts(announced(999, &format!("[{}0]", "{},".repeat(332))), 64 * 1024)]
#[tokio::test]
async fn a_response_over_the_memory_budget_is_refused_and_requested_again(
    #[case] answer: String,
    #[case] budget: usize,
) {
    let socket = Socket::start(answer, Ending::Close).await;
    let mut config = single(&socket.url());
    config.responses_bytes_max = budget;
    let error = failure(config).await;
    assert!(matches!(error, KlkError::OverBudget { limit_bytes, .. } if limit_bytes == budget), "{error:?}");
    assert!(error.can_retry());
}

#[rstest]
#[case::announced(announced(5000, ""))]
#[case::not_announced(format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(5000)))]
#[tokio::test]
async fn a_body_over_the_limit_is_not_read(#[case] answer: String) {
    let socket = Socket::start(answer, Ending::Hang).await;
    let mut config = single(&socket.url());
    config.body_bytes_max = 4000;
    let error = failure(config).await;
    assert!(matches!(error, KlkError::TooLarge { limit_bytes: 4000, .. }), "{error:?}");
    assert_eq!(error.class(), ErrorClass::InvalidData);
}

#[tokio::test]
async fn no_error_holds_the_key() {
    let server = sales_server(ResponseTemplate::new(401)).await;
    let mut config = single(&server.uri());
    config.api_key = Some("hunter2".into());
    let client = client(config.clone());
    let error = client.sales(&question()).await.unwrap_err();
    assert!(!format!("{error} {error:?} {client:?}").contains("hunter2"));

    config.api_key = Some("hunter2\n".into());
    let error = Client::new(config, StdRng::seed_from_u64(7)).unwrap_err();
    assert!(matches!(error, KlkError::Configuration(_)));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn https_is_spoken_where_the_address_says_so() {
    const TLS_HANDSHAKE: u8 = 22;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = single(&format!("https://{}", listener.local_addr().unwrap()));
    // Closing within the handshake is a connection that could not be made.
    let first_byte = tokio::spawn(async move { listener.accept().await.unwrap().0.read_u8().await.unwrap() });
    let error = failure(config).await;
    assert!(matches!(error, KlkError::Connect { .. }), "{error:?}");
    assert_eq!(first_byte.await.unwrap(), TLS_HANDSHAKE);
}
