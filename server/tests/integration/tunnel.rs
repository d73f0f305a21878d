//! The way of the browser's reports over real HTTP: what passes, what does not, and what Sentry's answer becomes.

use std::path::Path;

use reqwest::Method;
use reqwest::header::{ORIGIN, RETRY_AFTER};

use crate::rest::block_on;
use crate::support::{FakeSentry, Klk, Server, get_status};

pub const TUNNEL: &str = "/api/monitoreo/tunel";

/// An envelope of the browser's SDK, for this DSN.
pub fn envelope(dsn: &str) -> String {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates/monitoring/tests/fixtures/browser");
    let text = std::fs::read_to_string(folder.join("event.envelope")).unwrap();
    text.replace("https://publickey0123@sentry.example/42", dsn)
}

/// A server, and its folder, which goes away with it.
fn serve(dsn: Option<&str>, more: &[(&str, &str)]) -> (Server, Klk) {
    let variables = [("KLK_SCHEDULER", "off"), ("KLK_BASE_URL", "http://127.0.0.1:9"), ("KLK_RETRIES", "0")];
    let all = variables.iter().chain(more).copied().chain(dsn.map(|dsn| ("SENTRY_DSN", dsn)));
    let klk = all.fold(Klk::new(), |klk, (name, value)| klk.with_variable(name, value));
    let klk = klk.with_file("[[tiendas]]\nid = \"tienda_01\"\ncodigo = \"SUC001\"\nnombre = \"PERIFERICO\"\n");
    (Server::start(&klk, &[]), klk)
}

async fn post(server: &Server, body: String) -> reqwest::Response {
    // As fetch and sendBeacon send it from our own page.
    let request = server.request(Method::POST, TUNNEL).header("sec-fetch-site", "same-origin");
    request
        .header(ORIGIN, &server.address)
        .header("content-type", "text/plain;charset=UTF-8")
        .body(body)
        .send()
        .await
        .unwrap()
}

#[test]
fn an_envelope_of_our_own_page_reaches_sentry_scrubbed_and_no_other_does() {
    let sentry = FakeSentry::start(Some("200 OK\r\nX-Sentry-Rate-Limits: 60:profile:project"));
    let (server, _klk) = serve(Some(&sentry.dsn()), &[]);
    block_on(async {
        let answer = post(&server, envelope(&sentry.dsn())).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-sentry-rate-limits"], "60:profile:project");
        let arrived = sentry.text();
        assert!(arrived.contains("[correo]") && !arrived.contains("ana.perez"), "{arrived}");

        let foreign = "http://otherkey9876543210@127.0.0.1:9/42";
        let (status, body) = get_status(post(&server, envelope(foreign)).await).await;
        assert_eq!((status, body["codigo"].as_str()), (403, Some("prohibido")));
        let (status, body) = get_status(post(&server, "hola".to_owned()).await).await;
        assert_eq!((status, body["codigo"].as_str()), (400, Some("parametro_invalido")));
        let from_elsewhere = server.request(Method::POST, TUNNEL).header("sec-fetch-site", "cross-site");
        let refused = from_elsewhere.body(envelope(&sentry.dsn())).send().await.unwrap();
        assert_eq!(refused.status(), 403);
        assert_eq!(server.get(TUNNEL).await.status(), 405);
        assert_eq!(server.get("/api/openapi.json").await.status(), 200);
    });
    assert_eq!(server.terminate(), 0);
    assert_eq!(sentry.text().matches("\"type\":\"event\"").count(), 1);
    // In development everything is traced; this is not.
    assert!(sentry.text().contains("/api/openapi.json"), "{}", sentry.text());
    assert!(!sentry.text().contains(TUNNEL), "{}", sentry.text());
}

#[test]
fn size_and_rate_are_bounded() {
    let sentry = FakeSentry::start(Some("200 OK"));
    let limits = [("SENTRY_TUNNEL_BYTES_MAX", "8192"), ("SENTRY_TUNNEL_PER_MINUTE_MAX", "3")];
    let (server, _klk) = serve(Some(&sentry.dsn()), &limits);
    block_on(async {
        let large = format!("{}{}", envelope(&sentry.dsn()), " ".repeat(8192));
        assert_eq!(get_status(post(&server, large).await).await.0, 413);
        for _ in 0..2 {
            assert_eq!(post(&server, envelope(&sentry.dsn())).await.status(), 200);
        }
        let refused = post(&server, envelope(&sentry.dsn())).await;
        assert_eq!(refused.status(), 429);
        let pause: u64 = refused.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=20).contains(&pause), "{pause}");
    });
}

#[test]
fn a_sentry_that_hangs_is_the_same_to_a_browser() {
    let sentry = FakeSentry::start(None);
    let (server, _klk) = serve(Some(&sentry.dsn()), &[]);
    block_on(async {
        assert_eq!(post(&server, envelope(&sentry.dsn())).await.status(), 200);
    });
    assert_eq!(server.terminate(), 0);
}

#[test]
fn without_a_dsn_there_is_no_tunnel() {
    let (server, _klk) = serve(None, &[]);
    block_on(async {
        let (status, body) = get_status(post(&server, envelope("http://k@h/1")).await).await;
        assert_eq!((status, body["codigo"].as_str()), (404, Some("no_encontrado")));
    });
}
